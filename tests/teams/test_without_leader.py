"""Who alone could lead a team may go all the same: the team is without a leader then, and the community takes members in and names one, or
dissolves it."""

import pytest
from sqlalchemy import select

from backend.consumers import CONSUMERS
from backend.foundation import clock, outbox
from backend.foundation.database import db
from backend.people import notices
from backend.people.notices import NoticeName
from backend.teams.models import TeamChange
from tests.support.guardians import child, guardianship_form
from tests.support.messages import kinds
from tests.support.people import volunteer_form
from tests.support.phone import refused
from tests.support.teams import active_team, join_team

WAYS = {
    "/me/consents/withdrawal": {"notice": "volunteer"},
    "/me/volunteer/leaving": {},
    "/me/closing": {"confirmed": True},
    "/teams/{team}/departure": None,
}
WHY = {"reason": "长期没有活动。"}


@pytest.fixture
def leader(street):
    return street.home.volunteer(name="孙队长")


@pytest.fixture
def team(leader, officer, street):
    return active_team(leader, officer, street)["id"]


def deliver():
    while sum(outbox.deliver_batch(consumer, now=clock.now()) for consumer in CONSUMERS):
        pass
    db.session.rollback()


@pytest.mark.parametrize("way", WAYS)
def test_who_alone_could_lead_may_go_and_the_community_has_the_team(way, leader, team, officer, street):
    wisher = street.home.volunteer(name="李晓明")
    wish = wisher.made(f"/teams/{team}/join-requests")["id"]
    members, accepting = f"/teams/{team}/members", f"/teams/{team}/join-requests/{wish}/acceptance"
    assert refused(officer.post(accepting)) == (403, "forbidden"), "while there is a leader, it is theirs to say"

    assert leader.post(way.format(team=team), WAYS[way]).status_code in (200, 201, 204)
    deliver()

    sheet = officer.seen(f"/teams/{team}")
    assert (sheet["status"], sheet["leader_name"], sheet["member_count"]) == ("active", None, 0)
    assert team in {line["id"] for line in officer.seen("/teams", limit=100)["items"]}
    if way != "/me/closing":
        assert refused(leader.post(accepting))[0] in (403, 404)
    assert "team_without_leader" in kinds(officer)
    assert officer.made(accepting)
    (member,) = officer.seen(members)["items"]
    assert officer.made(f"/teams/{team}/successor", {"membership_id": member["id"]})["leader_name"] == "李**"
    (told,) = (one for one in officer.seen("/me/messages", limit=100)["items"] if one["kind"] == "team_without_leader")
    assert told["waits"] is False
    steps = db.session.scalars(select(TeamChange.to_status).where(TeamChange.team_id == team).order_by(TeamChange.at, TeamChange.id)).all()
    assert steps == ["applied", "active", "active", "active"]


def test_a_leader_whom_a_grown_up_could_follow_hands_over_and_one_with_a_minor_alone_need_not(
    leader, team, officer, street, mother, phone_of
):
    ward, minor, member = child(16), phone_of("child"), street.home.volunteer(name="李晓明")
    mother.made("/guardianships", guardianship_form(street, ward))
    minor.made("/volunteers", volunteer_form(street, **ward))
    for one in (minor, member):
        join_team(one, leader, team)
    assert refused(leader.post("/me/volunteer/leaving", {})) == (409, "still_leading")
    assert refused(leader.post("/me/consents/withdrawal", {"notice": "volunteer"})) == (409, "still_leading")
    assert refused(leader.post(f"/teams/{team}/departure")) == (409, "leader_must_hand_over")
    member.made(f"/teams/{team}/departure")
    leader.made("/me/volunteer/leaving", {})
    deliver()
    assert officer.seen(f"/teams/{team}")["leader_name"] is None
    assert "leader_gone" in kinds(minor)
    assert officer.made(f"/teams/{team}/dissolution", WHY)["status"] == "dissolved"


def test_who_comes_back_before_anybody_heard_leads_on(leader, team, officer, street):
    leader.made("/me/volunteer/leaving", {})
    leader.made("/volunteers", {"community_id": street["和平社区"], "notice_version": notices.notice(NoticeName.VOLUNTEER).version})
    deliver()
    assert officer.seen(f"/teams/{team}")["leader_name"] == "孙**"
    wish = street.home.volunteer().made(f"/teams/{team}/join-requests")["id"]
    assert leader.post(f"/teams/{team}/join-requests/{wish}/acceptance").status_code == 200
