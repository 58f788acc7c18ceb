"""Who was accepted reads the address around the visit, so often and no more; and it is seen when somebody only looks."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.attendance.models import Shift
from backend.foundation.actor import Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from backend.foundation.outbox import OutboxEvent
from tasks.housekeeping import close_overdue_shifts
from tests.support.attendance import joins
from tests.support.demands import HOME, claimed, demand_form, give_role, published_demand, resident, team_led_by, window
from tests.support.messages import inbox
from tests.support.phone import refused

WHY = {"reason": "改时间"}


@pytest.fixture
def team(leader, street):
    return team_led_by(leader, street)


def _visit(officer, street, **when):
    demand = officer.made("/demands", demand_form(street))
    return officer.made(f"/demands/{demand['id']}/publication", window(**when))


def _alarms(claim):
    db.session.rollback()
    told = select(OutboxEvent.id).where(OutboxEvent.name == "place.read_and_released", OutboxEvent.subject_id == UUID(claim["id"]))
    written = select(AuditEntry.id).where(
        AuditEntry.subject_id == UUID(claim["id"]), AuditEntry.details["decision"].astext == "read_and_released"
    )
    return len(db.session.scalars(told).all()), len(db.session.scalars(written).all())


def test_the_address_opens_a_day_before_the_visit(officer, leader, team, phone_of, street, pass_time):
    demand = _visit(officer, street, starts_in=timedelta(hours=25))
    claimed(leader, demand, team)
    path = f"/demands/{demand['id']}/beneficiary"

    assert refused(leader.get(path)) == (409, "visit_too_far_ahead")
    assert officer.seen(path)["address"] == HOME, "the community looks at any time"
    pass_time(hours=1, seconds=1)
    assert phone_of("leader").seen(path)["address"] == HOME


def test_a_place_given_back_after_its_address_was_read_is_told_to_the_community(officer, leader, team, street):
    demand = published_demand(officer, street)
    claim = claimed(leader, demand, team)
    leader.seen(f"/demands/{demand['id']}/beneficiary")

    leader.made(f"/claims/{claim['id']}/release", WHY)

    assert _alarms(claim) == (1, 1)


def test_who_gives_back_what_they_never_read_raises_no_alarm(officer, leader, team, street):
    demand = published_demand(officer, street)
    first = claimed(leader, demand, team)
    leader.seen(f"/demands/{demand['id']}/beneficiary")
    leader.made(f"/claims/{first['id']}/release", WHY)
    second = claimed(leader, demand, team)

    leader.made(f"/claims/{second['id']}/release", WHY)

    assert _alarms(second) == (0, 0)


def test_of_those_who_read_the_address_the_community_is_told_who_never_came(officer, leader, phone_of, street, pass_time):
    others = [resident(phone_of, street) for _ in range(2)]
    demand = published_demand(officer, street, places=3)
    teams = {phone: team_led_by(phone, street) for phone in (leader, *others)}
    joins(leader, teams[leader])
    came, stayed_away, _ = [claimed(phone, demand, team_id) for phone, team_id in teams.items()]
    for phone in (leader, others[0]):
        phone.seen(f"/demands/{demand['id']}/beneficiary")
    shift_id = db.session.scalars(select(Shift.id).where(Shift.opening_id == UUID(demand["opening_id"]))).one()
    db.session.rollback()
    leader.made(f"/shifts/{shift_id}/sign-in", {"code": leader.seen(f"/shifts/{shift_id}/code")["code"], "claim_id": came["id"]})
    pass_time(minutes=30)
    leader.made(f"/shifts/{shift_id}/sign-out", {"code": leader.seen(f"/shifts/{shift_id}/code")["code"]})
    pass_time(hours=3)

    for _ in range(2):
        close_overdue_shifts()

    missed = db.session.scalars(select(OutboxEvent.subject_id).where(OutboxEvent.name == "place.read_and_missed")).all()
    assert missed == [UUID(stayed_away["id"])]
    told = [message["about"]["id"] for message in inbox(officer) if message["kind"] == "place_read_and_missed"]
    assert told == [stayed_away["id"]]


def test_who_acts_for_an_elder_sees_who_read_the_elders_data(officer, leader, team, phone_of, street):
    elder, proxy = resident(phone_of, street), resident(phone_of, street)
    give_role(proxy, Grant(Role.PROXY, person_id=UUID(elder.person_id)))
    demand = published_demand(officer, street, by=elder)
    claimed(leader, demand, team)
    leader.seen(f"/demands/{demand['id']}/beneficiary")

    for phone in (elder, proxy):
        [line] = phone.seen("/me/reveals")["items"]
        assert (line["role"], line["fields"], line["of_beneficiary"]) == ("team_leader", ["name", "address", "phone"], True)
    assert leader.seen("/me/reveals")["items"] == []
