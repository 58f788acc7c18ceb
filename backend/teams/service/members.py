"""Who belongs to a team: wishes to join and what becomes of them, leaving, removal.

A membership lasts from `joined_on` until the day before `left_on`, so who leaves on the day of joining was a member on no day.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, select, text, update
from sqlalchemy.dialects.postgresql import insert

from backend.accounts import allowances, policy
from backend.accounts import service as accounts
from backend.accounts.limits import Written
from backend.accounts.policy import Permission, Scope
from backend.foundation import audit, clock, facts, outbox
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Missing
from backend.foundation.ids import new_id
from backend.foundation.life import Step
from backend.foundation.refusals import never
from backend.people import service as people
from backend.teams import queries as teams
from backend.teams.events import MembershipEnded, MembershipStarted, TeamWithoutLeader
from backend.teams.models import JoinRequest, JoinStatus, Membership, Team, TeamChange, TeamStatus
from backend.teams.queries import MemberUnknown
from backend.teams.service import rows
from backend.volunteers import service as volunteers

_ACTIVE, _LEFT = TeamStatus.ACTIVE, "队长已退出"
LEAVE_ALONE = Step(Team, TeamChange, _ACTIVE, _ACTIVE, TeamWithoutLeader, Permission.TEAM_LEAVE)


class AlreadyMember(Conflict):
    """The person belongs to the team."""

    code: ClassVar[str] = "already_member"
    detail = "已经是本队队员"


class AlreadyAsked(Conflict):
    """The person's wish to join this team is not decided yet."""

    code: ClassVar[str] = "already_asked"
    detail = "已经提交过入队申请，请等待队长处理"


class JoinRequestDecided(Conflict):
    """The wish was accepted, refused or withdrawn before."""

    code: ClassVar[str] = "join_request_decided"
    detail = "该入队申请已经处理"


class ApplicantNotVolunteer(Conflict):
    """Who asked to join is no registered volunteer any more."""

    code: ClassVar[str] = "applicant_not_volunteer"
    detail = "申请人已不是注册志愿者"


class NotAMember(Conflict):
    """The person does not belong to the team, or no longer."""

    code: ClassVar[str] = "not_a_member"
    detail = "不是本队队员"


class LeaderMustHandOver(Conflict):
    """The leader leaves only after another member leads, where one could."""

    code: ClassVar[str] = "leader_must_hand_over"
    detail = "请先指定新的队长，再退出服务队"


def ask_to_join(actor: Actor, team_id: UUID, *, message: str | None, now: datetime) -> UUID:
    """Ask an active team to take one in. Returns the request's id.

    Raises PersonNeeded, VolunteerNeeded, ConsentNeeded, TeamNotActive, AlreadyMember, AlreadyAsked, TooManyToday, TooManyOpen.
    """
    team = rows.held(team_id)
    rows.require_seen(actor, team)
    person_id = volunteers.volunteer_of(actor, now=now)
    policy.require(actor, Permission.TEAM_JOIN, Scope(person_id=person_id))
    rows.require_active(team)
    if live_membership(team_id, Membership.person_id == person_id) is not None:
        raise AlreadyMember
    waiting = select(JoinRequest.id).where(JoinRequest.person_id == person_id, JoinRequest.status == JoinStatus.ASKED)
    allowances.take(actor, Written.JOIN_REQUEST, waiting=waiting, now=now)
    request_id: UUID | None = db.session.scalar(
        insert(JoinRequest)
        .values(id=new_id(), team_id=team_id, person_id=person_id, status=JoinStatus.ASKED, message=message, asked_at=now)
        .on_conflict_do_nothing(index_elements=["team_id", "person_id"], index_where=text("status = 'asked'"))
        .returning(JoinRequest.id)
    )
    if request_id is None:
        raise AlreadyAsked
    audit.record(actor, Permission.TEAM_JOIN, request_id, now=now, step="asked")
    return request_id


def accept_member(actor: Actor, team_id: UUID, request_id: UUID, *, now: datetime) -> None:
    """Let the person who asked belong to the team from today. Raises TeamNotActive, JoinRequestDecided, ApplicantNotVolunteer."""
    team = rows.held(team_id)
    rows.require_leading(actor, team)
    rows.require_active(team)
    person_id = _decide(actor, team_id, request_id, JoinStatus.ACCEPTED, now=now)
    if not volunteers.holds_live_volunteer(person_id):
        raise ApplicantNotVolunteer
    start_membership(actor, team, person_id, now=now)
    audit.record(actor, Permission.TEAM_LEAD, request_id, now=now, decision="accepted")


def refuse_member(actor: Actor, team_id: UUID, request_id: UUID, *, reason: str, now: datetime) -> None:
    """Say no to a wish to join, with the reason. Raises TeamNotActive, JoinRequestDecided."""
    team = rows.held(team_id)
    rows.require_leading(actor, team)
    rows.require_active(team)
    _decide(actor, team_id, request_id, JoinStatus.REFUSED, now=now, reason=reason)
    audit.record(actor, Permission.TEAM_LEAD, request_id, now=now, decision="refused")


def require_to_answer(viewer: Actor, team_id: UUID, request_id: UUID, *, refused: bool) -> None:
    """Let pass who may answer a wish to join now, or has that right and was `refused` it just now. Raises Missing, Forbidden, and unless it
    was refused already TeamNotActive, JoinRequestDecided."""
    team = rows.found(team_id)
    rows.require_leading(viewer, team)
    status = db.session.scalar(select(JoinRequest.status).where(JoinRequest.id == request_id, JoinRequest.team_id == team_id))
    if status is None:
        raise Missing
    if not refused:
        rows.require_active(team)
        if status is not JoinStatus.ASKED:
            raise JoinRequestDecided


def withdraw_wish(actor: Actor, team_id: UUID, request_id: UUID, *, now: datetime) -> None:
    """Take back one's own wish to join. Raises JoinRequestDecided; to others it does not exist."""
    rows.held(team_id)
    asker = db.session.scalar(select(JoinRequest.person_id).where(JoinRequest.id == request_id, JoinRequest.team_id == team_id))
    if asker is None:
        raise Missing
    policy.require_seen(actor, Permission.TEAM_LEAVE, Scope(person_id=asker))
    _decide(actor, team_id, request_id, JoinStatus.WITHDRAWN, now=now)
    audit.record(actor, Permission.TEAM_JOIN, request_id, now=now, step="withdrawn")


def leave_team(actor: Actor, team_id: UUID, *, now: datetime) -> None:
    """Leave a team; today is the first day without. The team of a leader whom no member could follow is without one from then on.

    Raises PersonNeeded, NotAMember, LeaderMustHandOver.
    """
    team = rows.held(team_id)
    rows.require_seen(actor, team)
    person_id = people.person_of(actor)
    policy.require(actor, Permission.TEAM_LEAVE, Scope(person_id=person_id))
    membership = live_membership(team_id, Membership.person_id == person_id)
    if membership is None:
        raise NotAMember
    if team.leader_person_id == person_id:
        if not teams.leads_alone(person_id, team_id, now=now):
            raise LeaderMustHandOver
        leave_alone(actor, team_id, person_id, reason=_LEFT, now=now)
    ended = end_membership(actor, membership, reason=None, now=now)
    audit.record(actor, Permission.TEAM_LEAVE, ended, now=now)


def remove_member(actor: Actor, team_id: UUID, membership_id: UUID, *, reason: str, now: datetime) -> None:
    """Remove a member with the reason. Raises TeamNotActive, MemberUnknown, LeaderMustHandOver (the leader cannot be removed)."""
    team = rows.held(team_id)
    rows.require(actor, Permission.TEAM_LEAD, team)
    rows.require_active(team)
    membership = live_membership(team_id, Membership.fact_id == membership_id)
    if membership is None:
        raise MemberUnknown
    if team.leader_person_id == membership.person_id:
        raise LeaderMustHandOver
    ended = end_membership(actor, membership, reason=reason, now=now)
    audit.record(actor, Permission.TEAM_LEAD, ended, now=now, decision="removed")


def leave_alone(actor: Actor, team_id: UUID, leader_id: UUID, *, reason: str, now: datetime) -> None:
    """Let an active team be without the leader that it has, until the community names another or dissolves it. The caller holds it."""
    if LEAVE_ALONE.take_all(actor, [team_id], Team.leader_person_id == leader_id, now=now, reason=reason, leader_person_id=None):
        accounts.withdraw_from_person(actor, leader_id, Grant(Role.TEAM_LEADER, team_id=team_id), reason=reason, now=now)


def start_membership(actor: Actor, team: Team, person_id: UUID, *, now: datetime) -> UUID:
    """State that the person belongs to the team from today. The caller holds the team. Raises AlreadyMember. Returns the revision."""
    membership = facts.state(
        Membership,
        actor,
        now=now,
        conflicts={"uq_team_memberships_member": AlreadyMember},
        team_id=team.id,
        person_id=person_id,
        area_path=team.area_path,
        joined_on=clock.shanghai_day(now),
    )
    outbox.record(MembershipStarted(membership.id), now=now)
    return membership.id


@never(facts.AlreadyCorrected, because="the team is held")
def end_membership(actor: Actor, membership: Membership, *, reason: str | None, now: datetime) -> UUID:
    """State that the person belongs to the team no longer. The caller holds the team. Returns the revision."""
    ended = facts.revise(membership, actor, now=now, reason=reason, left_on=clock.shanghai_day(now))
    outbox.record(MembershipEnded(ended.id), now=now)
    return ended.id


def close_wishes(actor: Actor, which: ColumnElement[bool], *, to: JoinStatus, reason: str, now: datetime) -> None:
    """Decide all open wishes that meet the condition. The caller holds their teams."""
    db.session.execute(
        update(JoinRequest)
        .where(which, JoinRequest.status == JoinStatus.ASKED)
        .values(status=to, decided_at=now, decided_by=actor.account_id, reason=reason)
        .execution_options(synchronize_session=False)
    )


def live_membership(team_id: UUID, which: ColumnElement[bool]) -> Membership | None:
    """The present membership of this team that meets the condition."""
    return next(iter(live_memberships(team_id, which)), None)


def live_memberships(team_id: UUID, which: ColumnElement[bool]) -> Sequence[Membership]:
    """The present memberships of this team that meet the condition."""
    return db.session.scalars(
        select(Membership).where(Membership.team_id == team_id, which, Membership.is_live()).order_by(Membership.fact_id)
    ).all()


def _decide(actor: Actor, team_id: UUID, request_id: UUID, to: JoinStatus, *, now: datetime, reason: str | None = None) -> UUID:
    person_id = db.session.scalar(
        update(JoinRequest)
        .where(JoinRequest.id == request_id, JoinRequest.team_id == team_id, JoinRequest.status == JoinStatus.ASKED)
        .values(status=to, decided_at=now, decided_by=actor.account_id, reason=reason)
        .returning(JoinRequest.person_id)
        .execution_options(synchronize_session=False)
    )
    if person_id is not None:
        return person_id
    known = db.session.scalar(select(JoinRequest.id).where(JoinRequest.id == request_id, JoinRequest.team_id == team_id))
    raise Missing if known is None else JoinRequestDecided
