"""The life of a team: applied for, accepted or returned, handed over, dissolved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select, true

from backend.accounts import allowances, policy
from backend.accounts import service as accounts
from backend.accounts.limits import Written
from backend.accounts.models import Account
from backend.accounts.policy import Permission, Scope
from backend.areas import service as areas
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, flush_or_refuse, one_of
from backend.foundation.errors import Conflict
from backend.foundation.ids import new_id
from backend.foundation.life import Step, renamed_from
from backend.foundation.refusals import never
from backend.foundation.skeletons import skeleton
from backend.people import service as people
from backend.teams.events import TeamActivated, TeamApplied, TeamDissolved, TeamHandedOver, TeamRenamed, TeamReturned
from backend.teams.models import JoinRequest, JoinStatus, Membership, Team, TeamCategory, TeamChange, TeamStatus
from backend.teams.queries import MemberUnknown
from backend.teams.service import rows
from backend.teams.service.members import (
    AlreadyMember,
    close_wishes,
    end_membership,
    live_membership,
    live_memberships,
    start_membership,
)
from backend.teams.service.rows import TeamNameTaken, TeamNotActive, TeamNotApplied, TeamNotReturned
from backend.volunteers import service as volunteers

DISSOLVED, NEW_LEADER = "服务队已解散", "更换队长"
NAMES: Mapping[str, type[Conflict]] = {"uq_teams_name": TeamNameTaken, "uq_teams_name_skeleton": TeamNameTaken}


class LeaderNotVolunteer(Conflict):
    """Whoever is to lead the team is no registered volunteer any more."""

    code: ClassVar[str] = "leader_not_volunteer"
    detail = "队长人选已不是注册志愿者"


class AlreadyLeader(Conflict):
    """The member named as successor leads the team already."""

    code: ClassVar[str] = "already_leader"
    detail = "该队员已经是队长"


_RETURNED, _APPLIED, _ACTIVE = TeamStatus.RETURNED, TeamStatus.APPLIED, TeamStatus.ACTIVE
APPLY = Step(Team, TeamChange, None, _APPLIED, TeamApplied, Permission.TEAM_APPLY)
AMEND = Step(Team, TeamChange, _RETURNED, _APPLIED, TeamApplied, Permission.TEAM_AMEND, TeamNotReturned, conflicts=NAMES)
ACCEPT = Step(Team, TeamChange, _APPLIED, _ACTIVE, TeamActivated, Permission.TEAM_REVIEW, TeamNotApplied, "accepted")
RETURN = Step(Team, TeamChange, _APPLIED, _RETURNED, TeamReturned, Permission.TEAM_REVIEW, TeamNotApplied, "returned")
HAND_OVER = Step(Team, TeamChange, _ACTIVE, _ACTIVE, TeamHandedOver, Permission.TEAM_HAND_OVER, TeamNotActive)
RENAME = Step(Team, TeamChange, _ACTIVE, _ACTIVE, TeamRenamed, Permission.TEAM_REVIEW, TeamNotActive, "renamed", NAMES)
DISSOLVE = Step(Team, TeamChange, _ACTIVE, TeamStatus.DISSOLVED, TeamDissolved, Permission.TEAM_REVIEW, TeamNotActive, "dissolved")


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """What an application says of the team."""

    name: str
    category: TeamCategory
    charter: str


def apply_for_team(actor: Actor, plan: TeamPlan, *, community_id: UUID, now: datetime) -> UUID:
    """Apply for a team of a community; who applies is to lead it. Returns the team's id.

    Raises PersonNeeded, VolunteerNeeded, ConsentNeeded, AdultNeeded, NotACommunity, TeamNameTaken, TooManyToday, TooManyOpen.
    """
    person_id = volunteers.adult_volunteer_of(actor, now=now)
    policy.require(actor, Permission.TEAM_APPLY, Scope(person_id=person_id))
    community = areas.community(community_id)
    waiting = select(Team.id).where(Team.leader_person_id == person_id, Team.status == TeamStatus.APPLIED)
    allowances.take(actor, Written.TEAM, waiting=waiting, now=now)
    team = Team(
        id=new_id(),
        name=plan.name,
        name_skeleton=skeleton(plan.name),
        category=plan.category,
        charter=plan.charter,
        area_id=community.id,
        area_path=community.path,
        leader_person_id=person_id,
        status=TeamStatus.APPLIED,
        applied_at=now,
        applied_by=actor.account_id,
    )
    db.session.add(team)
    flush_or_refuse(NAMES)
    APPLY.begin(actor, team.id, now=now)
    return team.id


def amend_application(actor: Actor, team_id: UUID, plan: TeamPlan, *, now: datetime) -> None:
    """Send a returned application again, changed or not. Only the applicant may.

    Raises VolunteerNeeded, ConsentNeeded, TeamNotReturned, TeamNameTaken, areas.NotACommunity.
    """
    team = rows.found(team_id)
    rows.require(actor, Permission.TEAM_AMEND, team)
    areas.community(team.area_id)
    volunteers.volunteer_of(actor, now=now)
    AMEND.take(
        actor,
        team_id,
        now=now,
        name=plan.name,
        name_skeleton=skeleton(plan.name),
        category=plan.category,
        charter=plan.charter,
        applied_at=now,
        applied_by=actor.account_id,
    )


@never(AlreadyMember, because="a team has no members before it is accepted")
def accept_team(actor: Actor, team_id: UUID, *, now: datetime) -> None:
    """Let a team serve from today; the applicant becomes its first member and leader. Raises TeamNotApplied, LeaderNotVolunteer."""
    team = rows.found(team_id)
    rows.require(actor, Permission.TEAM_REVIEW, team)
    ACCEPT.take(actor, team_id, now=now, founded_on=clock.shanghai_day(now))
    assert team.leader_person_id is not None  # noqa: S101 - who applied
    if not volunteers.holds_live_volunteer(team.leader_person_id):
        raise LeaderNotVolunteer
    start_membership(actor, team, team.leader_person_id, now=now)
    accounts.grant_to_person(actor, team.leader_person_id, _lead(team_id), now=now)


def return_team(actor: Actor, team_id: UUID, *, reason: str, now: datetime) -> None:
    """Give an application back with the reason, to be amended. Raises TeamNotApplied."""
    rows.require(actor, Permission.TEAM_REVIEW, rows.found(team_id))
    RETURN.take(actor, team_id, now=now, reason=reason)


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
    require_fit_to_lead(successor.person_id, now=now)
    HAND_OVER.take(
        actor,
        team_id,
        now=now,
        reason=NEW_LEADER,
        details={"to_person_id": str(successor.person_id)} | ({} if former is None else {"from_person_id": str(former)}),
        leader_person_id=successor.person_id,
    )
    if former is not None:
        accounts.withdraw_from_person(actor, former, _lead(team_id), reason=NEW_LEADER, now=now)
    accounts.grant_to_person(actor, successor.person_id, _lead(team_id), now=now)


def require_fit_to_lead(person_id: UUID, *, now: datetime) -> None:
    """Let pass whom a team may be handed to, as `queries.fit_to_lead` finds them. Raises LeaderNotVolunteer, AdultNeeded."""
    if not volunteers.holds_live_volunteer(person_id):
        raise LeaderNotVolunteer
    people.require_adult(person_id, now=now)


def rename_team(actor: Actor, team_id: UUID, name: str, *, reason: str, now: datetime) -> None:
    """Let a team go on under another name: its members, its claims and all that it served stay, and show the new one; the former one and
    why stand with the change. Raises TeamNotActive, TeamNameTaken."""
    team = rows.held(team_id)
    rows.require(actor, Permission.TEAM_REVIEW, team)
    RENAME.take(actor, team_id, now=now, reason=renamed_from(team.name, reason), name=name, name_skeleton=skeleton(name))


def dissolve_team(actor: Actor, team_id: UUID, *, reason: str, now: datetime) -> None:
    """End a team: its memberships end today, wishes to join it are refused, nobody leads it. Raises TeamNotActive."""
    team = rows.held(team_id)
    rows.require(actor, Permission.TEAM_REVIEW, team)
    rows.require_active(team)
    DISSOLVE.take(actor, team_id, now=now, reason=reason, dissolved_on=clock.shanghai_day(now))
    close_wishes(actor, JoinRequest.team_id == team_id, to=JoinStatus.REFUSED, reason=DISSOLVED, now=now)
    for membership in live_memberships(team_id, true()):
        end_membership(actor, membership, reason=DISSOLVED, now=now)
    if team.leader_person_id is not None:
        accounts.withdraw_from_person(actor, team.leader_person_id, _lead(team_id), reason=DISSOLVED, now=now)


def let_lead(account_ids: Sequence[UUID], *, now: datetime) -> None:
    """Let who leads a team act as its leader from the account by which they are known from now on: they led it before they had one."""
    leading = (
        select(Team.id, Team.leader_person_id)
        .join(Account, Account.person_id == Team.leader_person_id)
        .where(one_of(Account.id, account_ids), Team.status == TeamStatus.ACTIVE)
        .order_by(Team.id)
    )
    for team_id, leader_id in db.session.execute(leading).all():
        if leader_id is not None:
            accounts.grant_to_person(Actor.system(), leader_id, _lead(team_id), now=now)


def _lead(team_id: UUID) -> Grant:
    return Grant(Role.TEAM_LEADER, team_id=team_id)
