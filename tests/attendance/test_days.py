"""How much of a day counts, and of what a correction adds."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.foundation.database import db, transaction
from backend.foundation.outbox import OutboxEvent
from backend.people.models import Person
from tests.support.attendance import counting
from tests.support.demands import area, give_role
from tests.support.phone import refused
from tests.support.served import make_record


@pytest.fixture
def begun(visit):
    return datetime.fromisoformat(visit.member.seen(f"/shifts/{visit.shift_id}")["starts_at"])


@pytest.fixture
def colleague(administrator):
    return administrator(Role.COMMUNITY_OFFICER, "639999001001")


def served_already(visit, street, officer, *, minutes):
    """The member served so long today, elsewhere, and it counts."""
    with transaction():
        person = db.session.get_one(Person, UUID(visit.member.person_id))
        today = clock.shanghai_day(clock.now())
        other_half = clock.start_of_day(today) + timedelta(hours=0 if clock.now().astimezone(clock.SHANGHAI).hour >= 12 else 16)
        record = make_record(person, area(street), "red_ribbon", minutes=minutes, day=today, starts_at=other_half)
        fact_id = str(record.fact_id)
    officer.made(f"/services/{fact_id}/confirmation")
    return fact_id


def correct(officer, fact_id, begun, minutes):
    """Another end, on the community's word."""
    seen = officer.seen(f"/services/{fact_id}")
    stretch = {"started_at": begun.isoformat(), "ended_at": (begun + timedelta(minutes=minutes)).isoformat(), "reason": "核对签到表"}
    return officer.made(f"/services/{fact_id}/corrections", stretch | {"revision_id": seen["revision_id"]})


def test_of_a_day_eight_hours_count_and_more_when_somebody_else_allows_it(visit, street, officer, pass_time):
    before = served_already(visit, street, officer, minutes=450)
    fact_id = visit.served(pass_time)
    officer.made(f"/services/{fact_id}/confirmation")

    assert counting() == {before: 450, fact_id: 30}
    [served] = [line for line in visit.member.seen("/me/services")["items"] if line["fact_id"] == fact_id]
    assert (served["state"], served["minutes"], served["counted_minutes"]) == ("partly_confirmed", 47, 30)
    assert refused(officer.post(f"/services/{fact_id}/confirmation")) == (409, "day_full")
    allowance = f"/services/{fact_id}/allowance"
    assert refused(visit.leader.post(allowance, {"reason": "防汛值守"})) == (403, "forbidden")
    officer.made(allowance, {"reason": "防汛值守"})
    assert counting() == {before: 450, fact_id: 47}
    assert officer.seen(f"/services/{fact_id}")["status"] == "confirmed"
    assert refused(officer.post(allowance, {"reason": "再次"})) == (409, "already_confirmed")


def test_a_day_that_is_not_full_asks_nobody(visit, street, officer, pass_time):
    before = served_already(visit, street, officer, minutes=433)
    fact_id = visit.served(pass_time)
    officer.made(f"/shifts/{visit.shift_id}/confirmations")

    assert counting() == {before: 433, fact_id: 47}


def test_more_is_allowed_neither_by_who_served_nor_by_who_recorded_it(visit, begun, street, officer, colleague, pass_time):
    served_already(visit, street, officer, minutes=450)
    pass_time(hours=3)
    stretch = {"started_at": begun.isoformat(), "ended_at": (begun + timedelta(minutes=60)).isoformat(), "reason": "手机没电"}
    whose = {"volunteer_number": visit.member.volunteer_number, "name": "王志愿"}
    fact_id = officer.made(f"/shifts/{visit.shift_id}/records", stretch | whose)["fact_id"]
    allowance, why = f"/services/{fact_id}/allowance", {"reason": "防汛值守"}

    assert refused(colleague.post(allowance, why)) == (409, "not_confirmed")
    colleague.made(f"/services/{fact_id}/confirmation")
    assert refused(officer.post(allowance, why)) == (403, "own_word")
    give_role(visit.member, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))
    assert refused(visit.member.post(allowance, why)) == (403, "own_service")
    colleague.made(allowance, why)


def test_what_a_correction_adds_waits_for_a_second_person(visit, begun, officer, colleague, pass_time):
    fact_id = visit.served(pass_time, minutes=2)
    officer.made(f"/services/{fact_id}/confirmation")
    pass_time(hours=3)
    corrected = correct(officer, fact_id, begun, 110)

    assert (corrected["status"], corrected["minutes"], corrected["counted_minutes"]) == ("partly_confirmed", 110, 2)
    assert counting() == {fact_id: 2}
    assert refused(officer.post(f"/services/{fact_id}/confirmation")) == (403, "own_word")
    assert [line["fact_id"] for line in colleague.seen("/services", status="partly_confirmed")["items"]] == [fact_id]
    word = colleague.made(f"/services/{fact_id}/confirmation")
    assert counting() == {fact_id: 110}
    assert [event.name for event in db.session.query(OutboxEvent).filter_by(subject_id=UUID(word["id"]))] == ["service.confirmed"]


def test_who_raised_it_before_anybody_confirmed_does_not_confirm_it(visit, begun, officer, colleague, pass_time):
    fact_id = visit.served(pass_time, minutes=2)
    pass_time(hours=3)
    correct(officer, fact_id, begun, 110)

    assert refused(officer.post(f"/services/{fact_id}/confirmation")) == (403, "own_word")
    assert officer.made(f"/shifts/{visit.shift_id}/confirmations")["own"] == 1
    colleague.made(f"/services/{fact_id}/confirmation")
    assert counting() == {fact_id: 110}


def test_what_a_correction_takes_away_counts_no_more_at_once_and_may_come_back_as_far_as_it_was_confirmed(
    visit, begun, officer, colleague, pass_time
):
    fact_id = visit.served(pass_time)
    officer.made(f"/services/{fact_id}/confirmation")
    pass_time(hours=3)
    assert correct(officer, fact_id, begun, 30)["status"] == "confirmed"
    assert counting() == {fact_id: 30}

    assert correct(officer, fact_id, begun, 47)["status"] == "partly_confirmed"
    assert counting() == {fact_id: 30}, "who confirmed the 47 minutes did not speak of what was taken away since"
    colleague.made(f"/services/{fact_id}/confirmation")
    assert counting() == {fact_id: 47}
