"""Work units: added by officers, once by their credit code, found by a part of the name."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.foundation.database import db
from backend.foundation.outbox import OutboxEvent
from backend.openings.models import Claim
from backend.party.models import UnitMembership, WorkUnit
from tests.support.attendance import claim_for, open_shift
from tests.support.demands import give_role, published_demand
from tests.support.people import registered_volunteer, registration_form
from tests.support.phone import refused

CODE = "116399990150001267"


def unit(**fields):
    return {"name": "测试区住房保障中心", "credit_code": CODE, "nature": "public_institution"} | fields


def test_an_officer_adds_a_unit_and_anybody_logged_in_finds_it(street, phone_of, client):
    made = street.home.officer.made("/work-units", unit())

    phone = phone_of("zhang")
    assert phone.seen("/work-units", q="住房保障")["items"] == [made]
    assert phone.seen("/work-units", q=CODE)["items"] == phone.seen("/work-units", q=CODE[9:15])["items"] == [made]
    assert phone.seen("/work-units", q="保障 测试区", nature="public_institution")["items"] == [made]
    assert phone.seen("/work-units", q="住房", nature="government")["items"] == []
    assert phone.seen("/work-units", q="%")["items"] == []
    assert refused(client.get("/api/v1/work-units")) == (401, "unauthenticated")
    assert [event.name for event in db.session.query(OutboxEvent).filter_by(subject_id=UUID(made["id"]))] == ["work_unit.added"]


def test_residents_and_system_administrators_add_no_unit(administrator, street, phone_of):
    for phone in (phone_of("zhang"), registered_volunteer(phone_of, street), administrator(Role.SYSTEM_ADMIN, "639999")):
        assert refused(phone.post("/work-units", unit())) == (403, "forbidden")
    assert db.session.query(WorkUnit).count() == 0


@pytest.mark.parametrize("code", ["116399990150001268", "11639999015000126O", "  639999015000126 "])
def test_a_credit_code_with_a_slip_is_refused(street, code):
    answer = street.officer.post("/work-units", unit(credit_code=code))

    assert answer.status_code == 422
    assert "credit_code" in answer.get_json()["errors"]


def test_one_credit_code_is_one_unit(street):
    officer = street.officer
    first = officer.made("/work-units", unit())

    again = officer.post("/work-units", unit(name="另一个名称"))

    assert refused(again) == (409, "work_unit_exists")
    assert again.get_json()["work_unit_id"] == first["id"]
    assert officer.post("/work-units", unit(credit_code=None, name="没有代码的单位")).status_code == 201
    assert officer.post("/work-units", unit(credit_code=" １１６３９９９９０１５０００１２６７ ")).get_json()["work_unit_id"] == first["id"]


def test_units_come_page_by_page_in_the_order_of_their_names(street):
    officer = street.officer
    names = [f"第{number}单位" for number in range(1, 6)]
    for name in reversed(names):
        officer.made("/work-units", unit(name=name, credit_code=None))

    page = officer.seen("/work-units", limit=2)
    found = [line["name"] for line in page["items"]]
    while page["next_cursor"]:
        page = officer.seen("/work-units", limit=2, cursor=page["next_cursor"])
        found += [line["name"] for line in page["items"]]

    assert found == names


WIDE, NARROW = "示范（银川）公司", "示范(银川) 公司"


def nameless(name):
    return unit(name=name, credit_code=None)


def test_a_unit_whose_name_looks_like_another_one_is_asked_about(street):
    officer = street.officer
    first = officer.made("/work-units", nameless(WIDE))["id"]
    for name in (NARROW, WIDE, "示范（银川）公\U000e0100司"):
        again = officer.post("/work-units", nameless(name))
        assert (refused(again), again.get_json().get("similar")) == ((409, "work_unit_similar"), [first]), name
    other = officer.made("/work-units", nameless(NARROW) | {"different_from": [first]})["id"]
    renamed = officer.made("/work-units", nameless("示范银川分公司"))["id"]
    again = officer.post(f"/work-units/{renamed}/changes", {"name": NARROW, "different_from": [first]})
    assert (refused(again), again.get_json()["similar"]) == ((409, "work_unit_similar"), [other])
    with_code = officer.made("/work-units", unit(name="代码已知的单位"))
    assert officer.post(f"/work-units/{other}/changes", {"name": "代码已知的单位", "credit_code": CODE}).status_code == 409
    assert officer.made(f"/work-units/{renamed}/changes", {"name": "示范 固原 公司", "nature": "other"})["nature"] == "other"
    assert with_code["credit_code"] == CODE


def test_of_two_at_once_that_look_alike_one_is_added(street):
    officers, start = [street.home.officer, street.next.officer] * 2, Barrier(4)

    def add(officer):
        start.wait()
        return officer.post("/work-units", nameless(WIDE)).status_code

    with ThreadPoolExecutor(len(officers)) as pool:
        assert Counter(pool.map(add, officers)) == {201: 1, 409: 3}


def test_two_rows_of_one_unit_become_one_with_all_that_names_them(street, phone_of):
    """Members, also those who left, their registrations, who acts for the unit, what it claimed and was invited to."""
    officer, member, moved = street.officer, street.home.person(name="李党员"), street.home.person(name="王党员")
    kept = officer.made("/work-units", nameless(WIDE))["id"]
    given = officer.made("/work-units", unit(name=NARROW, different_from=[kept]))["id"]
    for phone in (member, moved):
        phone.registration_id = phone.made("/registrations", registration_form(street, given))["id"]
        street.home.officer.made(f"/registrations/{phone.registration_id}/acceptance")
    of_kept = {"work_unit_id": kept, "party_organisation_name": "示范公司党支部"}
    moved.made(f"/registrations/{moved.registration_id}/unit", of_kept)
    head = street.home.person()
    give_role(head, Grant(Role.WORK_UNIT_OFFICER, work_unit_id=UUID(given)))
    opening_id, _ = open_shift(street["和平社区"])
    claim_id = claim_for(opening_id, work_unit_id=UUID(given))
    demand = published_demand(street.home.officer, street)
    term = {"cause": "懂手语", "ends_on": (clock.shanghai_day(clock.now()) + timedelta(days=30)).isoformat()}
    street.home.officer.made("/arrangements", term | {"work_unit_id": given, "demand_id": demand["id"]})

    assert refused(street.home.officer.post(f"/work-units/{given}/merge", {"into_id": kept})) == (403, "forbidden")
    assert refused(officer.post(f"/work-units/{given}/merge", {"into_id": given})) == (409, "work_units_differ")
    assert officer.post(f"/work-units/{given}/merge", {"into_id": kept}).status_code == 204

    [listed] = officer.seen("/work-units", q="示范")["items"]
    assert (listed["id"], listed["name"], listed["credit_code"]) == (kept, WIDE, CODE)
    registrations = head.seen("/registrations")["items"]
    assert {line["id"] for line in registrations} == {member.registration_id, moved.registration_id}
    assert {line["work_unit"]["id"] for line in registrations} == {kept}
    assert [role["work_unit_id"] for role in head.seen("/me")["roles"] if role["role"] == "work_unit_officer"] == [kept]
    assert db.session.scalars(select(Claim.work_unit_id).where(Claim.id == claim_id)).one() == UUID(kept)
    assert [line["party_id"] for line in street.home.officer.seen("/arrangements")["items"]] == [kept]
    current = select(UnitMembership.work_unit_id).where(UnitMembership.is_current())
    assert set(db.session.scalars(current)) == {UUID(kept)}, "of those who left, too"
    assert refused(officer.post(f"/work-units/{given}/merge", {"into_id": kept})) == (404, "not_found")
    late = street.home.person().post("/registrations", registration_form(street, given))
    assert refused(late) == (422, "work_unit_unknown")


def test_a_unit_that_ends_is_chosen_no_more_and_keeps_who_worked_there(street, phone_of):
    """Nobody acts for it, and its invitation ends; the registration goes on, and names another unit afterwards."""
    officer, member = street.officer, street.home.person(name="李党员")
    ended, next_one = officer.made("/work-units", nameless(WIDE))["id"], officer.made("/work-units", unit(name="另一家公司"))["id"]
    member.registration_id = member.made("/registrations", registration_form(street, ended))["id"]
    street.home.officer.made(f"/registrations/{member.registration_id}/acceptance")
    head = street.home.person()
    give_role(head, Grant(Role.WORK_UNIT_OFFICER, work_unit_id=UUID(ended)))
    demand = published_demand(street.home.officer, street)
    term = {"cause": "懂手语", "ends_on": (clock.shanghai_day(clock.now()) + timedelta(days=30)).isoformat()}
    invited = street.home.officer.made("/arrangements", term | {"work_unit_id": ended, "demand_id": demand["id"]})

    why = {"reason": "已注销"}
    assert refused(street.home.officer.post(f"/work-units/{ended}/ending", why)) == (403, "forbidden")
    assert officer.post(f"/work-units/{ended}/ending", why).status_code == 204
    assert refused(officer.post(f"/work-units/{ended}/ending", why)) == (404, "not_found")

    assert [line["id"] for line in officer.seen("/work-units")["items"]] == [next_one]
    assert not [role for role in head.seen("/me")["roles"] if role["role"] == "work_unit_officer"]
    assert refused(street.home.officer.post(f"/arrangements/{invited['id']}/end", why)) == (409, "arrangement_over")
    late = street.home.person().post("/registrations", registration_form(street, ended))
    assert refused(late) == (422, "work_unit_unknown")
    stands = street.home.officer.seen(f"/registrations/{member.registration_id}")
    assert (stands["status"], stands["work_unit"]["id"]) == ("accepted", ended)
    street.home.officer.made(
        f"/registrations/{member.registration_id}/unit", {"work_unit_id": next_one, "party_organisation_name": "另一家公司党支部"}
    )
    assert street.home.officer.seen(f"/registrations/{member.registration_id}")["work_unit"]["id"] == next_one
