"""A place is held by one claimant, given back once, and never by more than there are places."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import UUID, uuid4

from sqlalchemy import select, update

from backend.brands import ClaimantKind
from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.foundation.outbox import OutboxEvent
from backend.openings.models import ClaimChange, Opening
from backend.organisations.models import OrganisationStatus
from backend.teams.models import TeamStatus
from tests.support.demands import (
    claimed,
    demand_form,
    give_role,
    organisation_of,
    place_count,
    published_demand,
    resident,
    team_led_by,
    window,
)
from tests.support.phone import refused


def _claim(phone, demand, **claimant):
    return phone.post("/claims", {"role_id": demand["role_id"]} | claimant)


def test_a_leader_claims_a_place_for_the_team(officer, leader, street):
    demand = published_demand(officer, street, places=2)
    team_id = team_led_by(leader, street)

    claim = claimed(leader, demand, team_id)

    assert (claim["status"], claim["claimant_kind"], claim["claimant_id"]) == ("held", "team", team_id)
    assert place_count(demand) == (1, 1)
    assert officer.seen(f"/demands/{demand['id']}")["taken"] == 1


def test_staff_claim_for_their_organisation(officer, leader, street):
    demand = published_demand(officer, street)
    organisation_id = organisation_of(leader, street)

    answer = _claim(leader, demand, organisation_id=organisation_id)

    assert (answer.status_code, answer.get_json()["claimant_kind"]) == (201, "organisation")


def test_a_party_member_claims_where_the_community_accepted_the_registration(officer, leader, street):
    demand = published_demand(officer, street)
    give_role(leader, Grant(Role.PARTY_MEMBER, area_path="639999001001"))

    answer = _claim(leader, demand, as_person=True)

    assert (answer.status_code, answer.get_json()["claimant_id"]) == (201, leader.person_id)


def test_one_person_is_asked_about_two_services_at_the_same_time_and_a_team_is_not(officer, leader, street):
    give_role(leader, Grant(Role.PARTY_MEMBER, area_path="639999001001"))
    demands = [published_demand(officer, street, places=2) for _ in range(2)]
    plain = officer.made("/demands", demand_form(street))
    later = officer.made(f"/demands/{plain['id']}/publication", window(starts_in=timedelta(hours=2)))
    first = _claim(leader, demands[0], as_person=True).get_json()
    assert _claim(leader, later, as_person=True).status_code == 201, "one after the other"

    again = _claim(leader, demands[1], as_person=True)
    assert (refused(again), again.get_json()["claim_id"]) == ((409, "claims_overlap"), first["id"])
    assert place_count(demands[1]) == (0, 0)
    team_id = team_led_by(leader, street)
    assert all(_claim(leader, demand, team_id=team_id).status_code == 201 for demand in demands)
    assert _claim(leader, demands[1], as_person=True, overlap_confirmed=True).status_code == 201


def test_a_party_member_of_another_community_is_refused(officer, leader, street):
    demand = published_demand(officer, street)
    give_role(leader, Grant(Role.PARTY_MEMBER, area_path="639999001002"))

    assert refused(_claim(leader, demand, as_person=True)) == (403, "forbidden")
    assert place_count(demand) == (0, 0)


def test_who_has_no_person_claims_nothing_as_a_person(officer, phone_of, street):
    demand = published_demand(officer, street)

    assert refused(_claim(phone_of(), demand, as_person=True)) == (403, "person_needed")


def test_nobody_claims_for_a_team_that_they_do_not_lead(officer, leader, phone_of, street):
    demand = published_demand(officer, street)
    team_id = team_led_by(leader, street)

    assert refused(_claim(resident(phone_of, street), demand, team_id=team_id)) == (403, "forbidden")
    assert refused(_claim(officer, demand, team_id=team_id)) == (403, "forbidden")
    assert refused(_claim(leader, demand, organisation_id=str(uuid4()))) == (403, "forbidden")
    assert place_count(demand) == (0, 0)


def test_a_claim_names_exactly_one_claimant(officer, leader, street):
    demand = published_demand(officer, street)
    team_id = team_led_by(leader, street)

    assert refused(_claim(leader, demand))[0] == 422
    assert refused(_claim(leader, demand, team_id=team_id, as_person=True))[0] == 422


def test_the_same_claimant_never_holds_two_places(officer, leader, street):
    demand = published_demand(officer, street, places=5)
    team_id = team_led_by(leader, street)
    claimed(leader, demand, team_id)

    assert refused(_claim(leader, demand, team_id=team_id)) == (409, "already_claimed")
    assert place_count(demand) == (1, 1)


def test_a_full_opening_is_refused_and_a_released_place_is_free_again(officer, leader, phone_of, street):
    demand = published_demand(officer, street)
    claim = claimed(leader, demand, team_led_by(leader, street))
    other = resident(phone_of, street)
    other_team = team_led_by(other, street)

    full = _claim(other, demand, team_id=other_team)
    assert refused(full) == (409, "opening_full")
    until = datetime.fromisoformat(demand["ends_at"])
    told = f"名额已满；{clock.moment(until)}前有人取消认领的，会重新开放；需要增加名额的，请联系和平社区"
    assert (full.get_json()["detail"], datetime.fromisoformat(full.get_json()["closes_at"])) == (told, until)
    released = leader.post(f"/claims/{claim['id']}/release", {"reason": "队员生病"})
    assert (released.status_code, released.get_json()["status"]) == (200, "released")
    assert place_count(demand) == (0, 0)
    assert _claim(other, demand, team_id=other_team).status_code == 201
    assert refused(leader.post(f"/claims/{claim['id']}/release", {"reason": "再来一次"})) == (409, "claim_released")
    assert place_count(demand) == (1, 1)


def test_a_released_claimant_may_claim_again(officer, leader, street):
    demand = published_demand(officer, street)
    team_id = team_led_by(leader, street)
    first = claimed(leader, demand, team_id)
    leader.made(f"/claims/{first['id']}/release", {"reason": "改时间"})

    assert claimed(leader, demand, team_id)["id"] != first["id"]
    assert place_count(demand) == (1, 1)


def test_a_team_that_is_not_active_and_an_organisation_that_is_not_verified_claim_nothing(officer, leader, street):
    demand = published_demand(officer, street)
    dissolved = team_led_by(leader, street, status=TeamStatus.DISSOLVED)
    applied = organisation_of(leader, street, status=OrganisationStatus.APPLIED)

    assert refused(_claim(leader, demand, team_id=dissolved)) == (409, "claimant_not_active")
    assert refused(_claim(leader, demand, organisation_id=applied)) == (409, "claimant_not_active")
    assert place_count(demand) == (0, 0)


def test_only_the_kinds_of_claimant_that_the_opening_names_may_claim(officer, leader, street):
    demand = published_demand(officer, street)
    with transaction():
        db.session.execute(update(Opening).values(claimant_kinds=[ClaimantKind.ORGANISATION.value]))

    assert refused(_claim(leader, demand, team_id=team_led_by(leader, street))) == (409, "claimant_not_allowed")


def test_after_its_window_an_opening_takes_no_claims(officer, leader, phone_of, street, pass_time):
    demand = published_demand(officer, street)
    body = {"role_id": demand["role_id"], "team_id": team_led_by(leader, street)}
    pass_time(hours=2, seconds=1)

    closed = phone_of("leader").post("/claims", body)
    assert refused(closed) == (409, "opening_closed")
    ended = clock.moment(datetime.fromisoformat(demand["ends_at"]))
    assert closed.get_json()["detail"] == f"该需求已于{ended}停止认领，有疑问请联系和平社区"


def test_what_is_called_off_takes_no_claims(officer, leader, street):
    demand = published_demand(officer, street)
    officer.made(f"/demands/{demand['id']}/cancellation", {"reason": "老人住院"})

    closed = _claim(leader, demand, team_id=team_led_by(leader, street))
    assert refused(closed) == (409, "opening_closed")
    assert "办结或者取消" in closed.get_json()["detail"], "its window was not over"
    assert place_count(demand) == (0, 0)


def test_an_unknown_role_is_not_found(leader, street):
    team_id = team_led_by(leader, street)

    assert refused(leader.post("/claims", {"role_id": str(uuid4()), "team_id": team_id})) == (404, "not_found")


def test_the_same_submission_claims_once(officer, leader, street):
    demand = published_demand(officer, street, places=3)
    body = {"role_id": demand["role_id"], "team_id": team_led_by(leader, street)}

    first, second = (leader.post("/claims", body, key="the-same-key") for _ in range(2))

    assert (first.status_code, second.status_code, first.data) == (201, 201, second.data)
    assert place_count(demand) == (1, 1)
    assert refused(leader.client.post("/api/v1/claims", json=body, headers={"Authorization": f"Bearer {leader.access_token}"})) == (
        400,
        "idempotency_key_missing",
    )


def test_a_claim_and_its_release_are_written_down(officer, leader, street):
    demand = published_demand(officer, street, brand="red_ribbon")
    claim = claimed(leader, demand, team_led_by(leader, street))
    leader.made(f"/claims/{claim['id']}/release", {"reason": "队员生病"})

    claim_id = UUID(claim["id"])
    steps = db.session.execute(
        select(ClaimChange.from_status, ClaimChange.to_status, ClaimChange.reason)
        .where(ClaimChange.claim_id == claim_id)
        .order_by(ClaimChange.id)
    ).all()
    assert [tuple(step) for step in steps] == [(None, "held", None), ("held", "released", "队员生病")]
    events = select(OutboxEvent.name).where(OutboxEvent.subject_id == claim_id).order_by(OutboxEvent.id)
    assert db.session.scalars(events).all() == ["place.claimed", "place.released"]
    acts = select(AuditEntry.action, AuditEntry.account_id, AuditEntry.reason).where(AuditEntry.subject_id == claim_id)
    assert [tuple(act) for act in db.session.execute(acts.order_by(AuditEntry.id))] == [
        ("place.claim", UUID(leader.account_id), None),
        ("place.release", UUID(leader.account_id), None),
    ]


def test_who_else_may_release_a_claim(officer, leader, phone_of, administrator, street):
    demand = published_demand(officer, street)
    claim = claimed(leader, demand, team_led_by(leader, street))
    path, reason = f"/claims/{claim['id']}/release", {"reason": "活动取消"}

    assert refused(resident(phone_of, street).post(path, reason)) == (404, "not_found")
    assert refused(street.next.officer.post(path, reason)) == (404, "not_found")
    assert refused(administrator(Role.DISTRICT_OFFICER, "639999").post(path, reason)) == (403, "forbidden")
    assert refused(leader.post(f"/claims/{uuid4()}/release", reason)) == (404, "not_found")
    assert place_count(demand) == (1, 1)
    assert officer.post(path, reason).status_code == 200


def test_last_place_goes_to_one_team(officer, phone_of, street):
    demand = published_demand(officer, street)
    leaders = [resident(phone_of, street) for _ in range(8)]
    teams = [team_led_by(leader, street) for leader in leaders]
    start = Barrier(len(teams))

    def claim(leader, team_id):
        start.wait()
        return _claim(leader, demand, team_id=team_id)

    with ThreadPoolExecutor(len(teams)) as pool:
        answers = list(pool.map(claim, leaders, teams))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    assert {answer.get_json()["code"] for answer in answers if answer.status_code == 409} == {"opening_full"}
    assert place_count(demand) == (1, 1)


def test_one_claimant_at_once_from_many_phones_holds_one_place(officer, leader, street):
    demand = published_demand(officer, street, places=8)
    team_id = team_led_by(leader, street)
    start = Barrier(8)

    def claim(_):
        start.wait()
        return _claim(leader, demand, team_id=team_id)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(claim, range(8)))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    assert place_count(demand) == (1, 1)


def test_one_place_is_given_back_once(officer, leader, phone_of, street):
    demand = published_demand(officer, street, places=2)
    claim = claimed(leader, demand, team_led_by(leader, street))
    other = resident(phone_of, street)
    claimed(other, demand, team_led_by(other, street))
    start = Barrier(6)

    def release(_):
        start.wait()
        return leader.post(f"/claims/{claim['id']}/release", {"reason": "改时间"})

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(release, range(6)))

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 5}
    assert place_count(demand) == (1, 1)
