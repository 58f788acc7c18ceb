"""Where the community is asked first, a place is taken when it is asked for, and held only by the community's yes."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.foundation.actor import Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from backend.foundation.outbox import OutboxEvent
from backend.openings.models import ClaimChange
from tasks.housekeeping import end_unanswered_claims
from tests.support.demands import AGREED, asked_for, give_role, place_count, published_demand, resident, team_led_by, window
from tests.support.phone import refused

WHY = {"reason": "老人另有安排"}


@pytest.fixture
def asked(officer, leader, street):
    """A demand for a visit, and the claim that waits for an answer."""
    demand = published_demand(officer, street)
    return demand, asked_for(leader, demand, team_led_by(leader, street))


def _later(officer, street, **when):
    """A demand whose visit is yet to come."""
    demand = officer.made("/demands", {"brand": "sunset_wish", "title": "想听一场秦腔", "details": "在家里"} | _for_somebody(street))
    return officer.made(f"/demands/{demand['id']}/publication", window(**when) | {"places": 1})


def _for_somebody(street):
    return {
        "community_id": street["和平社区"],
        "beneficiary": {"name": "王秀英", "called": "王奶奶", "address": "和平路8号", "born_in": 1942, "basis": AGREED},
    }


def _steps(claim):
    db.session.rollback()
    of_claim = select(ClaimChange.to_status).where(ClaimChange.claim_id == UUID(claim["id"])).order_by(ClaimChange.id)
    return [str(status) for status in db.session.scalars(of_claim)]


def _told(claim):
    db.session.rollback()
    return list(db.session.scalars(select(OutboxEvent.name).where(OutboxEvent.subject_id == UUID(claim["id"])).order_by(OutboxEvent.id)))


def test_a_place_at_a_home_visit_is_asked_for_and_taken_meanwhile(asked, officer, phone_of, street):
    demand, claim = asked
    other = resident(phone_of, street)

    assert claim["status"] == "asked"
    assert place_count(demand) == (1, 1)
    answer = other.post("/claims", {"role_id": demand["role_id"], "team_id": team_led_by(other, street)})
    assert refused(answer) == (409, "opening_full")


def test_work_that_is_no_home_visit_is_claimed_at_once(officer, leader, street):
    demand = published_demand(officer, street, brand="red_ribbon")

    assert asked_for(leader, demand, team_led_by(leader, street))["status"] == "held"


def test_the_claims_that_wait_are_found_by_title_team_brand_and_day(asked, officer, street):
    demand, claim = asked

    def waiting(**query):
        return [line["id"] for line in officer.seen("/claims/waiting", **query)["items"]]

    assert waiting(q=demand["title"][:2]) == waiting(brand="door_knock", team_id=claim["claimant_id"]) == [claim["id"]]
    assert waiting(demand_number=demand["number"][-4:], community_id=street["和平社区"]) == [claim["id"]]
    for other in (
        {"q": "没有"},
        {"brand": "red_ribbon"},
        {"team_id": demand["id"]},
        {"until": "2020-01-01"},
        {"organisation_id": demand["id"]},
    ):
        assert waiting(**other) == [], other
    of_demand = f"/demands/{demand['id']}/claims"
    assert [line["id"] for line in officer.seen(of_demand, status="asked")["items"]] == [claim["id"]]
    assert officer.seen(of_demand, status="held")["items"] == []


def test_the_community_accepts_and_the_place_is_held(asked, officer, leader):
    demand, claim = asked

    assert officer.made(f"/claims/{claim['id']}/acceptance")["status"] == "held"
    assert place_count(demand) == (1, 1)
    assert _steps(claim) == ["asked", "held"]
    assert _told(claim) == ["place.asked_for", "place.claimed"]
    entries = select(AuditEntry.action, AuditEntry.details["decision"].astext).where(AuditEntry.subject_id == UUID(claim["id"]))
    assert [tuple(entry) for entry in db.session.execute(entries.order_by(AuditEntry.id))] == [
        ("place.claim", None),
        ("claim.review", "accepted"),
    ]
    assert leader.seen(f"/claims/{claim['id']}")["status"] == "held"


def test_the_community_refuses_with_a_reason_and_the_place_is_free(asked, officer, leader):
    demand, claim = asked

    assert officer.made(f"/claims/{claim['id']}/refusal", WHY)["status"] == "refused"
    assert place_count(demand) == (0, 0)
    assert leader.seen(f"/claims/{claim['id']}")["reason"] == WHY["reason"]
    assert _told(claim) == ["place.asked_for", "place.refused"]
    assert asked_for(leader, demand, claim["claimant_id"])["status"] == "asked", "another time is another question"


def test_what_was_answered_is_not_answered_again(asked, officer):
    _, claim = asked
    officer.made(f"/claims/{claim['id']}/refusal", WHY)

    assert refused(officer.post(f"/claims/{claim['id']}/acceptance")) == (409, "claim_answered")
    assert refused(officer.post(f"/claims/{claim['id']}/refusal", WHY)) == (409, "claim_answered")


def test_who_asked_takes_it_back_before_the_answer(asked, officer, leader):
    demand, claim = asked

    assert leader.made(f"/claims/{claim['id']}/release", WHY)["status"] == "withdrawn"
    assert place_count(demand) == (0, 0)
    assert _told(claim) == ["place.asked_for", "place.withdrawn"]
    assert refused(officer.post(f"/claims/{claim['id']}/acceptance")) == (409, "claim_answered")


def test_before_the_yes_nobody_of_the_team_sees_the_shift_or_signs_in(asked, officer, leader):
    demand, _ = asked
    [shift] = officer.seen("/shifts", opening_id=demand["opening_id"])["items"]

    assert leader.seen("/me/shifts")["items"] == []
    assert refused(leader.get(f"/shifts/{shift['id']}")) == (404, "not_found")
    code = officer.seen(f"/shifts/{shift['id']}/code")["code"]
    assert leader.post(f"/shifts/{shift['id']}/sign-in", {"code": code}).status_code in (403, 404)
    assert leader.seen(f"/demands/{demand['id']}")["details"] is None
    assert refused(leader.get(f"/demands/{demand['id']}/beneficiary")) == (404, "not_found")


def test_what_nobody_answers_until_the_service_begins_ends_by_itself(officer, leader, phone_of, street, pass_time):
    demand = _later(officer, street, starts_in=timedelta(hours=3))
    claim = asked_for(leader, demand, team_led_by(leader, street))

    pass_time(hours=2, minutes=59)
    end_unanswered_claims()
    assert _steps(claim) == ["asked"]
    pass_time(minutes=1)
    end_unanswered_claims()

    assert _steps(claim) == ["asked", "refused"]
    assert _told(claim) == ["place.asked_for", "place.unanswered"]
    assert place_count(demand) == (0, 0)
    assert phone_of("leader").seen(f"/claims/{claim['id']}")["reason"] == "社区未在服务开始前答复"


def test_it_is_not_accepted_after_that_though_the_clock_has_not_rung(officer, leader, street, pass_time):
    demand = _later(officer, street, starts_in=timedelta(minutes=5))
    claim = asked_for(leader, demand, team_led_by(leader, street))

    pass_time(minutes=5)

    assert refused(officer.post(f"/claims/{claim['id']}/acceptance")) == (409, "claim_answered")


def test_who_asks_when_the_service_has_begun_may_be_accepted_until_it_is_over(officer, leader, street, pass_time):
    demand = published_demand(officer, street)
    pass_time(minutes=10)
    claim = asked_for(leader, demand, team_led_by(leader, street))
    pass_time(minutes=1)
    end_unanswered_claims()

    assert officer.made(f"/claims/{claim['id']}/acceptance")["status"] == "held"


def test_nobody_answers_what_they_asked_for_themselves(officer, street, leader):
    give_role(officer, Grant(Role.PARTY_MEMBER, area_path="639999001001"))
    demands = [published_demand(officer, street) for _ in range(2)]
    own = asked_for(officer, demands[0], as_person=True)
    for_team = asked_for(officer, demands[1], team_led_by(officer, street))

    for claim in (own, for_team):
        for answer in ("acceptance", "refusal"):
            assert refused(officer.post(f"/claims/{claim['id']}/{answer}", WHY)) == (403, "own_claim")
    assert street.officer.made(f"/claims/{own['id']}/acceptance")["status"] == "held", "the street is somebody else"


def test_what_waits_is_listed_for_its_community_only(asked, officer, neighbour):
    _, claim = asked

    [line] = officer.seen("/claims/waiting")["items"]
    assert (line["id"], line["status"], line["demand_id"]) == (claim["id"], "asked", asked[0]["id"])
    assert neighbour.seen("/claims/waiting")["items"] == []
    assert refused(neighbour.post(f"/claims/{claim['id']}/acceptance")) == (404, "not_found")
    officer.made(f"/claims/{claim['id']}/acceptance")
    assert officer.seen("/claims/waiting")["items"] == []


def test_a_demand_that_is_called_off_refuses_what_is_asked_for(asked, officer):
    demand, claim = asked

    officer.made(f"/demands/{demand['id']}/cancellation", {"reason": "老人住院"})

    assert _steps(claim) == ["asked", "refused"]
    assert place_count(demand) == (0, 0)
