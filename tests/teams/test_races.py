"""What several people do to a team at the same moment: one of them does it, and the team stays whole."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from backend.accounts.models import RoleGrant
from backend.foundation.actor import Role
from backend.foundation.database import db
from backend.teams.models import JoinRequest, Membership, Team
from tests.support.people import registered_volunteer
from tests.support.teams import active_team, applied_team, join_team, team_plan

ROUNDS = 5


def at_once(*calls):
    """The answers of the calls, which all start at the same moment."""
    start = Barrier(len(calls))

    def run(call):
        start.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [answer.result() for answer in [pool.submit(run, call) for call in calls]]


def codes(answers):
    """How often each status, refusals by their code."""
    return Counter(answer.get_json()["code"] if answer.status_code >= 400 else answer.status_code for answer in answers)


def live_people(team_id):
    return select(Membership.person_id).where(Membership.team_id == team_id, Membership.is_live())


def leads_whole(team_id):
    """That the team's one leader is a member and alone holds the role."""
    db.session.rollback()
    leader = db.session.scalars(select(Team.leader_person_id).where(Team.id == team_id)).one()
    members = db.session.scalars(live_people(team_id)).all()
    holders = db.session.scalars(
        select(func.count()).where(RoleGrant.team_id == team_id, RoleGrant.role == Role.TEAM_LEADER, RoleGrant.withdrawn_at.is_(None))
    ).one()
    return leader in members and len(set(members)) == len(members) and holders == 1


def test_one_name_goes_to_one_of_many_applications(volunteer, street):
    plan = team_plan(community_id=street["和平社区"])
    phones = [volunteer() for _ in range(8)]

    answers = at_once(*(lambda phone=phone: phone.post("/teams", plan) for phone in phones))

    assert codes(answers) == {201: 1, "team_name_taken": 7}
    assert db.session.scalar(select(func.count()).select_from(Team)) == 1


def test_many_wishes_of_one_person_are_one_wish(phone_of, street, team):
    registered_volunteer(phone_of, street, "eager")
    phones = [phone_of("eager") for _ in range(8)]

    answers = at_once(*(lambda phone=phone: phone.post(f"/teams/{team}/join-requests") for phone in phones))

    assert codes(answers) == {201: 1, "already_asked": 7}


def test_a_team_is_accepted_or_returned_once(leader, administrator, street):
    team = applied_team(leader, street)
    officers = [administrator(Role.STREET_OFFICER, "639999001") for _ in range(6)]
    path = f"/teams/{team['id']}"

    answers = at_once(
        *(lambda phone=phone: phone.post(f"{path}/acceptance") for phone in officers[:3]),
        *(lambda phone=phone: phone.post(f"{path}/return", {"reason": "请补充。"}) for phone in officers[3:]),
    )

    assert codes(answers) == {200: 1, "team_not_applied": 5}
    active = leader.seen(path)["status"] == "active"
    assert len(db.session.scalars(live_people(team["id"])).all()) == active


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_a_wish_is_accepted_refused_or_withdrawn_once(phone_of, street, officer, turn):
    member = registered_volunteer(phone_of, street, "asker", name="李晓明")
    lead = registered_volunteer(phone_of, street, "lead", name="孙队长")
    team = active_team(lead, officer, street)
    wish = member.made(f"/teams/{team['id']}/join-requests")
    path = f"/teams/{team['id']}/join-requests/{wish['id']}"

    answers = at_once(
        lambda: phone_of("lead").post(f"{path}/acceptance"),
        lambda: phone_of("lead").post(f"{path}/acceptance"),
        lambda: phone_of("lead").post(f"{path}/refusal", {"reason": "名额已满。"}),
        lambda: phone_of("asker").post(f"{path}/withdrawal"),
    )

    assert codes(answers) == {200: 1, "join_request_decided": 3}
    db.session.rollback()
    status = db.session.scalars(select(JoinRequest.status)).one()
    assert len(db.session.scalars(live_people(team["id"])).all()) == (2 if status == "accepted" else 1)


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_a_successor_who_leaves_at_that_moment_leads_or_is_gone(leader, volunteer, team, turn):
    member = volunteer("李晓明")
    membership = join_team(member, leader, team)
    path = f"/teams/{team}"

    handed, left = at_once(
        lambda: leader.post(f"{path}/successor", {"membership_id": membership["id"]}), lambda: member.post(f"{path}/departure")
    )

    assert codes([handed, left]) in ({200: 1, "leader_must_hand_over": 1}, {204: 1, "member_unknown": 1})
    assert leads_whole(team)


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_a_leader_who_leaves_while_a_successor_is_named_leaves_a_led_team(phone_of, officer, volunteer, street, turn):
    lead = registered_volunteer(phone_of, street, "lead", name="孙队长")
    team = active_team(lead, officer, street)
    heirs = [join_team(volunteer(), lead, team["id"])["id"] for _ in range(2)]
    path = f"/teams/{team['id']}"

    answers = at_once(
        lambda: phone_of("lead").post(f"{path}/successor", {"membership_id": heirs[0]}),
        lambda: phone_of("lead").post(f"{path}/successor", {"membership_id": heirs[1]}),
        lambda: phone_of("lead").post(f"{path}/departure"),
    )

    assert codes(answers[:2]) == {200: 1, "forbidden": 1}
    assert codes(answers[2:]).keys() <= {204, "leader_must_hand_over"}
    assert leads_whole(team["id"])


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_nobody_joins_a_team_while_it_is_dissolved(leader, officer, volunteer, team, turn):
    member, other = volunteer("李晓明"), volunteer("周小文")
    path = f"/teams/{team}"
    wish = member.made(f"{path}/join-requests")

    at_once(
        lambda: officer.post(f"{path}/dissolution", {"reason": "长期没有活动。"}),
        lambda: leader.post(f"{path}/join-requests/{wish['id']}/acceptance"),
        lambda: other.post(f"{path}/join-requests"),
    )

    db.session.rollback()
    assert officer.seen(path)["status"] == "dissolved"
    assert db.session.scalars(live_people(team)).all() == []
    assert db.session.scalar(select(func.count()).where(JoinRequest.status == "asked")) == 0


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_who_leaves_volunteering_at_that_moment_does_not_lead(leader, volunteer, team, turn):
    member = volunteer("李晓明")
    membership = join_team(member, leader, team)

    handed, left = at_once(
        lambda: leader.post(f"/teams/{team}/successor", {"membership_id": membership["id"]}),
        lambda: member.post("/me/volunteer/leaving", {}),
    )

    assert codes([handed, left]) in ({200: 1, "still_leading": 1}, {204: 1, "leader_not_volunteer": 1})
    assert leads_whole(team)
