"""Where a Party member works is a dated fact: a registration shows the unit of its day, and a former unit keeps its member in the past."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from backend.accounts import service as accounts
from backend.attendance.entitlement import may_serve_on
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.openings.models import Claim
from backend.party.models import UnitMembership
from tests.support.attendance import claim_for, open_shift
from tests.support.demands import give_role
from tests.support.messages import inbox
from tests.support.people import registered_person, registration_form, work_unit
from tests.support.phone import refused


@pytest.fixture
def units(officer):
    """The unit that the member comes from, and the one that they go to."""
    return work_unit(officer, "测试区住房保障中心"), work_unit(officer, "测试区园林管理所")


@pytest.fixture
def heads(phone_of, street, units):
    """The officers of both units."""

    def head(unit_id, name):
        phone = registered_person(phone_of, street, name=name)
        give_role(phone, Grant(Role.WORK_UNIT_OFFICER, work_unit_id=UUID(unit_id)))
        return phone

    return [head(unit_id, name) for unit_id, name in zip(units, ("赵科长", "钱科长"), strict=True)]


@pytest.fixture
def member(phone_of, street, officer, units):
    """A Party member of the first unit whose registration the community accepted; `registration_id` is set."""
    phone = registered_person(phone_of, street, "li", name="李党员")
    phone.registration_id = phone.made("/registrations", registration_form(street, units[0]))["id"]
    officer.made(f"/registrations/{phone.registration_id}/acceptance")
    return phone


def today() -> date:
    return clock.shanghai_day(clock.now())


def to(unit_id, **fields):
    return {"work_unit_id": unit_id, "party_organisation_name": "园林管理所党支部"} | fields


def move(by, member, unit_id, **fields):
    return by.post(f"/registrations/{member.registration_id}/unit", to(unit_id, **fields))


def listed(phone, **wanted):
    return [(line["id"], line["work_unit"]["name"]) for line in phone.seen("/registrations", **wanted)["items"]]


def history():
    db.session.rollback()
    current = select(UnitMembership).where(UnitMembership.is_current()).order_by(UnitMembership.joined_on, UnitMembership.id)
    return [(str(line.work_unit_id), line.joined_on, line.left_on) for line in db.session.scalars(current)]


def test_who_registers_belongs_to_the_unit_from_that_day_on(member, units):
    assert history() == [(units[0], today(), None)]


def test_a_running_registration_goes_along_and_what_is_over_stays_behind(member, officer, heads, units, street, pass_time):
    first = member.registration_id
    officer.made(f"/registrations/{first}/ending", {"reason": "迁出"})
    pass_time(hours=24)
    member.registration_id = member.made("/registrations", registration_form(street, units[0]))["id"]
    officer.made(f"/registrations/{member.registration_id}/acceptance")
    before = today()
    pass_time(hours=24)

    assert move(member, member, units[1]).get_json()["work_unit"]["name"] == "测试区园林管理所"

    second = member.registration_id
    assert history() == [(units[0], today() - timedelta(days=2), today()), (units[1], today(), None)]
    assert [line["party_organisation_name"] for line in member.seen("/me/registrations")["items"]] == [
        "园林管理所党支部",
        "测试区住房保障中心党支部",
    ]
    old, new = heads
    assert listed(old) == [(first, "测试区住房保障中心")]
    assert listed(new) == [(second, "测试区园林管理所")]
    assert (old.get(f"/registrations/{second}").status_code, new.get(f"/registrations/{first}").status_code) == (404, 404)
    assert listed(old, on=before.isoformat()) == [(first, "测试区住房保障中心"), (second, "测试区住房保障中心")], (
        "it keeps its member in the past"
    )
    assert listed(new, on=before.isoformat()) == []
    assert listed(officer, on=before.isoformat(), status="accepted") == [(second, "测试区住房保障中心")]


def test_looking_back_shows_what_was_so_and_nothing_that_came_later(member, officer, pass_time):
    before = today()
    pass_time(hours=24)
    officer.made(f"/registrations/{member.registration_id}/ending", {"reason": "迁出"})

    (line,) = officer.seen("/registrations", on=before.isoformat())["items"]

    assert (line["status"], line["ended_on"], line["reason"]) == ("accepted", None, None)
    assert officer.seen("/registrations", on=(before - timedelta(days=1)).isoformat())["items"] == []


def test_the_community_enters_an_earlier_day_and_the_member_is_told(member, officer, units, pass_time):
    pass_time(hours=72)
    since = today() - timedelta(days=1)

    moved = officer.made(f"/registrations/{member.registration_id}/unit", to(units[1], since=since.isoformat()))

    assert moved["work_unit"]["name"] == "测试区园林管理所"
    assert history() == [(units[0], today() - timedelta(days=3), since), (units[1], since, None)]
    (told,) = [message for message in inbox(member) if message["kind"] == "unit_changed"]
    assert told["about"] == {"kind": "registration", "id": member.registration_id}
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "registration.unit")).one()
    assert (str(entry.account_id), str(entry.subject_id)) == (officer.account_id, member.registration_id)


def test_whoever_moves_by_their_own_word_moves_from_today_on_and_is_not_told(member, units, pass_time):
    pass_time(hours=72)
    yesterday = (today() - timedelta(days=1)).isoformat()

    assert refused(move(member, member, units[1], since=yesterday)) == (422, "unit_since_invalid")
    give_role(member, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))
    assert refused(move(member, member, units[1], since=yesterday)) == (422, "unit_since_invalid"), "nor by an office of their own"
    assert move(member, member, units[1], since=today().isoformat()).status_code == 200
    assert "unit_changed" not in [message["kind"] for message in inbox(member)]


@pytest.mark.parametrize(
    ("unit", "days", "expected"),
    [
        (1, 1, (422, "unit_since_invalid")),
        (1, -2, (422, "unit_since_invalid")),
        (0, 0, (422, "unit_unchanged")),
        (None, 0, (422, "work_unit_unknown")),
    ],
)
def test_what_does_not_fit_is_refused_and_the_history_stays(member, officer, units, unit, days, expected):
    unit_id = units[unit] if unit is not None else member.registration_id
    name = {"party_organisation_name": "测试区住房保障中心党支部"} if unit == 0 else {}
    since = (today() + timedelta(days=days)).isoformat()

    assert refused(move(officer, member, unit_id, since=since, **name)) == expected
    assert history() == [(units[0], today(), None)]


def test_only_the_member_and_their_community_move_them_and_only_while_registered(member, officer, neighbour, heads, units):
    assert [refused(move(by, member, units[1])) for by in heads] == [(403, "forbidden"), (404, "not_found")]
    assert refused(move(neighbour, member, units[1])) == (404, "not_found")
    officer.made(f"/registrations/{member.registration_id}/ending", {"reason": "迁出"})
    assert refused(move(member, member, units[1])) == (409, "registration_over")
    assert len(history()) == 1


def test_who_registers_anew_from_another_unit_leaves_the_old_registration_as_it_was(member, officer, units, street, pass_time):
    first = member.registration_id
    officer.made(f"/registrations/{first}/ending", {"reason": "换单位"})
    pass_time(hours=24)

    member.made("/registrations", registration_form(street, units[1]))

    assert officer.seen(f"/registrations/{first}")["work_unit"]["name"] == "测试区住房保障中心"
    assert history() == [(units[0], today() - timedelta(days=1), today()), (units[1], today(), None)]


def test_one_serves_for_the_unit_of_that_day(member, officer, units, street, pass_time):
    opening_id, _ = open_shift(street["和平社区"])
    claims = [claim_for(opening_id, work_unit_id=UUID(unit_id)) for unit_id in units]
    before = today()
    pass_time(hours=24)
    move(member, member, units[1])

    def serves_on(day):
        mine = select(Claim.id).where(Claim.opening_id == opening_id, may_serve_on(UUID(member.person_id), day))
        return [claims.index(claim_id) for claim_id in db.session.scalars(mine)]

    assert (serves_on(before), serves_on(today())) == ([0], [1])


def test_an_officer_of_a_unit_of_yesterday_sees_and_decides_nothing(member, heads, units):
    head, _ = heads
    path = f"/registrations/{member.registration_id}"
    assert (listed(head), head.get(path).status_code) == ([(member.registration_id, "测试区住房保障中心")], 200)

    with transaction():
        of_unit = Grant(Role.WORK_UNIT_OFFICER, work_unit_id=UUID(units[0]))
        assert accounts.withdraw_role(Actor.system(), UUID(head.account_id), of_unit, reason="换人", now=clock.now())

    assert (listed(head), listed(head, on=today().isoformat()), head.get(path).status_code) == ([], [], 404)


def test_where_one_worked_is_revised_and_never_changed(member):
    with pytest.raises(Exception, match="revised, never changed"):
        db.session.execute(text("UPDATE unit_memberships SET joined_on = joined_on - 1"))
    db.session.rollback()
