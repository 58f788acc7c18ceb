"""Who asks to join, who is taken in, who leaves, who leads next."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from backend.foundation import clock, outbox
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.foundation.outbox import OutboxEvent
from backend.people.models import Person
from backend.teams import queries
from backend.teams.models import JoinRequest, Membership, TeamChange
from tests.support.guardians import child, guardianship_form
from tests.support.people import registered_volunteer, volunteer_form
from tests.support.phone import refused
from tests.support.teams import active_team, join_team

WHY = {"reason": "名额已满。"}


@pytest.fixture
def path(team):
    return f"/teams/{team}"


def names(leader, path):
    return [(member["name"], member["is_leader"]) for member in leader.seen(f"{path}/members")["items"]]


def teams_led(phone):
    return [role["team_id"] for role in phone.seen("/me")["roles"] if role["role"] == "team_leader"]


def test_who_asked_belongs_to_the_team_when_the_leader_accepts(leader, officer, volunteer, path):
    member = volunteer("李晓明")
    wish = member.made(f"{path}/join-requests", {"message": "周末有空"})
    assert (wish["status"], wish["name"]) == ("asked", "李晓明")
    assert [(item["id"], item["message"]) for item in leader.seen(f"{path}/join-requests")["items"]] == [(wish["id"], "周末有空")]

    decided = leader.made(f"{path}/join-requests/{wish['id']}/acceptance")

    assert decided["status"] == "accepted"
    assert names(leader, path) == [("张队长", True), ("李晓明", False)]

    def found(phone, **query):
        return [line["name"] for line in phone.seen(f"{path}/members", **query)["items"]]

    assert found(officer, q="晓明") == found(officer, q=member.volunteer_number) == ["李**"]
    assert found(leader, q="晓明") == ["李晓明"], "whom they call they find by name"
    assert found(leader, q=member.volunteer_number) == found(leader, q="没有") == found(officer, q="晓明", until="2020-01-01") == []
    with transaction():
        db.session.execute(update(Person).where(Person.id == UUID(member.person_id)).values(born_on=date(2015, 1, 1)))
    assert found(leader, q="晓明") == [], "of a minor the guardian is called"
    assert leader.seen(f"{path}/join-requests")["items"] == []
    assert member.seen(path)["member_count"] == 2
    membership = db.session.scalars(select(Membership).order_by(Membership.id.desc()).limit(1)).one()
    heard = db.session.scalars(select(OutboxEvent.subject_id).where(OutboxEvent.name == "membership.started").order_by(OutboxEvent.id))
    assert heard.all()[-1] == membership.id
    steps = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == wish["id"]).order_by(AuditEntry.id))
    assert steps.all() == ["team.join", "team.lead"]


def test_a_refused_person_reads_why_and_may_ask_again(leader, volunteer, path):
    member = volunteer("李晓明")
    wish = member.made(f"{path}/join-requests")
    assert refused(member.post(f"{path}/join-requests")) == (409, "already_asked")

    leader.made(f"{path}/join-requests/{wish['id']}/refusal", WHY)

    own = member.seen("/me/join-requests")["items"]
    assert [(item["status"], item["reason"]) for item in own] == [("refused", WHY["reason"])]
    assert refused(leader.post(f"{path}/join-requests/{wish['id']}/acceptance")) == (409, "join_request_decided")
    assert member.post(f"{path}/join-requests").status_code == 201


def test_a_wish_that_was_taken_back_cannot_be_accepted(leader, volunteer, path):
    member = volunteer("李晓明")
    wish = member.made(f"{path}/join-requests")

    assert refused(leader.post(f"{path}/join-requests/{wish['id']}/withdrawal")) == (404, "not_found")
    member.made(f"{path}/join-requests/{wish['id']}/withdrawal")

    for step, body in (("acceptance", {}), ("refusal", WHY)):
        assert refused(leader.post(f"{path}/join-requests/{wish['id']}/{step}", body)) == (409, "join_request_decided")
    assert refused(member.post(f"{path}/join-requests/{wish['id']}/withdrawal")) == (409, "join_request_decided")
    assert names(leader, path) == [("张队长", True)]


def test_one_belongs_to_several_teams_and_to_each_once(leader, officer, volunteer, street, path):
    second = volunteer("孙队长")
    other = active_team(second, officer, street)
    member = volunteer("李晓明")
    join_team(member, leader, path.removeprefix("/teams/"))
    join_team(member, second, other["id"])

    assert len(member.seen("/me/teams")["items"]) == 2
    assert refused(member.post(f"{path}/join-requests")) == (409, "already_member")
    assert refused(leader.post(f"{path}/join-requests")) == (409, "already_member")


def test_only_the_leader_decides_about_wishes(leader, officer, volunteer, street, path):
    member, second = volunteer("李晓明"), volunteer("孙队长")
    active_team(second, officer, street)
    wish = member.made(f"{path}/join-requests")

    for stranger in (member, second, officer):
        assert refused(stranger.post(f"{path}/join-requests/{wish['id']}/acceptance")) == (403, "forbidden")
        assert refused(stranger.post(f"{path}/join-requests/{wish['id']}/refusal", WHY)) == (403, "forbidden")


def test_a_wish_to_another_team_is_unknown_here(leader, officer, volunteer, street, path):
    second = volunteer("孙队长")
    other = active_team(second, officer, street)
    wish = volunteer("李晓明").made(f"/teams/{other['id']}/join-requests")

    assert refused(leader.post(f"{path}/join-requests/{wish['id']}/acceptance")) == (404, "not_found")


def test_only_registered_volunteers_ask(phone_of, path):
    assert refused(phone_of().post(f"{path}/join-requests")) == (403, "person_needed")


def test_a_member_leaves_and_may_come_back(leader, volunteer, team, path):
    member = volunteer("李晓明")
    first = join_team(member, leader, team)

    member.made(f"{path}/departure")

    assert names(leader, path) == [("张队长", True)]
    assert member.seen("/me/teams")["items"] == []
    assert refused(member.post(f"{path}/departure")) == (409, "not_a_member")
    assert join_team(member, leader, team)["id"] != first["id"]


def test_a_member_belongs_to_the_team_until_the_day_before_leaving(leader, phone_of, street, team, path, pass_time):
    member = registered_volunteer(phone_of, street, "member", name="李晓明")
    joined = clock.shanghai_day(clock.now())
    join_team(member, leader, team)
    left = clock.shanghai_day(pass_time(days=2))
    phone_of("member").made(f"{path}/departure")

    assert queries.was_member(team, member.person_id, joined)
    assert not queries.was_member(team, member.person_id, left)


def test_the_leader_removes_a_member_with_a_reason(leader, officer, volunteer, team, path):
    member = volunteer("李晓明")
    membership = join_team(member, leader, team)
    removal = f"{path}/members/{membership['id']}/removal"
    for stranger in (member, officer):
        assert refused(stranger.post(removal, WHY)) == (403, "forbidden")

    leader.made(removal, WHY)

    assert names(leader, path) == [("张队长", True)]
    last = db.session.scalars(select(Membership).order_by(Membership.id.desc()).limit(1)).one()
    assert (str(last.fact_id), last.reason) == (membership["id"], WHY["reason"])
    assert refused(leader.post(removal, WHY)) == (404, "member_unknown")
    assert refused(leader.post(removal, {})) == (422, "invalid")


def test_the_leader_leaves_only_after_naming_a_successor(leader, volunteer, team, path):
    member = volunteer("李晓明")
    membership = join_team(member, leader, team)
    own = leader.seen(f"{path}/members")["items"][0]["id"]
    assert refused(leader.post(f"{path}/departure")) == (409, "leader_must_hand_over")
    assert refused(leader.post(f"{path}/members/{own}/removal", WHY)) == (409, "leader_must_hand_over")
    assert refused(leader.post(f"{path}/successor", {"membership_id": own})) == (409, "already_leader")

    handed = leader.made(f"{path}/successor", {"membership_id": membership["id"]})

    assert handed["leader_name"] == "李**"
    assert (teams_led(leader), teams_led(member)) == ([], [team])
    assert names(member, path) == [("张队长", False), ("李晓明", True)]
    assert refused(leader.post(f"{path}/successor", {"membership_id": own})) == (403, "forbidden")
    leader.made(f"{path}/departure")
    assert names(member, path) == [("李晓明", True)]
    steps = db.session.execute(select(TeamChange.from_status, TeamChange.to_status).order_by(TeamChange.id.desc()).limit(1)).one()
    assert tuple(steps) == ("active", "active")


def test_a_successor_is_a_member_of_this_team(leader, officer, volunteer, street, team, path):
    second = volunteer("孙队长")
    other = active_team(second, officer, street)
    elsewhere = second.seen(f"/teams/{other['id']}/members")["items"][0]["id"]
    member = volunteer("李晓明")
    left = join_team(member, leader, team)["id"]
    member.made(f"{path}/departure")

    for membership_id in (elsewhere, left, team):
        assert refused(leader.post(f"{path}/successor", {"membership_id": membership_id})) == (404, "member_unknown")


def test_no_minor_leads_next(leader, mother, phone_of, street, team, path):
    ward, minor = child(16), phone_of("child")
    mother.made("/guardianships", guardianship_form(street, ward))
    minor.made("/volunteers", volunteer_form(street, **ward))
    membership = join_team(minor, leader, team)

    assert refused(leader.post(f"{path}/successor", {"membership_id": membership["id"]})) == (403, "adult_needed")

    assert (teams_led(leader), teams_led(minor)) == ([team], [])


def test_the_community_names_a_leader_where_the_old_one_is_gone(leader, officer, neighbour, volunteer, team, path):
    member = volunteer("李晓明")
    membership = join_team(member, leader, team)
    assert refused(neighbour.post(f"{path}/successor", {"membership_id": membership["id"]})) == (403, "forbidden")

    officer.made(f"{path}/successor", {"membership_id": membership["id"]})

    assert (teams_led(leader), teams_led(member)) == ([], [team])


def test_who_leaves_volunteering_leaves_the_teams(app, leader, officer, volunteer, street, team, path):
    member = volunteer("李晓明")
    join_team(member, leader, team)
    elsewhere = active_team(volunteer("孙队长"), officer, street)
    member.made(f"/teams/{elsewhere['id']}/join-requests")

    member.made("/me/volunteer/leaving", {})
    while outbox.deliver_batch("teams", now=clock.now()):
        pass

    assert names(leader, path) == [("张队长", True)]
    assert [item["status"] for item in member.seen("/me/join-requests")["items"]] == ["withdrawn", "accepted"]
    assert db.session.scalar(select(func.count()).select_from(Membership)) == 4
    outbox_again = db.session.scalars(select(OutboxEvent.subject_id).where(OutboxEvent.name == "volunteer.left")).all()
    from_left = queries.former_volunteers(outbox_again)
    assert [str(person) for person in from_left] == [member.person_id]


def test_who_asked_and_left_volunteering_is_not_taken_in(leader, volunteer, path):
    member = volunteer("李晓明")
    wish = member.made(f"{path}/join-requests")
    member.made("/me/volunteer/leaving", {})

    assert refused(leader.post(f"{path}/join-requests/{wish['id']}/acceptance")) == (409, "applicant_not_volunteer")
    assert db.session.scalars(select(JoinRequest.status)).all() == ["asked"]
