"""Who holds which office, and one's own roles."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from backend.accounts import policy
from backend.accounts.models import Account, GrantStep, Login, LoginKind, RoleGrant
from backend.accounts.policy import OFFICE_ROLES, Permission, ScopeColumns
from backend.accounts.service.rank import DIGITS_OF_A_LEVEL
from backend.accounts.service.roles import ADMINISTRATORS, OFFICES
from backend.accounts.service.seconds import may_second
from backend.areas.models import Area
from backend.areas.queries import lies_in
from backend.foundation.actor import Actor, Role
from backend.foundation.database import db
from backend.foundation.errors import Missing
from backend.foundation.paging import Order, Page, PageRequest
from backend.foundation.search import EVER, Days, as_asked, found
from backend.foundation.terms import Word

BY_AREA = Order((RoleGrant.area_path, RoleGrant.id))
NEWEST_FIRST = Order((RoleGrant.id,), latest_first=True)
ENDS_SOON = timedelta(days=30)
"""So long before it ends, a term is to be thought of."""


class GrantStatus(Word):
    """Where a grant stands in its term."""

    TO_APPROVE = "to_approve", "待另一位工作人员同意"  # a second holder is to agree
    TO_ACCEPT = "to_accept", "待本人接受"  # the appointed is to accept
    HELD = "held", "任期内"
    AWAITED = "awaited", "任期未开始"  # its term has yet to begin
    ENDED = "ended", "已收回或任期已满"  # withdrawn, or its term ran out


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A role of an account, with its one scope. `person_id` is the holder's, where the account has a person, and `identity_checked` says
    that their papers were seen."""

    id: UUID
    role: Role
    status: GrantStatus
    account_id: UUID
    person_id: UUID | None
    identity_checked: bool
    login_name: str | None
    area_id: UUID | None
    area_name: str | None
    party_organisation_id: UUID | None
    organisation_id: UUID | None
    work_unit_id: UUID | None
    team_id: UUID | None
    for_person_id: UUID | None
    starts_at: datetime
    ends_at: datetime | None
    granted_at: datetime
    granted_by: UUID | None
    approved_by: UUID | None
    withdrawn_at: datetime | None
    withdrawn_reason: str | None

    @property
    def place(self) -> UUID | None:
        """Where it holds, where that is no area."""
        places = (self.party_organisation_id, self.organisation_id, self.work_unit_id, self.team_id, self.for_person_id)
        return next((place for place in places if place is not None), None)


@dataclass(frozen=True, slots=True)
class GrantSearch:
    """Which offices somebody looks for; without a status all that are not ended. `login_name`: a part of the holder's; `holders`: one of
    these persons holds it; `days`: on which it was granted; `unchecked`: nobody has seen the papers of who holds it now."""

    role: Role | None = None
    area_id: UUID | None = None
    status: GrantStatus | None = None
    login_name: str | None = None
    holders: Select[UUID] | None = None
    days: Days = EVER
    unchecked: bool = False


def role_grants(viewer: Actor, search: GrantSearch, *, for_me: bool = False, now: datetime, page: PageRequest) -> Page[GrantLine]:
    """The offices in the viewer's areas, area by area, the oldest first. `for_me`: only those that wait for the viewer to agree or to
    prolong them, with `unchecked` those whose holder's papers wait for the viewer."""
    wanted = _offices(viewer).where(_of_status(search.status, now), search.days.hold(RoleGrant.granted_at))
    wanted = wanted.where(as_asked((RoleGrant.role, search.role)), lies_in(RoleGrant.area_path, search.area_id))
    if search.login_name is not None:
        named = select(Login.account_id).where(Login.kind == LoginKind.PASSWORD, found(search.login_name, Login.name))
        wanted = wanted.where(RoleGrant.account_id.in_(named))
    if search.holders is not None:
        wanted = wanted.where(Account.person_id.in_(search.holders))
    if search.unchecked:
        wanted = wanted.where(_lacks_papers(now))
    if for_me:
        mine = is_to_check(viewer, now=now) if search.unchecked else or_(is_to_approve(viewer, now=now), is_to_prolong(viewer, now=now))
        wanted = wanted.where(mine)
    return BY_AREA.page(wanted, page).map(lambda row: _line(row, now))


def looks_after_offices(viewer: Actor) -> bool:
    """Whether the viewer sees who holds the offices of some area."""
    return policy.could_by_area(viewer, Permission.ROLE_SEE)


def areas_of_offices(viewer: Actor) -> list[str]:
    """The paths of the areas of which the viewer sees the offices."""
    return policy.area_paths(viewer, Permission.ROLE_SEE)


def is_to_accept(viewer: Actor, *, now: datetime) -> ColumnElement[bool]:
    """Condition: the viewer was appointed, and is to say yes or no."""
    return and_(_of_status(GrantStatus.TO_ACCEPT, now), RoleGrant.role.in_(OFFICES), RoleGrant.account_id == viewer.account_id)


def is_own_ending(viewer: Actor, *, now: datetime) -> ColumnElement[bool]:
    """Condition: a role of the viewer ends soon."""
    held = _of_status(GrantStatus.HELD, now)
    return and_(held, RoleGrant.account_id == viewer.account_id, RoleGrant.ends_at <= now + ENDS_SOON)


def is_to_approve(viewer: Actor, *, now: datetime) -> ColumnElement[bool]:
    """Condition: an appointment waits for a second holder, and the viewer may be that."""
    return and_(
        _of_status(GrantStatus.TO_APPROVE, now),
        RoleGrant.role.in_(OFFICES),
        RoleGrant.account_id != viewer.account_id,
        policy.visible(viewer, Permission.ROLE_APPROVE, ScopeColumns(area_path=RoleGrant.area_path)),
        may_second(viewer, RoleGrant.granted_by, now=now),
    )


def is_to_check(viewer: Actor, *, now: datetime) -> ColumnElement[bool]:
    """Condition on offices with their account: nobody has seen the papers of who holds it, and the viewer is above all of their offices."""
    other = aliased(RoleGrant)
    of_same = (other.account_id == RoleGrant.account_id, other.role.in_(OFFICE_ROLES), other.waits_for.is_(None), other.is_unended(now))
    beyond = exists().where(*of_same, ~_stands_below(viewer, other)).correlate(RoleGrant)
    return and_(_lacks_papers(now), RoleGrant.account_id != viewer.account_id, _stands_below(viewer, RoleGrant), ~beyond)


def _lacks_papers(now: datetime) -> ColumnElement[bool]:
    return and_(_of_status(GrantStatus.HELD, now), RoleGrant.role.in_(OFFICE_ROLES), Account.checked_at.is_(None))


def _stands_below(viewer: Actor, grant: type[RoleGrant]) -> ColumnElement[bool]:
    """Condition: whoever holds it is to show the viewer their papers."""
    mine = policy.visible(viewer, Permission.IDENTITY_CHECK, ScopeColumns(area_path=area_above_office(grant)))
    return and_(grant.role.not_in(ADMINISTRATORS), func.coalesce(mine, false()))


def area_above_office(grant: type[RoleGrant] = RoleGrant) -> ColumnElement[str]:
    """The path of the area that the area of an office is part of."""
    return func.left(grant.area_path, func.length(grant.area_path) - DIGITS_OF_A_LEVEL)


def is_to_prolong(viewer: Actor, *, now: datetime) -> ColumnElement[bool]:
    """Condition: an office ends soon, of somebody else, and the viewer is above it, so that they may prolong it."""
    above = area_above_office()
    return and_(
        _of_status(GrantStatus.HELD, now),
        RoleGrant.role.in_(OFFICES.keys() - ADMINISTRATORS),
        RoleGrant.account_id != viewer.account_id,
        RoleGrant.ends_at <= now + ENDS_SOON,
        or_(
            policy.visible(viewer, Permission.ROLE_GRANT, ScopeColumns(area_path=above)),
            and_(
                RoleGrant.role == Role.GRID_WORKER,
                policy.visible(viewer, Permission.ROLE_GRANT, ScopeColumns(area_path=RoleGrant.area_path)),
            ),
        ),
    )


def role_grant(viewer: Actor, grant_id: UUID, *, now: datetime) -> GrantLine:
    """One office. Raises Missing."""
    row = db.session.execute(_offices(viewer).where(RoleGrant.id == grant_id)).one_or_none()
    if row is None:
        raise Missing
    return _line(row, now)


def own_role_grants(
    viewer: Actor, *, status: GrantStatus | None = None, for_me: bool = False, now: datetime, page: PageRequest
) -> Page[GrantLine]:
    """Every role that the account holds or held, the newest first. `for_me`: only what it is to accept, or what ends soon."""
    wanted = _lines().where(RoleGrant.account_id == viewer.account_id)
    if status is not None:
        wanted = wanted.where(_of_status(status, now))
    if for_me:
        wanted = wanted.where(or_(is_to_accept(viewer, now=now), is_own_ending(viewer, now=now)))
    return NEWEST_FIRST.page(wanted, page).map(lambda row: _line(row, now))


def own_roles(viewer: Actor, *, now: datetime, page: PageRequest) -> Page[GrantLine]:
    """The roles that the account holds now, the newest first."""
    wanted = _lines().where(RoleGrant.account_id == viewer.account_id, _of_status(GrantStatus.HELD, now))
    return NEWEST_FIRST.page(wanted, page).map(lambda row: _line(row, now))


def own_offers(viewer: Actor, *, now: datetime, page: PageRequest) -> Page[GrantLine]:
    """The offices that the account was appointed to and is to accept, the newest first."""
    wanted = _lines().where(RoleGrant.account_id == viewer.account_id, _of_status(GrantStatus.TO_ACCEPT, now))
    return NEWEST_FIRST.page(wanted, page).map(lambda row: _line(row, now))


def papers_missing(viewer: Actor) -> bool:
    """Whether the viewer holds an office that decides nothing, because nobody has seen their papers."""
    return not viewer.is_checked and any(grant.role in OFFICE_ROLES for grant in viewer.grants)


def _offices(viewer: Actor) -> Select[*tuple[Any, ...]]:
    seen = policy.visible(viewer, Permission.ROLE_SEE, ScopeColumns(area_path=RoleGrant.area_path))
    return _lines().where(RoleGrant.area_path.is_not(None), RoleGrant.role.in_(OFFICES), seen)


def _of_status(status: GrantStatus | None, now: datetime) -> ColumnElement[bool]:
    unended = RoleGrant.is_unended(now)
    match status:
        case None:
            return unended
        case GrantStatus.TO_APPROVE:
            return and_(unended, RoleGrant.waits_for == GrantStep.APPROVAL)
        case GrantStatus.TO_ACCEPT:
            return and_(unended, RoleGrant.waits_for == GrantStep.ACCEPTANCE)
        case GrantStatus.HELD:
            return and_(unended, RoleGrant.waits_for.is_(None), RoleGrant.starts_at <= now)
        case GrantStatus.AWAITED:
            return and_(unended, RoleGrant.waits_for.is_(None), RoleGrant.starts_at > now)
        case GrantStatus.ENDED:
            return or_(RoleGrant.withdrawn_at.is_not(None), RoleGrant.ends_at <= now)


def _lines() -> Select[*tuple[Any, ...]]:
    name = select(Login.name).where(Login.account_id == RoleGrant.account_id, Login.kind == LoginKind.PASSWORD).limit(1)
    return (
        select(RoleGrant, Account.person_id.label("holder_id"), Account.checked_at, name.scalar_subquery().label("login_name"))
        .add_columns(RoleGrant.id, RoleGrant.area_path, Area.id.label("area_id"), Area.name.label("area_name"))
        .join(Account, Account.id == RoleGrant.account_id)
        .outerjoin(Area, Area.path == RoleGrant.area_path)
    )


def _line(row: Row[Any], now: datetime) -> GrantLine:
    grant: RoleGrant = row.RoleGrant
    return GrantLine(
        id=grant.id,
        role=grant.role,
        status=_status(grant, now),
        account_id=grant.account_id,
        person_id=row.holder_id,
        identity_checked=row.checked_at is not None,
        login_name=row.login_name,
        area_id=row.area_id,
        area_name=row.area_name,
        party_organisation_id=grant.party_organisation_id,
        organisation_id=grant.organisation_id,
        work_unit_id=grant.work_unit_id,
        team_id=grant.team_id,
        for_person_id=grant.person_id,
        starts_at=grant.starts_at,
        ends_at=grant.ends_at,
        granted_at=grant.granted_at,
        granted_by=grant.granted_by,
        approved_by=grant.approved_by,
        withdrawn_at=grant.withdrawn_at,
        withdrawn_reason=grant.withdrawn_reason,
    )


def _status(grant: RoleGrant, now: datetime) -> GrantStatus:
    if grant.is_over(now):
        return GrantStatus.ENDED
    if grant.waits_for is not None:
        return GrantStatus.TO_APPROVE if grant.waits_for is GrantStep.APPROVAL else GrantStatus.TO_ACCEPT
    return GrantStatus.AWAITED if grant.starts_at > now else GrantStatus.HELD
