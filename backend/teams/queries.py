"""Reads of teams: lists and sheets as they are shown, and what claims, attendance and statistics ask of them. Names are masked, save for
who must call the person."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from backend.accounts import policy
from backend.accounts.policy import Permission, ScopeColumns
from backend.areas.models import Area
from backend.areas.queries import lies_in
from backend.foundation.actor import Actor
from backend.foundation.database import Column, db
from backend.foundation.errors import Missing
from backend.foundation.facts import reason_in_words
from backend.foundation.life import StepLine, steps_of
from backend.foundation.masking import masked
from backend.foundation.paging import AnyRow, Order, Page, PageRequest, TimeSort
from backend.foundation.search import EVER, Days, as_asked, found
from backend.foundation.terms import Word
from backend.people.minors import is_minor_at
from backend.people.models import Person
from backend.people.queries import name_for
from backend.teams.models import JoinRequest, JoinStatus, Membership, Team, TeamCategory, TeamChange, TeamStatus
from backend.volunteers.models import Volunteer
from backend.volunteers.queries import person_sought

SCOPE = ScopeColumns(area_path=Team.area_path, team_id=Team.id, person_id=Team.leader_person_id)
_CALLING = ScopeColumns(team_id=Membership.team_id)
_DAY: Mapping[TeamStatus, Column] = {TeamStatus.ACTIVE: Team.founded_on, TeamStatus.DISSOLVED: Team.founded_on}
NEWEST_FIRST = Order((Team.id,), latest_first=True, name="latest")
BY_NAME = Order((Team.name, Team.id), name="name")
MEMBERSHIP_ID = Membership.fact_id.label("id")
AS_THEY_JOINED = Order((MEMBERSHIP_ID,))
NEWEST_WISH_FIRST = Order((JoinRequest.id,), latest_first=True)


class MemberUnknown(Missing):
    """No present member of this team has this membership."""

    code: ClassVar[str] = "member_unknown"
    detail = "没有找到这名队员"


class TeamSort(Word):
    """In which order teams are listed: the latest application first, or by name."""

    LATEST = "latest", "新申请的在前"
    NAME = "name", "按名称"


def teams_of_status(
    viewer: Actor,
    status: TeamStatus | None,
    *,
    search: str | None = None,
    community_id: UUID | None = None,
    category: TeamCategory | None = None,
    days: Days = EVER,
    sort: TeamSort = TeamSort.LATEST,
    for_me: bool = False,
    in_care: bool = False,
    page: PageRequest,
) -> Page[AnyRow]:
    """Teams of one status (None: of any): active ones are public, of the others only what the viewer may see. `search`: a part of the name;
    `days`: of founding, and of the application where a team was not founded; `for_me`: only those that wait for the viewer; `in_care`: also
    of the active ones only those that the viewer might see if they were not public."""
    day = Team.applied_at if status is None else _DAY.get(status, Team.applied_at)
    wanted = _lines().where(as_asked((Team.status, status)), found(search, Team.name), days.hold(day))
    if in_care or status is not TeamStatus.ACTIVE:
        wanted = wanted.where(policy.visible(viewer, Permission.TEAM_SEE, SCOPE))
    wanted = wanted.where(as_asked((Team.category, category)), lies_in(Team.area_path, community_id))
    if for_me:
        wanted = wanted.where(or_(is_to_review(viewer), lacks_leader(viewer), is_to_amend(viewer)))
    return _ordered(sort).page(wanted, page)


def _ordered(sort: TeamSort) -> Order:
    return BY_NAME if sort is TeamSort.NAME else NEWEST_FIRST


def looks_after_some(viewer: Actor) -> bool:
    """Whether the viewer sees the teams of some area, beside the public ones and their own."""
    return policy.could_by_area(viewer, Permission.TEAM_SEE)


def areas_looked_after(viewer: Actor) -> list[str]:
    """The paths of the areas of which the viewer sees all teams."""
    return policy.area_paths(viewer, Permission.TEAM_SEE)


def is_to_review(viewer: Actor) -> ColumnElement[bool]:
    """Condition: the team was applied for, and the viewer is to say whether it serves."""
    return and_(Team.status == TeamStatus.APPLIED, policy.visible(viewer, Permission.TEAM_REVIEW, ScopeColumns(area_path=Team.area_path)))


def lacks_leader(viewer: Actor) -> ColumnElement[bool]:
    """Condition: who led the team is no volunteer any more, and the viewer is to name the next one, or to dissolve it."""
    leads = exists().where(Volunteer.person_id == Team.leader_person_id, Volunteer.is_live())
    mine = policy.visible(viewer, Permission.TEAM_HAND_OVER, ScopeColumns(area_path=Team.area_path))
    return and_(Team.status == TeamStatus.ACTIVE, mine, ~leads)


def is_to_amend(viewer: Actor) -> ColumnElement[bool]:
    """Condition: the viewer's application was returned."""
    mine = policy.visible(viewer, Permission.TEAM_AMEND, ScopeColumns(person_id=Team.leader_person_id))
    return and_(Team.status == TeamStatus.RETURNED, mine)


def teams_of_person(person_id: UUID | None, *, sort: TeamSort, page: PageRequest) -> Page[AnyRow]:
    """The teams that a person (None: nobody) belongs to, and those that they lead or applied for, whatever became of them."""
    belongs = select(Membership.team_id).where(Membership.person_id == person_id, Membership.is_live())
    leads = select(Team.id).where(Team.leader_person_id == person_id)
    leading = and_(Team.leader_person_id == person_id, Team.status == TeamStatus.ACTIVE).label("leading")
    return _ordered(sort).page(_lines().add_columns(leading).where(Team.id.in_(belongs.union(leads))), page)


def team_sheet(viewer: Actor, team_id: UUID) -> AnyRow:
    """One team. Raises Missing where the viewer may not open it."""
    last = (
        select(reason_in_words(TeamChange.reason))
        .where(TeamChange.team_id == Team.id, TeamChange.to_status == Team.status)
        .where(Team.status.in_((TeamStatus.RETURNED, TeamStatus.DISSOLVED)))
        .order_by(TeamChange.at.desc(), TeamChange.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = db.session.execute(
        _lines()
        .add_columns(Team.charter, Team.dissolved_on, Team.area_path, Team.leader_person_id, last.label("reason"))
        .where(Team.id == team_id)
    ).one_or_none()
    if row is None:
        raise Missing
    if row.status is not TeamStatus.ACTIVE:
        policy.require_seen(
            viewer,
            Permission.TEAM_SEE,
            policy.Scope(area_path=row.area_path, team_id=row.id, person_id=row.leader_person_id),
        )
    return row


@dataclass(frozen=True, slots=True)
class TeamInsides:
    """What of a team the viewer may see beside its sheet."""

    members: bool
    steps: bool


def insides_of_team(viewer: Actor, team: AnyRow) -> TeamInsides:
    """Asked of a team's sheet, before anything of it is offered."""
    scope = policy.Scope(area_path=team.area_path, team_id=team.id, person_id=team.leader_person_id)
    return TeamInsides(policy.allows(viewer, Permission.TEAM_MEMBERS_SEE, scope), policy.allows(viewer, Permission.TEAM_SEE, scope))


def steps_of_team(viewer: Actor, team_id: UUID, *, page: PageRequest) -> Page[StepLine]:
    """What became of a team so far, the latest first. Raises Missing, or Forbidden where the team is public."""
    _opened(viewer, Permission.TEAM_SEE, team_id)
    return steps_of(TeamChange, team_id, page=page)


@dataclass(frozen=True, slots=True)
class TeamEnding:
    """What ends with a team: how many members leave, and how many wishes to join are refused."""

    members: int
    wishes: int


def ending_of_team(team_id: UUID) -> TeamEnding:
    """What would end with a team now; the caller has asked policy."""
    members = select(func.count()).where(Membership.team_id == team_id, Membership.is_live())
    wishes = select(func.count()).where(JoinRequest.team_id == team_id, JoinRequest.status == JoinStatus.ASKED)
    return TeamEnding(*db.session.execute(select(members.scalar_subquery(), wishes.scalar_subquery())).one())


def member_of_team(viewer: Actor, team_id: UUID, membership_id: UUID, *, now: datetime) -> AnyRow:
    """One present member of a team, as its list shows them. Raises MemberUnknown, Missing, or Forbidden where the team is public."""
    team = _opened(viewer, Permission.TEAM_MEMBERS_SEE, team_id)
    one = db.session.execute(_members(viewer, team, now).where(Membership.fact_id == membership_id)).one_or_none()
    if one is None:
        raise MemberUnknown
    return one


def fit_to_lead(person_ids: Collection[UUID], *, now: datetime) -> set[UUID]:
    """Those of these persons to whom a team may be handed, whichever it is: grown up, and registered volunteers now."""
    wanted = select(Person.id, Person.born_on).join(Volunteer, Volunteer.person_id == Person.id)
    rows = db.session.execute(wanted.where(Person.id.in_(person_ids), Volunteer.is_live()))
    return {row.id for row in rows if not is_minor_at(row.born_on, now)}


def members_of_team(viewer: Actor, team_id: UUID, *, search: str | None, days: Days, now: datetime, page: PageRequest) -> Page[AnyRow]:
    """The present members of a team who joined on these days, in the order of joining; `search`: by number or name, also by the leader who
    is shown it. Raises Missing, or Forbidden where the team is public."""
    team = _opened(viewer, Permission.TEAM_MEMBERS_SEE, team_id)
    wanted = _members(viewer, team, now).where(person_sought(viewer, search, _CALLING, now=now), days.hold(Membership.joined_on))
    return AS_THEY_JOINED.page(wanted, page)


def wishes_of_team(viewer: Actor, team_id: UUID, status: JoinStatus, *, sort: TimeSort, page: PageRequest, now: datetime) -> Page[AnyRow]:
    """Wishes to join a team. Raises Missing, or Forbidden where the team is public."""
    _opened(viewer, Permission.TEAM_MEMBERS_SEE, team_id)
    wanted = _wishes(viewer, now).where(JoinRequest.team_id == team_id, JoinRequest.status == status)
    return NEWEST_WISH_FIRST.sorted_by(sort).page(wanted, page)


def wishes_waiting(viewer: Actor, *, team_id: UUID | None, days: Days, sort: TimeSort, page: PageRequest, now: datetime) -> Page[AnyRow]:
    """Wishes to join that the viewer is to answer, over all teams that they lead or of one; `days`: of asking."""
    wanted = _wishes(viewer, now).where(is_to_answer(viewer), as_asked((JoinRequest.team_id, team_id)), days.hold(JoinRequest.asked_at))
    return NEWEST_WISH_FIRST.sorted_by(sort).page(wanted, page)


def is_to_answer(viewer: Actor) -> ColumnElement[bool]:
    """Condition on wishes with their team: the viewer leads it, or is of its community where nobody does."""
    leads = policy.visible(viewer, Permission.TEAM_LEAD, ScopeColumns(team_id=JoinRequest.team_id))
    instead = policy.visible(viewer, Permission.TEAM_HAND_OVER, ScopeColumns(area_path=Team.area_path))
    return and_(JoinRequest.status == JoinStatus.ASKED, or_(leads, and_(Team.leader_person_id.is_(None), instead)))


def own_wishes(viewer: Actor, *, sort: TimeSort, page: PageRequest, now: datetime) -> Page[AnyRow]:
    """The viewer's own wishes to join."""
    mine = _wishes(viewer, now).where(JoinRequest.person_id == viewer.person_id)
    return NEWEST_WISH_FIRST.sorted_by(sort).page(mine, page)


def wish(viewer: Actor, request_id: UUID, *, now: datetime) -> AnyRow:
    """One wish to join; the caller has asked policy."""
    return db.session.execute(_wishes(viewer, now).where(JoinRequest.id == request_id)).one()


def was_member(team_id: UUID, person_id: UUID, on: date) -> bool:
    """Whether the person belongs to the team on a day, as is known now."""
    belongs = and_(
        Membership.team_id == team_id,
        Membership.person_id == person_id,
        Membership.holds_on(on),
    )
    return bool(db.session.scalar(select(exists().where(belongs))))


def former_volunteers(volunteer_ids: Sequence[UUID]) -> Sequence[UUID]:
    """The persons of these revisions of registrations who are no registered volunteers now."""
    again = Volunteer.__table__.alias("again")
    live = exists().where(
        again.c.person_id == Volunteer.person_id, again.c.superseded_at.is_(None), again.c.void.is_(False), again.c.left_on.is_(None)
    )
    return db.session.scalars(select(Volunteer.person_id).where(Volunteer.id.in_(volunteer_ids), ~live).distinct()).all()


def led_again(volunteer_ids: Sequence[UUID], gone: Sequence[UUID]) -> Sequence[tuple[UUID, UUID]]:
    """Active teams with their leaders, among the persons of these revisions of registrations, that are led by somebody who is not gone."""
    led = (
        select(Team.id, Team.leader_person_id)
        .join(Volunteer, Volunteer.person_id == Team.leader_person_id)
        .where(Volunteer.id.in_(volunteer_ids), Team.leader_person_id.not_in(gone), Team.status == TeamStatus.ACTIVE)
        .distinct()
        .order_by(Team.id)
    )
    return [(team_id, leader_id) for team_id, leader_id in db.session.execute(led) if leader_id is not None]


def leads_alone(person_id: UUID, team_id: UUID | None = None, *, now: datetime) -> bool:
    """Whether the person leads this team (None: any), and no other member of what they lead could: a grown-up registered volunteer."""
    led = select(Team.id).where(Team.leader_person_id == person_id, Team.status == TeamStatus.ACTIVE)
    if team_id is not None:
        led = led.where(Team.id == team_id)
    others = (
        select(Person.born_on)
        .join(Membership, Membership.person_id == Person.id)
        .join(Volunteer, and_(Volunteer.person_id == Person.id, Volunteer.is_live()))
        .where(Membership.team_id.in_(led), Membership.is_live(), Membership.person_id != person_id)
        .order_by(Person.born_on)  # the eldest
    )
    eldest = db.session.scalar(others.limit(1))
    return db.session.scalar(led.limit(1)) is not None and (eldest is None or is_minor_at(eldest, now))


def teams_touched_by(person_ids: Sequence[UUID]) -> Sequence[UUID]:
    """The teams to which one of these persons belongs or asked to belong, and those that one leads or applied for, in the order in which
    they are to be held."""
    belongs = select(Membership.team_id).where(Membership.person_id.in_(person_ids), Membership.is_live())
    asked = select(JoinRequest.team_id).where(JoinRequest.person_id.in_(person_ids), JoinRequest.status == JoinStatus.ASKED)
    heads = select(Team.id).where(Team.leader_person_id.in_(person_ids), Team.status.in_((TeamStatus.APPLIED, TeamStatus.ACTIVE)))
    return sorted(db.session.scalars(belongs.union(asked, heads)))


def _members(viewer: Actor, team: Team, now: datetime) -> Select[*tuple[Any, ...]]:
    is_leader = (Membership.person_id == team.leader_person_id).label("is_leader")
    return (
        select(MEMBERSHIP_ID, Membership.person_id, name_for(viewer, _CALLING, now=now), Membership.joined_on, is_leader)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.team_id == team.id, Membership.is_live())
    )


def _opened(viewer: Actor, permission: Permission, team_id: UUID) -> Team:
    team = db.session.get(Team, team_id)
    if team is None:
        raise Missing
    scope = policy.Scope(area_path=team.area_path, team_id=team.id, person_id=team.leader_person_id)
    policy.require(viewer, permission, scope, seen_by=None if team.status is TeamStatus.ACTIVE else Permission.TEAM_SEE)
    return team


def _lines() -> Select[*tuple[Any, ...]]:
    # Counted by uq_team_memberships_member: a counter on the team's row is one that joining would have to contend for.
    members = select(func.count()).where(Membership.team_id == Team.id, Membership.is_live())
    return (
        select(
            Team.id,
            Team.name,
            Team.category,
            Team.area_id.label("community_id"),
            Area.name.label("community_name"),
            masked(Person.name).label("leader_name"),
            Team.status,
            Team.applied_at,
            Team.founded_on,
            members.scalar_subquery().label("member_count"),
        )
        .join(Area, Area.id == Team.area_id)
        .outerjoin(Person, Person.id == Team.leader_person_id)
    )


def _wishes(viewer: Actor, now: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            JoinRequest.id,
            JoinRequest.team_id,
            Team.name.label("team_name"),
            name_for(viewer, ScopeColumns(team_id=JoinRequest.team_id), now=now),
            JoinRequest.message,
            JoinRequest.status,
            JoinRequest.asked_at,
            JoinRequest.decided_at,
            JoinRequest.reason,
        )
        .join(Team, Team.id == JoinRequest.team_id)
        .join(Person, Person.id == JoinRequest.person_id)
    )
