"""A volunteer applies; the community accepts, or returns with the reason, and at the end dissolves."""

import pytest
from sqlalchemy import func, select

from backend.foundation import clock
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from backend.foundation.outbox import OutboxEvent
from backend.teams.models import JoinRequest, Membership, Team, TeamChange
from tests.support.people import registered_person
from tests.support.phone import refused
from tests.support.teams import active_team, applied_team, join_team, team_plan

WHY = {"reason": "请补充活动安排。"}


def teams_led(phone):
    return [role["team_id"] for role in phone.seen("/me")["roles"] if role["role"] == "team_leader"]


def test_an_accepted_team_is_led_by_who_applied(leader, officer, street):
    team = applied_team(leader, street)
    assert (team["status"], team["founded_on"], team["member_count"]) == ("applied", None, 0)
    assert [line["id"] for line in officer.seen("/teams", status="applied")["items"]] == [team["id"]]
    assert teams_led(leader) == []

    accepted = officer.made(f"/teams/{team['id']}/acceptance")

    assert (accepted["status"], accepted["leader_name"], accepted["member_count"]) == ("active", "张**", 1)
    assert accepted["founded_on"] == str(clock.shanghai_day(clock.now()))
    members = leader.seen(f"/teams/{team['id']}/members")["items"]
    assert [(member["name"], member["is_leader"]) for member in members] == [("张队长", True)]
    assert teams_led(leader) == [team["id"]]
    assert [line["id"] for line in leader.seen("/me/teams")["items"]] == [team["id"]]


def test_a_returned_application_is_amended_and_sent_again(leader, officer, street):
    team = applied_team(leader, street, name="银龄队")
    path = f"/teams/{team['id']}"
    assert refused(leader.post(f"{path}/application", team_plan())) == (409, "team_not_returned")

    officer.made(f"{path}/return", WHY)
    assert leader.seen(path)["reason"] == WHY["reason"]
    amended = leader.made(f"{path}/application", team_plan(name="银龄互助队", category="skills", charter="每月一次。"))

    assert (amended["name"], amended["category"], amended["charter"]) == ("银龄互助队", "skills", "每月一次。")
    assert (amended["status"], amended["reason"]) == ("applied", None)
    assert officer.made(f"{path}/acceptance")["status"] == "active"


def test_every_step_leaves_a_change_an_event_and_an_audit_entry(leader, officer, street):
    team = applied_team(leader, street)
    path = f"/teams/{team['id']}"
    officer.made(f"{path}/return", WHY)
    leader.made(f"{path}/application", team_plan())
    officer.made(f"{path}/acceptance")
    officer.made(f"{path}/dissolution", {"reason": "长期没有活动。"})

    changes = db.session.execute(select(TeamChange.from_status, TeamChange.to_status, TeamChange.reason).order_by(TeamChange.id)).all()
    assert [tuple(change) for change in changes] == [
        (None, "applied", None),
        ("applied", "returned", WHY["reason"]),
        ("returned", "applied", None),
        ("applied", "active", None),
        ("active", "dissolved", "长期没有活动。"),
    ]
    heard = db.session.scalars(select(OutboxEvent.name).where(OutboxEvent.name.regexp_match("^(team|membership)")).order_by(OutboxEvent.id))
    assert heard.all() == [
        "team.applied",
        "team.returned",
        "team.applied",
        "team.activated",
        "membership.started",
        "team.dissolved",
        "membership.ended",
    ]
    done = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == team["id"]).order_by(AuditEntry.id))
    assert done.all() == ["team.apply", "team.review", "team.amend", "team.review", "team.review"]


def test_a_dissolved_team_has_no_members_no_leader_and_no_open_wishes(leader, officer, volunteer, street):
    team = active_team(leader, officer, street)
    path = f"/teams/{team['id']}"
    join_team(volunteer(), leader, team["id"])
    wish = volunteer("周小文")
    wish.made(f"{path}/join-requests")

    dissolved = officer.made(f"{path}/dissolution", {"reason": "长期没有活动。"})

    assert (dissolved["status"], dissolved["reason"], dissolved["member_count"]) == ("dissolved", "长期没有活动。", 0)
    assert dissolved["dissolved_on"] == str(clock.shanghai_day(clock.now()))
    assert teams_led(leader) == []
    assert db.session.scalar(select(func.count()).where(Membership.is_live())) == 0
    assert db.session.scalars(select(JoinRequest.status).order_by(JoinRequest.id)).all() == ["accepted", "refused"]
    assert [item["reason"] for item in wish.seen("/me/join-requests")["items"]] == ["服务队已解散"]
    assert refused(officer.post(f"{path}/dissolution", WHY)) == (409, "team_not_active")
    assert refused(leader.post(f"{path}/application", team_plan())) == (409, "team_not_returned")


def test_a_name_is_taken_once_in_a_community_by_teams_applied_for_or_active(leader, officer, neighbour, volunteer, street):
    first, other = applied_team(leader, street, name="红马甲"), volunteer()
    again = team_plan(name="红马甲")
    here, there = again | {"community_id": street["和平社区"]}, again | {"community_id": street["团结社区"]}

    assert refused(other.post("/teams", here)) == (409, "team_name_taken")
    assert other.post("/teams", there).status_code == 201
    officer.made(f"/teams/{first['id']}/return", WHY)
    assert other.post("/teams", here).status_code == 201
    assert refused(leader.post(f"/teams/{first['id']}/application", again)) == (409, "team_name_taken")
    assert leader.seen(f"/teams/{first['id']}")["status"] == "returned"


def test_only_registered_volunteers_form_teams(phone_of, street):
    plan = team_plan(community_id=street["和平社区"])

    assert refused(phone_of().post("/teams", plan)) == (403, "person_needed")
    assert refused(registered_person(phone_of, street).post("/teams", plan)) == (403, "volunteer_needed")
    assert db.session.scalar(select(func.count()).select_from(Team)) == 0


@pytest.mark.parametrize("place", ["青山街道", "和平第一网格"])
def test_a_team_belongs_to_a_community(leader, street, place):
    assert refused(leader.post("/teams", team_plan(community_id=street[place]))) == (422, "not_a_community")


def test_a_decision_is_taken_once(leader, officer, street):
    team = active_team(leader, officer, street)

    assert refused(officer.post(f"/teams/{team['id']}/acceptance")) == (409, "team_not_applied")
    assert refused(officer.post(f"/teams/{team['id']}/return", WHY)) == (409, "team_not_applied")
    assert db.session.scalar(select(func.count()).select_from(Membership)) == 1


def test_the_same_key_applies_once(leader, street):
    plan = team_plan(community_id=street["和平社区"])

    first, second = leader.post("/teams", plan, key="the-same-key"), leader.post("/teams", plan, key="the-same-key")

    assert (first.status_code, first.get_data()) == (201, second.get_data())
    assert db.session.scalar(select(func.count()).select_from(Team)) == 1


def test_what_is_not_active_exists_for_its_own_community_and_applicant_only(leader, volunteer, officer, neighbour, street):
    team = applied_team(leader, street)
    path = f"/teams/{team['id']}"

    for stranger in (volunteer(), neighbour):
        for step in ("acceptance", "return", "application", "dissolution", "join-requests", "departure"):
            body = {"application": team_plan(), "return": WHY, "dissolution": WHY}.get(step, {})
            assert refused(stranger.post(f"{path}/{step}", body)) == (404, "not_found"), step
        assert refused(stranger.get(path)) == (404, "not_found")
        assert refused(stranger.get(f"{path}/members")) == (404, "not_found")
        assert stranger.seen("/teams", status="applied")["items"] == []
    assert refused(leader.post(f"{path}/acceptance")) == (403, "forbidden")
    assert refused(officer.post(f"{path}/application", team_plan())) == (403, "forbidden")
    assert [line["id"] for line in leader.seen("/teams", status="applied")["items"]] == [team["id"]]


def test_an_active_team_is_public_and_led_by_its_own(leader, volunteer, officer, neighbour, phone_of, street):
    team = active_team(leader, officer, street)
    path = f"/teams/{team['id']}"

    assert phone_of().seen(path)["leader_name"] == "张**"
    for stranger in (volunteer(), neighbour):
        assert refused(stranger.get(f"{path}/members")) == (403, "forbidden")
        assert refused(stranger.get(f"{path}/join-requests")) == (403, "forbidden")
        assert refused(stranger.post(f"{path}/dissolution", WHY)) == (403, "forbidden")


def test_an_unknown_team_is_not_found(leader, officer):
    path = "/teams/01931f6e-7c1a-7d2e-8f00-0123456789ab"

    assert refused(leader.get(path)) == (404, "not_found")
    assert refused(officer.post(f"{path}/acceptance")) == (404, "not_found")
    assert refused(leader.post(f"{path}/join-requests")) == (404, "not_found")


def test_who_left_volunteering_since_applying_leads_no_team(leader, officer, street):
    team = applied_team(leader, street)
    leader.made("/me/volunteer/leaving", {})

    assert refused(officer.post(f"/teams/{team['id']}/acceptance")) == (409, "leader_not_volunteer")
    assert officer.seen(f"/teams/{team['id']}")["status"] == "applied"


def test_a_renamed_team_goes_on_as_it_was(leader, officer, volunteer, street):
    team, other = active_team(leader, officer, street, name="银龄队"), active_team(leader, officer, street)
    path, why = f"/teams/{team['id']}", {"reason": "与街道的队伍同名"}
    join_team(volunteer(), leader, team["id"])
    assert refused(officer.post(f"{path}/renaming", why | {"name": other["name"]})) == (409, "team_name_taken")
    assert refused(leader.post(f"{path}/renaming", why | {"name": "自封队"})) == (403, "forbidden")

    renamed = officer.made(f"{path}/renaming", why | {"name": "银龄互助队"})

    assert (renamed["name"], renamed["status"], renamed["member_count"]) == ("银龄互助队", "active", 2)
    assert renamed["founded_on"] == team["founded_on"]
    assert db.session.scalars(select(TeamChange.reason).order_by(TeamChange.id.desc()).limit(1)).one() == "原名“银龄队”：与街道的队伍同名"
    assert active_team(leader, officer, street, name="银龄队")["status"] == "active", "the former name is free"
    officer.made(f"/teams/{other['id']}/dissolution", {"reason": "长期没有活动。"})
    assert refused(officer.post(f"/teams/{other['id']}/renaming", why | {"name": "某某队"})) == (409, "team_not_active")
