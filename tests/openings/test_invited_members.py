"""A serving Party member of another community, or those of a work unit, are invited to one opening; uninvited they claim at home only."""

from datetime import timedelta
from uuid import UUID

import pytest

from backend.foundation import clock, outbox
from backend.foundation.actor import Grant, Role
from tests.support.attendance import claim_for
from tests.support.demands import GRANDFATHER, give_role, place_count, published_demand
from tests.support.messages import kinds
from tests.support.people import registration_form
from tests.support.phone import refused


@pytest.fixture
def member(street):
    """Registered with the neighbouring community; by the number of the receipt they are named."""
    phone = street.next.party_member
    phone.receipt_number = phone.seen(f"/registrations/{phone.registration_id}")["receipt_number"]
    return phone


@pytest.fixture
def demand(officer, street):
    return published_demand(officer, street, places=2)


def form(**fields):
    return {"cause": "懂手语", "ends_on": (clock.shanghai_day(clock.now()) + timedelta(days=30)).isoformat()} | fields


def named(phone, **fields):
    return {"receipt_number": phone.receipt_number, "name": phone.card["name"]} | fields


def claiming(demand):
    return {"role_id": demand["role_id"], "as_person": True}


def test_who_is_invited_holds_the_place_at_once_and_nobody_else_from_there(officer, street, member, demand):
    assert refused(member.post("/claims", claiming(demand))) == (403, "forbidden")
    other = published_demand(officer, street, beneficiary=GRANDFATHER)

    made = officer.made("/arrangements", form(party_member=named(member), demand_id=demand["id"]))

    assert (made["party_kind"], made["party"], made["opening_id"]) == ("person", "李**", demand["opening_id"])
    assert "arrangement_made" in kinds(member)
    assert [line["id"] for line in member.seen("/arrangements")["items"]] == [made["id"]]
    assert refused(member.post("/claims", claiming(other))) == (403, "forbidden")
    assert member.made("/claims", claiming(demand))["status"] == "held"
    assert place_count(demand) == (1, 1)
    assert street.home.party_member.made("/claims", claiming(demand))["status"] == "asked", "who lives here asks, as before"
    with_unit = street.next.person(name="李同事")
    assert refused(with_unit.post("/claims", claiming(demand))) == (403, "forbidden"), "and who is registered nowhere does not"


def test_the_members_of_an_invited_unit_come_and_it_counts_where_they_serve(officer, street, member, demand, pass_time):
    made = officer.made("/arrangements", form(work_unit_id=street.next.unit_id, demand_id=demand["id"]))
    assert (made["party_kind"], made["party_id"]) == ("work_unit", street.next.unit_id)
    assert "unit_invited" in kinds(member)
    waiting = street.home.person(name="李同事")
    waiting.made("/registrations", registration_form(street, street.next.unit_id))
    assert refused(waiting.post("/claims", claiming(demand))) == (403, "forbidden"), "no community took them in yet"
    claim = member.made("/claims", claiming(demand))
    shift_id = member.seen("/me/shifts")["items"][0]["id"]
    outsider = street.home.person(name="王邻居")
    claim_for(UUID(demand["opening_id"]), person_id=UUID(outsider.person_id))
    assert [claim["capacity"] for claim in outsider.seen(f"/shifts/{shift_id}")["my_claims"]] == ["self"], "of no unit that is invited"
    shown = f"/shifts/{shift_id}/code"
    member.made(f"/shifts/{shift_id}/sign-in", {"code": officer.seen(shown)["code"]})
    pass_time(minutes=30)
    fact_id = member.made(f"/shifts/{shift_id}/sign-out", {"code": officer.seen(shown)["code"]})["fact_id"]
    service = officer.seen(f"/services/{fact_id}")
    assert (service["capacity"], service["capacity_id"]) == ("registration", member.person_id)
    assert claim["claimant_kind"] == "person"


def test_with_the_registration_by_which_they_claimed_the_place_is_free_again(officer, street, member, demand):
    officer.made("/arrangements", form(party_member=named(member), demand_id=demand["id"]))
    member.made("/claims", claiming(demand))
    street.next.officer.made(f"/registrations/{member.registration_id}/ending", {"reason": "退休"})
    while outbox.deliver_batch("registration", now=clock.now()):
        pass
    assert place_count(demand) == (0, 0)
    assert refused(member.post("/claims", claiming(demand))) == (403, "forbidden")


def test_whom_one_invites_and_to_what(officer, street, member, demand):
    one = form(party_member=named(member), demand_id=demand["id"])
    for phone in (street.next.officer, member):
        assert refused(phone.post("/arrangements", one)) == (403, "forbidden")
    for wrong in (named(member, name="李别名"), named(member, receipt_number="R2026999999")):
        assert refused(officer.post("/arrangements", one | {"party_member": wrong})) == (422, "party_unknown")
    assert refused(officer.post("/arrangements", form(work_unit_id=street["和平社区"], demand_id=demand["id"]))) == (422, "party_unknown")
    for whole in ({"party_member": named(member)}, {"work_unit_id": street.next.unit_id}):
        assert refused(officer.post("/arrangements", form(**whole, area_id=street["和平社区"]))) == (422, "invalid")
    give_role(member, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))
    assert refused(member.post("/arrangements", one)) == (403, "own_claim")
    with_unit = form(work_unit_id=street.next.unit_id, demand_id=demand["id"])
    assert refused(member.post("/arrangements", with_unit)) == (403, "own_claim")
