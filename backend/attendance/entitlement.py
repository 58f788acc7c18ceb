"""Says who may serve at a shift, in which capacity, and who is in charge of it. The answer is read from the claims on its opening."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Case,
    ColumnElement,
    CompoundSelect,
    Date,
    DateTime,
    Exists,
    FromClause,
    Label,
    Select,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute

from backend.accounts import policy
from backend.accounts.models import Account, RoleGrant
from backend.accounts.policy import Permission, Scope
from backend.areas import transfers
from backend.attendance.models import Attendance, Capacity, Shift
from backend.foundation import clock
from backend.foundation.actor import Actor, Role
from backend.foundation.database import Column, as_text, db
from backend.foundation.errors import Missing
from backend.openings.models import Arrangement, Claim, ClaimStatus
from backend.openings.service import invites
from backend.organisations.models import Organisation, Staff
from backend.party.models import UnitMembership
from backend.teams.models import Membership

Instant = datetime | ColumnElement[datetime] | InstrumentedAttribute[datetime]
Someone = UUID | ColumnElement[UUID]
Day = date | ColumnElement[date] | InstrumentedAttribute[date]


def may_serve_on(person_id: Someone, day: Day) -> ColumnElement[bool]:
    """Condition on claims: their holder, or on that day a member of the team, staff of the organisation or of the unit."""
    return or_(Claim.person_id == person_id, *_ways_of_belonging(person_id, day))


def belongs_to(person_id: UUID, day: date, *, team_id: UUID | None, organisation_id: UUID | None) -> bool:
    """Whether the person was a member of the team, or on the staff of the organisation that counted already, on a past day."""
    ways = [Membership.team_id == team_id, Membership.person_id == person_id, Membership.holds_on(day)]
    if organisation_id is not None:
        counted = exists().where(Organisation.id == organisation_id, Organisation.counted_on <= day)
        ways = [Staff.organisation_id == organisation_id, Staff.person_id == person_id, Staff.holds_on(day), counted]
    return db.session.scalar(select(exists().where(*ways))) is True


def openings_of(person_id: Someone, day: Day) -> CompoundSelect[*tuple[Any, ...]]:
    """The openings on a held claim of which the person may serve on that day. As `may_serve_on`, but each way by its own index: where no
    opening is named, one condition of several ways would look at every claim there is."""
    held = select(Claim.opening_id).where(Claim.is_held())
    return held.where(Claim.person_id == person_id).union(*(held.where(way) for way in _ways_of_belonging(person_id, day)))


def claims_of(person_id: Someone, *, day: Day, starts_at: Instant, ends_at: Instant) -> Select[*tuple[object, ...]]:
    """The claims held at some time of this stretch on which the person may serve on that day: a claim of their own first, then the
    oldest. Correlated with `Shift`; columns: id, capacity, capacity_id.

    One that was released is none of them: it is as though it had never been taken, and others may have served in its place.
    """
    return (
        select(Claim.id, capacity_of_claim(), capacity_id_of_claim())
        .where(
            Claim.opening_id == Shift.opening_id,
            Claim.claimed_at <= ends_at,
            or_(Claim.is_held(), and_(Claim.status == ClaimStatus.ENDED, Claim.released_at > starts_at)),
            may_serve_on(person_id, day),
        )
        .order_by(Claim.person_id.is_(None), Claim.claimed_at, Claim.id)
        .correlate(Shift)
    )


def capacity_of_claim() -> Label[Capacity]:
    """In what capacity one serves on a claim. A person's claim is a registered Party member's where the registration's role was held when
    it was made (registration stands above this layer: the role is what it leaves here), or by the invitation that lets a member of
    another community claim."""
    # Where the place lay then: its community may have been merged since, and the role that was held named the former one.
    lay_in = transfers.lies_as_known(Claim.opening_id, Shift.area_path, Claim.claimed_at)
    registered = (
        select(RoleGrant.id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(
            Account.person_id == Claim.person_id,
            RoleGrant.role == Role.PARTY_MEMBER,
            in_force(Claim.claimed_at, Claim.claimed_at),
            func.starts_with(lay_in, RoleGrant.area_path),
        )
        .correlate(Claim, Shift)
        .exists()
    )
    day = cast(func.timezone("Asia/Shanghai", Claim.claimed_at), Date)
    invited = (
        select(Arrangement.id)
        .where(Arrangement.opening_id == Claim.opening_id, Arrangement.is_current(), invites(Claim.person_id, day))
        .correlate(Claim)
        .exists()
    )
    capacity: Case[Capacity] = case(
        (Claim.team_id.is_not(None), _word(Capacity.TEAM)),
        (Claim.organisation_id.is_not(None), _word(Capacity.ORGANISATION)),
        (Claim.work_unit_id.is_not(None), _word(Capacity.WORK_UNIT)),
        (or_(registered, invited), _word(Capacity.REGISTRATION)),
        else_=_word(Capacity.SELF),
    )
    return capacity.label("capacity")


def capacity_id_of_claim() -> Label[UUID]:
    """The team, organisation, unit or person that the claim names."""
    return func.coalesce(Claim.team_id, Claim.organisation_id, Claim.work_unit_id, Claim.person_id).label("capacity_id")


def seen_shift(actor: Actor, shift_id: UUID, *, now: datetime) -> tuple[Shift, list[Scope]]:
    """The shift and the scopes of those in charge of it: requester, leader of a claiming team, officer of a claiming organisation or unit,
    and the community.

    Raises Missing for whom it does not concern: they neither are in charge, nor may serve or have served at it, nor has anybody on a claim
    of theirs that has ended.
    """
    shift = db.session.get(Shift, shift_id)
    if shift is None:
        raise Missing
    held = Claim.is_held()
    claims = db.session.execute(
        select(
            Claim.team_id,
            Claim.organisation_id,
            Claim.work_unit_id,
            Claim.person_id,
            Organisation.officer_person_id,
            held.label("held"),
        )
        .outerjoin(Organisation, Organisation.id == Claim.organisation_id)
        .where(Claim.opening_id == shift.opening_id, or_(held, served_at(shift_id)))
    ).all()
    in_charge = [Scope(area_path=shift.area_path, person_id=shift.requester_person_id)]
    concerned: list[Scope] = []
    for line in claims:
        leading = Scope(team_id=line.team_id, work_unit_id=line.work_unit_id, person_id=line.officer_person_id)
        (in_charge if line.held else concerned).append(leading)
        concerned.append(Scope(organisation_id=line.organisation_id, person_id=line.person_id))
    if allowed(actor, Permission.SHIFT_SEE, in_charge + concerned) or _serves(actor, shift, now=now):
        return shift, in_charge
    raise Missing


def is_visitor(actor: Actor, shift: Shift, in_charge: list[Scope], *, now: datetime) -> bool:
    """Whether the actor stands on the side of who claimed the shift: leads one of them, or may serve there. `in_charge` is what
    `seen_shift` gave, the asking side first."""
    return allowed(actor, Permission.CODE_SHOW, in_charge[1:]) or _serves(actor, shift, now=now)


def served_at(shift_id: UUID | Column) -> Exists:
    """Condition on claims: somebody signed in on it at the shift."""
    return exists().where(Attendance.claim_id == Claim.id, Attendance.shift_id == shift_id)


def concerned_by_service(*, area_path: str, requester_id: UUID | None, person_id: UUID, capacity_id: UUID) -> list[Scope]:
    """The scopes of those whom somebody's service at a shift concerns: the community and the requester, who served, and who leads the team,
    organisation or unit for which they served, or is on its staff."""
    officer_id = db.session.scalar(select(Organisation.officer_person_id).where(Organisation.id == capacity_id))
    return [
        Scope(area_path=area_path, person_id=requester_id),
        Scope(person_id=person_id),
        Scope(team_id=capacity_id, organisation_id=capacity_id, work_unit_id=capacity_id, person_id=officer_id),
    ]


def allowed(actor: Actor, permission: Permission, scopes: Iterable[Scope]) -> bool:
    """Whether policy permits it on one of several scopes that a subject has."""
    return any(policy.allows(actor, permission, scope) for scope in scopes)


def nearest_claim(of_claim: ColumnElement[UUID | None] | None = None) -> FromClause:
    """The claim on which somebody serves at `Shift`, as a lateral: the one asked for, or the first of `claims_of`.

    For prepared statements, whose values are `person_id`, `day`, `starts_at` and `ends_at`.
    """
    person_id, day = bindparam("person_id", type_=Uuid), bindparam("day", type_=Date)
    starts_at, ends_at = (bindparam(name, type_=DateTime(timezone=True)) for name in ("starts_at", "ends_at"))
    fitting = claims_of(person_id, day=day, starts_at=starts_at, ends_at=ends_at)
    if of_claim is not None:
        fitting = fitting.where(or_(of_claim.is_(None), Claim.id == of_claim))
    return fitting.limit(1).lateral("claim")


def _serves(actor: Actor, shift: Shift, *, now: datetime) -> bool:
    """Whether they may serve at the shift, by a claim that is held, or have served at it."""
    if actor.person_id is None:
        return False
    may = exists().where(Claim.opening_id == shift.opening_id, Claim.is_held(), may_serve_on(actor.person_id, clock.shanghai_day(now)))
    has = exists().where(Attendance.shift_id == shift.id, Attendance.person_id == actor.person_id)
    return bool(db.session.scalar(select(or_(may, has))))


def _ways_of_belonging(person_id: Someone, day: Day) -> list[ColumnElement[bool]]:
    teams = select(Membership.team_id).where(Membership.person_id == person_id, Membership.holds_on(day))
    organisations = select(Staff.organisation_id).where(Staff.person_id == person_id, Staff.holds_on(day))
    employer = select(UnitMembership.work_unit_id).where(UnitMembership.person_id == person_id, UnitMembership.holds_on(day))
    units_led = (
        select(RoleGrant.work_unit_id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(
            Account.person_id == person_id,
            RoleGrant.role == Role.WORK_UNIT_OFFICER,
            in_force(start_of(day, 0), start_of(day, 1)),
        )
    )
    return [
        Claim.team_id.in_(teams),
        Claim.organisation_id.in_(organisations),
        Claim.work_unit_id.in_(employer),
        Claim.work_unit_id.in_(units_led),
    ]


def start_of(day: Day, days_later: int) -> ColumnElement[datetime]:
    """The instant at which a Shanghai day begins, or one some days later."""
    return func.timezone("Asia/Shanghai", cast(cast(day, Date) + days_later, DateTime(timezone=False)), type_=DateTime(timezone=True))


def in_force(since: Instant, until: Instant) -> ColumnElement[bool]:
    """Condition on role grants: held at some time of a stretch."""
    return and_(
        RoleGrant.starts_at <= until,
        or_(RoleGrant.withdrawn_at.is_(None), RoleGrant.withdrawn_at > since),
        RoleGrant.runs_beyond(since),
    )


def _word(capacity: Capacity) -> ColumnElement[Capacity]:
    return literal(capacity, as_text(Capacity))
