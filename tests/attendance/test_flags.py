"""Grades of evidence, and records that are looked at before they count."""

from uuid import UUID

import pytest

from backend.attendance.models import FlagKind
from backend.attendance.service import flag_service
from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.foundation.database import db, transaction
from backend.foundation.outbox import OutboxEvent
from tests.support.attendance import HOME, claim_for, counting, open_shift
from tests.support.demands import give_role
from tests.support.people import registered_person
from tests.support.phone import refused

HERE = {"latitude": HOME.latitude, "longitude": HOME.longitude, "accuracy": 20.0, "type": "gcj02"}
ACROSS_THE_ROAD = HERE | {"latitude": HOME.latitude + 0.006}  # 667 m: outside of the 300, as in a tall building or at its back door
BEIJING = HERE | {"latitude": 39.9042, "longitude": 116.4074}
WHY = {"reason": "当面核对，手机定位有误"}


@pytest.fixture
def serves(phone_of, street, officer, pass_time):
    """Somebody serves for half an hour with these positions at both ends: their phone, and the record's fact id."""
    opening_id, shift_id = open_shift(street["和平社区"], place=HOME, brand="red_ribbon")

    def serve(at_first, at_last):
        person = registered_person(phone_of, street)
        claim_for(opening_id, person_id=UUID(person.person_id))
        signed = {}
        for step, position in (("sign-in", at_first), ("sign-out", at_last)):
            code = officer.seen(f"/shifts/{shift_id}/code")["code"]
            signed = person.made(f"/shifts/{shift_id}/{step}", {"code": code} | ({"position": position} if position else {}))
            pass_time(minutes=10)
        return person, signed["fact_id"]

    serve.shift_id = shift_id
    return serve


def test_a_position_at_the_place_is_no_better_than_none_and_one_elsewhere_a_grade_of_its_own(serves, officer):
    grades = [officer.seen(f"/services/{fact_id}")["evidence"] for _, fact_id in (serves(HERE, HERE), serves(None, None))]
    elsewhere = [officer.seen(f"/services/{serves(*ends)[1]}")["evidence"] for ends in ((BEIJING, HERE), (None, ACROSS_THE_ROAD))]

    assert (grades, elsewhere) == (["code"] * 2, ["code_elsewhere"] * 2)


def test_who_signed_in_far_away_is_looked_at_before_the_service_counts(serves, officer):
    person, fact_id = serves(BEIJING, HERE)
    [mine] = person.seen("/me/services")["items"]

    assert (mine["state"], mine["fact_id"]) == ("flagged", fact_id)
    assert "定位" in mine["missing"]
    assert [line["fact_id"] for line in officer.seen("/services", status="flagged")["items"]] == [fact_id]
    assert officer.seen("/services", status="awaiting_confirmation")["items"] == []
    assert refused(officer.post(f"/services/{fact_id}/confirmation")) == (409, "service_is_flagged")
    assert officer.made(f"/shifts/{serves.shift_id}/confirmations") == {"confirmed": 0, "own": 0, "flagged": 1, "remaining": 0}
    officer.made(f"/services/{fact_id}/clearance", WHY)
    officer.made(f"/services/{fact_id}/confirmation")
    assert list(counting()) == [fact_id]
    assert refused(officer.post(f"/services/{fact_id}/clearance", WHY)) == (409, "not_flagged")


def test_who_stands_at_the_back_door_or_lets_no_position_be_known_is_not_asked(serves, officer):
    for ends in ((ACROSS_THE_ROAD, ACROSS_THE_ROAD), (None, None)):
        _, fact_id = serves(*ends)
        officer.made(f"/services/{fact_id}/confirmation")
        assert fact_id in counting()


def test_what_counted_counts_no_more_while_a_flag_stands(serves, officer):
    _, fact_id = serves(HERE, HERE)
    officer.made(f"/services/{fact_id}/confirmation")
    with transaction():
        flag_service(UUID(fact_id), FlagKind.FAR_AWAY, now=clock.now())
        flag_service(UUID(fact_id), FlagKind.FAR_AWAY, now=clock.now())

    assert counting() == {}
    officer.made(f"/services/{fact_id}/clearance", WHY)
    assert list(counting()) == [fact_id]
    told = [
        event.name for event in db.session.query(OutboxEvent).order_by(OutboxEvent.id) if event.name.split(".")[1] in ("flagged", "cleared")
    ]
    assert told == ["service.flagged", "service.cleared"]


def test_nobody_clears_their_own_and_only_the_community_clears(serves, officer, street):
    person, fact_id = serves(BEIJING, BEIJING)

    assert refused(person.post(f"/services/{fact_id}/clearance", WHY)) == (403, "forbidden")
    assert refused(street.next.officer.post(f"/services/{fact_id}/clearance", WHY)) == (404, "service_not_found")
    give_role(person, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))
    assert refused(person.post(f"/services/{fact_id}/clearance", WHY)) == (403, "own_service")
    officer.made(f"/services/{fact_id}/withdrawal", {"revision_id": fact_id, "reason": "本人未到场"})
    assert refused(officer.post(f"/services/{fact_id}/clearance", WHY)) == (409, "record_withdrawn")
