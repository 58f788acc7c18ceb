"""The life of a team: applied for, accepted or returned, handed over, dissolved."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import text, true
from sqlalchemy.dialects.postgresql import insert

from backend.accounts import policy
from backend.accounts import service as accounts
from backend.accounts.policy import Permission, Scope
from backend.areas import service as areas
from backend.foundation import audit, clock, outbox
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db
from backend.foundation.errors import Conflict
from backend.foundation.ids import new_id
from backend.foundation.life import note_changes
from backend.people import queries as people
from backend.teams.events import TeamActivated, TeamApplied, TeamDissolved, TeamHandedOver, TeamReturned
from backend.teams.models import JoinRequest, JoinStatus, Membership, Team, TeamCategory, TeamChange, TeamStatus
from backend.teams.service import rows
from backend.teams.service.members import MemberUnknown, close_wishes, end_membership, live_membership, live_memberships, start_membership
from backend.teams.service.rows import TeamNameTaken, TeamNotApplied, TeamNotReturned

DISSOLVED = "服务队已解散"


class LeaderNotVolunteer(Conflict):
    """Whoever is to lead the team is no registered volunteer any more."""

    code: ClassVar[str] = "leader_not_volunteer"
    detail = "队长人选已不是注册志愿者"


class AlreadyLeader(Conflict):
    """The member named as successor leads the team already."""

    code: ClassVar[str] = "already_leader"
    detail = "该队员已经是队长"


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """What an application says of the team."""

    name: str
    category: TeamCategory
    charter: str


def apply_for_team(actor: Actor, plan: TeamPlan, *, community_id: UUID, now: datetime) -> UUID:
    """Apply for a team of a community; who applies is to lead it. Returns the team's id.

    Raises PersonNeeded, VolunteerNeeded, ConsentNeeded, AdultNeeded, NotACommunity, TeamNameTaken.
    """
    person_id = people.adult_volunteer_of(actor, now=now)
    policy.require(actor, Permission.TEAM_APPLY, Scope(person_id=person_id))
    community = areas.community(community_id)
    team_id: UUID | None = db.session.scalar(
        insert(Team)
        .values(
            id=new_id(),
            name=plan.name,
            category=plan.category,
            charter=plan.charter,
            area_id=community.id,
            area_path=community.path,
            leader_person_id=person_id,
            status=TeamStatus.APPLIED,
            applied_at=now,
            applied_by=actor.account_id,
        )
        .on_conflict_do_nothing(index_elements=["area_path", "name"], index_where=text("status IN ('applied', 'active')"))
        .returning(Team.id)
    )
    if team_id is None:
        raise TeamNameTaken
    note_changes(TeamChange, [team_id], actor, was=None, now_is=TeamStatus.APPLIED, now=now)
    outbox.record(TeamApplied(team_id), now=now)
    audit.record(actor, Permission.TEAM_APPLY, team_id, now=now)
    return team_id


def amend_application(actor: Actor, team_id: UUID, plan: TeamPlan, *, now: datetime) -> None:
    """Send a returned application again, changed or not. Only the applicant may.

    Raises VolunteerNeeded, ConsentNeeded, TeamNotReturned, TeamNameTaken.
    """
    rows.require(actor, Permission.TEAM_AMEND, rows.found(team_id))
    people.volunteer_of(actor, now=now)
    values = {"name": plan.name, "category": plan.category, "charter": plan.charter, "applied_at": now, "applied_by": actor.account_id}
    if not rows.move(team_id, seen=TeamStatus.RETURNED, to=TeamStatus.APPLIED, **values):
        raise TeamNotReturned
    note_changes(TeamChange, [team_id], actor, was=TeamStatus.RETURNED, now_is=TeamStatus.APPLIED, now=now)
    outbox.record(TeamApplied(team_id), now=now)
    audit.record(actor, Permission.TEAM_AMEND, team_id, now=now)


def accept_team(actor: Actor, team_id: UUID, *, now: datetime) -> None:
    """Let a team serve from today; the applicant becomes its first member and leader. Raises TeamNotApplied, LeaderNotVolunteer."""
    team = rows.found(team_id)
    rows.require(actor, Permission.TEAM_REVIEW, team)
    if not rows.move(team_id, seen=TeamStatus.APPLIED, to=TeamStatus.ACTIVE, founded_on=clock.shanghai_day(now)):
        raise TeamNotApplied
    if not people.holds_live_volunteer(team.leader_person_id):
        raise LeaderNotVolunteer
    start_membership(actor, team, team.leader_person_id, now=now)
    accounts.grant_to_person(actor, team.leader_person_id, _lead(team_id), now=now)
    note_changes(TeamChange, [team_id], actor, was=TeamStatus.APPLIED, now_is=TeamStatus.ACTIVE, now=now)
    outbox.record(TeamActivated(team_id), now=now)
    audit.record(actor, Permission.TEAM_REVIEW, team_id, now=now, decision="accepted")


def return_team(actor: Actor, team_id: UUID, *, reason: str, now: datetime) -> None:
    """Give an application back with the reason, to be amended. Raises TeamNotApplied."""
    rows.require(actor, Permission.TEAM_REVIEW, rows.found(team_id))
    if not rows.move(team_id, seen=TeamStatus.APPLIED, to=TeamStatus.RETURNED):
        raise TeamNotApplied
    note_changes(TeamChange, [team_id], actor, was=TeamStatus.APPLIED, now_is=TeamStatus.RETURNED, now=now, reason=reason)
    outbox.record(TeamReturned(team_id), now=now)
    audit.record(actor, Permission.TEAM_REVIEW, team_id, now=now, decision="returned")


def hand_over(actor: Actor, team_id: UUID, *, membership_id: UUID, now: datetime) -> None:
    """Let another member lead: by the leader, or by the community where the leader is gone. The former leader stays a member.

    Raises TeamNotActive, MemberUnknown, AlreadyLeader, LeaderNotVolunteer, AdultNeeded.
    """
    team = rows.held(team_id)
    rows.require(actor, Permission.TEAM_HAND_OVER, team)
    rows.require_active(team)
    successor = live_membership(team_id, Membership.fact_id == membership_id)
    if successor is None:
        raise MemberUnknown
    former = team.leader_person_id
    if successor.person_id == former:
        raise AlreadyLeader
    if not people.holds_live_volunteer(successor.person_id):
        raise LeaderNotVolunteer
    if people.is_minor(successor.person_id, now=now):
        raise people.AdultNeeded
    team.leader_person_id = successor.person_id
    db.session.flush()
    accounts.withdraw_from_person(actor, former, _lead(team_id), reason="更换队长", now=now)
    accounts.grant_to_person(actor, successor.person_id, _lead(team_id), now=now)
    note_changes(TeamChange, [team_id], actor, was=TeamStatus.ACTIVE, now_is=TeamStatus.ACTIVE, now=now, reason="更换队长")
    outbox.record(TeamHandedOver(team_id), now=now)
    audit.record(actor, Permission.TEAM_HAND_OVER, team_id, now=now, from_person_id=str(former), to_person_id=str(successor.person_id))


def dissolve_team(actor: Actor, team_id: UUID, *, reason: str, now: datetime) -> None:
    """End a team: its memberships end today, wishes to join it are refused, nobody leads it. Raises TeamNotActive."""
    team = rows.held(team_id)
    rows.require(actor, Permission.TEAM_REVIEW, team)
    rows.require_active(team)
    rows.move(team_id, seen=TeamStatus.ACTIVE, to=TeamStatus.DISSOLVED, dissolved_on=clock.shanghai_day(now))
    close_wishes(actor, JoinRequest.team_id == team_id, to=JoinStatus.REFUSED, reason=DISSOLVED, now=now)
    for membership in live_memberships(team_id, true()):
        end_membership(actor, membership, reason=DISSOLVED, now=now)
    accounts.withdraw_from_person(actor, team.leader_person_id, _lead(team_id), reason=DISSOLVED, now=now)
    note_changes(TeamChange, [team_id], actor, was=TeamStatus.ACTIVE, now_is=TeamStatus.DISSOLVED, now=now, reason=reason)
    outbox.record(TeamDissolved(team_id), now=now)
    audit.record(actor, Permission.TEAM_REVIEW, team_id, now=now, decision="dissolved")


def _lead(team_id: UUID) -> Grant:
    return Grant(Role.TEAM_LEADER, team_id=team_id)
