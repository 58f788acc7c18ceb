"""What ends in teams when somebody is no registered volunteer any more: what they belong to, asked for, applied for and lead."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_

from backend.accounts import service as accounts
from backend.accounts.policy import Permission
from backend.foundation import audit
from backend.foundation.actor import Actor, Grant, Role
from backend.teams import queries as teams
from backend.teams.models import JoinRequest, JoinStatus, Membership, Team
from backend.teams.service import rows
from backend.teams.service.life import RETURN
from backend.teams.service.members import close_wishes, end_membership, leave_alone, live_memberships

LEFT_VOLUNTEERS = "已注销志愿者注册"


def end_for_former_volunteers(volunteer_ids: Sequence[UUID], *, now: datetime) -> None:
    """End the memberships and open wishes of the persons of these registrations who are no volunteers any more, give their applications
    back, and let a team that one of them leads be without a leader: nobody in it could follow (`agreements`), or it was imported. Who
    registered anew meanwhile keeps what they have."""
    actor = Actor.system()
    gone = teams.former_volunteers(volunteer_ids)
    for team_id, leader_id in teams.led_again(volunteer_ids, gone):
        accounts.grant_to_person(actor, leader_id, Grant(Role.TEAM_LEADER, team_id=team_id), now=now)
    for team_id in teams.teams_touched_by(gone):
        team = rows.held(team_id)
        asked = and_(JoinRequest.team_id == team_id, JoinRequest.person_id.in_(gone))
        close_wishes(actor, asked, to=JoinStatus.WITHDRAWN, reason=LEFT_VOLUNTEERS, now=now)
        for membership in live_memberships(team_id, Membership.person_id.in_(gone)):
            ended = end_membership(actor, membership, reason=LEFT_VOLUNTEERS, now=now)
            audit.record(actor, Permission.TEAM_LEAVE, ended, now=now)
        head = team.leader_person_id
        if head is not None and head in gone:
            RETURN.take_all(actor, [team_id], Team.leader_person_id == head, now=now, reason=LEFT_VOLUNTEERS)
            leave_alone(actor, team_id, head, reason=LEFT_VOLUNTEERS, now=now)
