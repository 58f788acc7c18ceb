"""The farmer of hours: a leader who asks for a visit in their own name, passes one code on, and lets friends in office write hours down."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from tests.support.attendance import Visit, claim_for, counting, joins, open_shift
from tests.support.demands import give_role
from tests.support.late_entries import past_form
from tests.support.phone import refused


@pytest.fixture
def visit(street, pass_time):
    """A visit that somebody asked for who belongs to the team that claimed it."""
    if clock.now().astimezone(clock.SHANGHAI).hour == 0:
        pass_time(hours=1)
    asking = street.home.volunteer(name="赵邻居")
    made = Visit(street, requester=asking)
    made.asking = asking
    joins(asking, made.team_id)
    return made


def test_of_one_place_and_a_code_that_is_passed_on(villain, visit, street):
    one, code = villain("farmer with a crowd"), visit.code()
    members = [street.home.volunteer() for _ in range(8)]
    for member in members:
        joins(member, visit.team_id)
    answers = [member.post(f"/shifts/{visit.shift_id}/sign-in", {"code": code}) for member in members]
    let_in = [answer for answer in answers if answer.status_code == 201]
    for answer in answers[5:]:
        one.take("more than the place brings", answer)

    assert len(let_in) == 5
    assert one.told == {"409 place_full": 3}


def test_of_a_visit_to_oneself(villain, visit, pass_time):
    one, fact_id = villain("farmer at home"), visit.served(pass_time)
    for phone in (visit.asking, visit.member, visit.leader):
        one.take("own hours", phone.post(f"/services/{fact_id}/confirmation"))

    assert counting() == {}


def test_of_grace(villain, visit, pass_time):
    one = villain("farmer of the grace")
    visit.sign_in()
    pass_time(hours=2, minutes=29)
    one.tried += 1
    minutes = visit.sign_out()["minutes"]
    if minutes > 120:
        one.loot.append(f"{minutes} minutes of 120")


def test_of_two_minutes_and_a_friend_in_office(villain, visit, officer, pass_time):
    """The officer confirms two minutes and then writes down an afternoon: it counts two minutes, until a second officer agrees."""
    one, fact_id = villain("farmer with a friend"), visit.served(pass_time, minutes=2)
    officer.made(f"/services/{fact_id}/confirmation")
    pass_time(hours=3)
    seen = officer.seen(f"/services/{fact_id}")
    begun = datetime.fromisoformat(visit.member.seen(f"/shifts/{visit.shift_id}")["starts_at"])
    longer = {"started_at": begun.isoformat(), "ended_at": (begun + timedelta(minutes=115)).isoformat(), "reason": "更正"}
    officer.made(f"/services/{fact_id}/corrections", longer | {"revision_id": seen["revision_id"]})
    for path, body in (("confirmation", None), ("allowance", {"reason": "更正"})):
        one.take("the rest of the afternoon", officer.post(f"/services/{fact_id}/{path}", body))

    assert counting() == {fact_id: 2}
    assert refused(visit.asking.post(f"/services/{fact_id}/confirmation")) == (403, "own_service")


def test_of_a_visit_that_nobody_saw(villain, street, pass_time):
    """One phone at no door, by the code of their own leader, confirmed by a neighbour who lent the name; and codes of doors, guessed."""
    one = villain("farmer at no door")
    neighbour = street.home.volunteer(name="钱邻居")
    lent = Visit(street, requester=neighbour)
    street.home.officer.made(f"/beneficiaries/{street.home.officer.seen('/beneficiaries')['items'][0]['id']}/door-code")
    for number in range(8):
        one.take("a guessed door", lent.member.post(f"/shifts/{lent.shift_id}/sign-in", {"code": f"AAAA-AAA{number}"}))
    [fact_id] = lent.served_by_own_code(pass_time, lent.member)
    one.take("hours that nobody saw", neighbour.post(f"/services/{fact_id}/confirmation"))

    assert one.told == {"422 door_code_wrong": 5, "429 too_many_door_codes": 3, "409 community_needed": 1}
    assert counting() == {}


def test_of_two_places_at_once(villain, visit, street, pass_time):
    one = villain("farmer in two places")
    visit.served(pass_time)
    begun = clock.now() - timedelta(minutes=47)
    opening_id, elsewhere = open_shift(street["和平社区"], starts_in=timedelta(hours=-1))
    claim_for(opening_id, team_id=UUID(visit.team_id))
    whose = {"volunteer_number": visit.member.volunteer_number, "name": "王志愿", "reason": "忘记签到"}
    late = {"started_at": begun.isoformat(), "ended_at": (begun + timedelta(minutes=30)).isoformat()}
    one.take("the same hour twice", street.home.officer.post(f"/shifts/{elsewhere}/records", late | whose))

    assert one.told == {"409 records_overlap": 1}


def test_of_a_past_that_nobody_published(villain, street):
    """An officer writes an afternoon down for a friend and approves it, and so does the friend, who holds the same office."""
    one, office = villain("farmer of the past"), street.home.officer
    friend = street.home.volunteer(name="王志愿")
    give_role(friend, Grant(Role.COMMUNITY_OFFICER, area_path=street.home.path))
    form = past_form(street["和平社区"], friend.volunteer_number, "王志愿")
    one.take("an afternoon of one's own", friend.post("/late-entries", form))
    entry_id = office.made("/late-entries", form)["id"]
    for who in (office, friend):
        one.take("an afternoon by one word", who.post(f"/late-entries/{entry_id}/approval"))
    ahead = {"starts_at": clock.now().isoformat(), "ends_at": (clock.now() + timedelta(hours=2)).isoformat()}
    one.take("an afternoon to come", office.post("/late-entries", form | ahead))

    assert one.told == {"403 own_service": 2, "403 own_word": 1, "422 past_window_invalid": 1}
    assert counting() == {}
