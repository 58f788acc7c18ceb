"""Who was accepted reads the address around the visit, so often and no more; and it is seen when somebody only looks."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.foundation.actor import Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from backend.foundation.outbox import OutboxEvent
from tests.support.demands import HOME, claimed, demand_form, give_role, published_demand, resident, team_led_by, window
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
