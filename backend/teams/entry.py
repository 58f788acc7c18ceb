"""Teams that a street brings with it: active since the day on which they were founded, with who leads them and their members."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select

from backend.accounts import service as accounts
from backend.accounts.policy import Permission
from backend.areas.models import Area
from backend.foundation import audit, clock, facts, outbox
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, one_of
from backend.foundation.facts import UNDONE
from backend.foundation.ids import new_id
from backend.foundation.life import Step
from backend.foundation.skeletons import skeleton
from backend.teams.events import MembershipEnded, MembershipStarted, TeamActivated, TeamDissolved
from backend.teams.models import Membership, Team, TeamCategory, TeamChange, TeamStatus

BRING = Step(Team, TeamChange, None, TeamStatus.ACTIVE, TeamActivated, Permission.IMPORT_ENTER)
TAKE_BACK = Step(Team, TeamChange, TeamStatus.ACTIVE, TeamStatus.DISSOLVED, TeamDissolved, Permission.IMPORT_ENTER)


@dataclass(frozen=True, slots=True)
class BroughtTeam:
    """One of them; who leads it is a registered volunteer and an adult."""

    name: str
    category: TeamCategory
    charter: str
    community: Area
    leader_id: UUID
    founded_on: date


@dataclass(frozen=True, slots=True)
class BroughtMember:
    """That a registered volunteer belongs to a team since a day."""

    team: Team
    person_id: UUID
    joined_on: date


def standing_teams(area_paths: Sequence[str]) -> dict[tuple[str, str], Team]:
    """The teams of these communities that are active or applied for, by community and what their name looks like."""
    wanted = select(Team).where(one_of(Team.area_path, area_paths), Team.status.in_((TeamStatus.ACTIVE, TeamStatus.APPLIED)))
    return {(team.area_path, team.name_skeleton or skeleton(team.name)): team for team in db.session.scalars(wanted)}


def members_of(team_ids: Sequence[UUID]) -> set[tuple[UUID, UUID]]:
    """Who belongs to which of these teams now."""
    live = select(Membership.team_id, Membership.person_id).where(one_of(Membership.team_id, team_ids), Membership.is_live())
    return {(row.team_id, row.person_id) for row in db.session.execute(live)}


def enter_teams(actor: Actor, brought: Sequence[BroughtTeam], *, of: UUID, now: datetime) -> tuple[list[UUID], list[UUID]]:
    """Let them serve since their day, each with its leader as the first member. Returns the teams and the memberships. The caller has asked
    policy, and that the names are free: of two imports at once the unique index lets one pass."""
    teams = [_active(actor, one, now=now) for one in brought]
    db.session.add_all(teams)
    db.session.flush()
    for team, one in zip(teams, brought, strict=True):
        BRING.begin(actor, team.id, now=now)
        accounts.grant_to_person(actor, one.leader_id, Grant(Role.TEAM_LEADER, team_id=team.id), now=now)
    leaders = [BroughtMember(team, one.leader_id, one.founded_on) for team, one in zip(teams, brought, strict=True)]
    return [team.id for team in teams], enter_members(actor, leaders, of=of, now=now)


def _active(actor: Actor, one: BroughtTeam, *, now: datetime) -> Team:
    return Team(
        id=new_id(),
        name=one.name,
        name_skeleton=skeleton(one.name),
        category=one.category,
        charter=one.charter,
        area_id=one.community.id,
        area_path=one.community.path,
        leader_person_id=one.leader_id,
        status=TeamStatus.ACTIVE,
        founded_on=one.founded_on,
        applied_at=now,
        applied_by=actor.account_id,
    )


def enter_members(actor: Actor, brought: Sequence[BroughtMember], *, of: UUID, now: datetime) -> list[UUID]:
    """Let them belong to their teams since their days; who does is left out. Returns the facts. The caller has asked policy."""
    stated = [
        {"team_id": one.team.id, "person_id": one.person_id, "area_path": one.team.area_path, "joined_on": one.joined_on} for one in brought
    ]
    made = facts.state_missing(Membership, actor, stated, key=["team_id", "person_id"], among=Membership.is_live(), now=now)
    outbox.record_all([MembershipStarted(membership.id) for membership in made], now=now)
    audit.record(actor, Permission.IMPORT_ENTER, of, now=now, members=len(made))
    return [membership.fact_id for membership in made]


def have_others(team_ids: Sequence[UUID], membership_ids: Sequence[UUID]) -> bool:
    """Whether somebody belongs to one of the teams by another fact than these."""
    others = select(Membership.id).where(
        one_of(Membership.team_id, team_ids), ~one_of(Membership.fact_id, membership_ids), Membership.is_current()
    )
    return db.session.scalar(others.limit(1)) is not None


def lead_or_left(membership_ids: Sequence[UUID]) -> bool:
    """Whether one of these members leads the team by now, or left it."""
    moved = (
        select(Membership.id)
        .join(Team, Team.id == Membership.team_id)
        .where(
            one_of(Membership.fact_id, membership_ids),
            Membership.superseded_at.is_(None),
            or_(Membership.left_on.is_not(None), Membership.void, Team.leader_person_id == Membership.person_id),
        )
    )
    return db.session.scalar(moved.limit(1)) is not None


def undo_members(actor: Actor, membership_ids: Sequence[UUID], *, of: UUID, now: datetime) -> None:
    """Take memberships back as though they never were. The caller has asked policy. Raises AlreadyCorrected."""
    wanted = select(Membership).where(one_of(Membership.fact_id, membership_ids), Membership.is_current())
    for membership in db.session.scalars(wanted).all():
        ended = facts.revise(membership, actor, now=now, reason=UNDONE, void=True)
        outbox.record(MembershipEnded(ended.id), now=now)
    audit.record(actor, Permission.IMPORT_ENTER, of, now=now, undone=len(membership_ids))


def undo_teams(actor: Actor, team_ids: Sequence[UUID], membership_ids: Sequence[UUID], *, of: UUID, now: datetime) -> None:
    """Take teams back: they are dissolved, and were founded on no day, so that nothing counts them. Raises AlreadyCorrected."""
    undo_members(actor, membership_ids, of=of, now=now)
    leaders = db.session.execute(select(Team.id, Team.leader_person_id).where(one_of(Team.id, team_ids))).all()
    today = clock.shanghai_day(now)
    TAKE_BACK.take_all(actor, team_ids, now=now, reason=UNDONE, founded_on=None, dissolved_on=today)
    for team_id, leader_id in leaders:
        assert leader_id is not None  # noqa: S101 - nothing happened to the team
        accounts.withdraw_from_person(actor, leader_id, Grant(Role.TEAM_LEADER, team_id=team_id), reason=UNDONE, now=now)
