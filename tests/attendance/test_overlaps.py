"""Nobody serves at two places at once: the database decides between records written side by side, and old overlaps can be found."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from backend.foundation import clock
from backend.foundation.database import db, transaction, violated_constraint
from backend.people.models import Person
from tests.support.demands import area
from tests.support.served import make_person, make_record


def recorded(street, phone, *, starts_at, minutes, old=False):
    """A record of the phone's holder at another place."""
    with transaction():
        person = db.session.get_one(Person, UUID(phone.person_id))
        day = clock.shanghai_day(starts_at)
        return str(make_record(person, area(street), "red_ribbon", minutes=minutes, day=day, starts_at=starts_at, old=old).fact_id)


def test_the_database_lets_no_second_record_of_a_time_stand(street):
    with transaction():
        person = make_person(area(street))
        first = make_record(person, area(street), "red_ribbon", minutes=60)
        begun, ended = first.started_at, first.ended_at
        make_record(make_person(area(street)), area(street), "red_ribbon", minutes=60, starts_at=begun)
        make_record(person, area(street), "red_ribbon", minutes=60, starts_at=ended)
    with pytest.raises(IntegrityError) as refusal:
        make_record(person, area(street), "red_ribbon", minutes=60, starts_at=begun + timedelta(minutes=59))
    db.session.rollback()
    assert violated_constraint(refusal.value) == "ex_service_records_person"


def test_a_word_that_came_meanwhile_stands_in_nobodys_way_out(visit, street, pass_time):
    """It was given while they signed in, so neither saw the other: its minutes are not counted twice."""
    visit.sign_in()
    signed_in_at = clock.now()
    pass_time(minutes=60)
    recorded(street, visit.member, starts_at=signed_in_at - timedelta(minutes=30), minutes=50)

    assert visit.sign_out()["minutes"] in (39, 40)


def test_the_community_finds_old_records_that_overlap_and_mends_one(visit, street, officer, pass_time):
    fact_id = visit.served(pass_time, minutes=60)
    begun = clock.now() - timedelta(minutes=60)
    other = recorded(street, visit.member, starts_at=begun + timedelta(minutes=30), minutes=60, old=True)
    recorded(street, visit.member, starts_at=begun + timedelta(minutes=90), minutes=60, old=True)

    found = officer.seen("/services", overlapping="true")["items"]
    assert {line["fact_id"] for line in found} == {fact_id, other}
    officer.made(f"/services/{other}/withdrawal", {"revision_id": other, "reason": "与另一服务重叠"})
    assert officer.seen("/services", overlapping="true")["items"] == []
