"""Reads of shifts: those at which one may serve, and those of which one is in charge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, true, union
from sqlalchemy.orm import aliased

from backend.accounts import policy
from backend.accounts.policy import Permission, ScopeColumns
from backend.areas.models import Area
from backend.areas.queries import lies_in
from backend.attendance.entitlement import claims_of, openings_of, seen_shift
from backend.attendance.hours import Span
from backend.attendance.limits import CHINA
from backend.attendance.models import Attendance, Capacity, Shift, ShiftStatus
from backend.attendance.positions import Around, refuse_outside
from backend.attendance.service.shifts import Place
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.paging import Order, Page, PageRequest
from backend.foundation.search import EVER, Days, as_asked, found
from backend.foundation.terms import Word
from backend.openings.models import Claim, ClaimStatus, Opening
from backend.openings.queries import CLAIMANT, Openings, claimant_names
from backend.people.service import person_of

LONGEST_WINDOW, LONGEST_GRACE = timedelta(hours=24), timedelta(minutes=240)
MOST_SHIFTS, MOST_CLAIMS = 100, 100
"""Of one opening, as what hangs on it names them; publishing makes one shift."""
SOONEST_FIRST = Order((Shift.starts_at, Shift.id), name="start")
LATEST_FIRST = Order((Shift.starts_at, Shift.id), latest_first=True, name="latest")


class ShiftSort(Word):
    """In which order shifts are listed: the soonest first, or the latest first."""

    START = "start", "先开始的在前"
    LATEST = "latest", "后开始的在前"


@dataclass(frozen=True, slots=True)
class ShiftSearch:
    """Which shifts somebody looks for. `q`: the title; `days`: on which they begin; `openings`: of one of these."""

    q: str | None = None
    status: ShiftStatus | None = None
    brand: str | None = None
    community_id: UUID | None = None
    opening_id: UUID | None = None
    openings: Openings | None = None
    days: Days = EVER
    ends_after: datetime | None = None
    starts_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """A shift as lists show it, with the reader's own attendance."""

    id: UUID
    opening_id: UUID
    title: str
    brand: str
    area_id: UUID
    area_name: str
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    status: ShiftStatus
    confirmers: list[str]
    place: Place | None
    my_attendance_id: UUID | None
    signed_in_at: datetime | None
    signed_out_at: datetime | None


@dataclass(frozen=True, slots=True)
class ServedClaim:
    """A claim on which one may serve at a shift, and for whom."""

    claim_id: UUID
    capacity: Capacity
    capacity_id: UUID
    claimant_name: str


@dataclass(frozen=True, slots=True)
class ShiftDetails(ShiftLine):
    """One shift. `my_claims`: on which the reader may serve there today, the one first that signing in takes where none is named."""

    my_claims: list[ServedClaim]


def place_of(opening_id: UUID) -> tuple[float | None, float | None]:
    """Where the services of an opening took place, latitude and longitude; neither where no place was kept."""
    seen = select(Shift.latitude, Shift.longitude).where(Shift.opening_id == opening_id).order_by(Shift.id.desc()).limit(1)
    row = db.session.execute(seen).one_or_none()
    return (None, None) if row is None else (row.latitude, row.longitude)


def openings_around(around: Around, *, now: datetime) -> Select[UUID, int]:
    """The openings of planned services that take place there and are not over, with their distance in metres. Raises PositionOutOfBounds
    (outside of China)."""
    refuse_outside(around.latitude, around.longitude, CHINA)
    ahead = (Shift.status == ShiftStatus.PLANNED, Shift.latitude.is_not(None), Shift.ends_at > now)
    distance = func.min(around.distance_m(Shift.latitude, Shift.longitude)).label("distance_m")
    near = select(Shift.opening_id, distance).where(*ahead, around.holds(Shift.latitude, Shift.longitude))
    return near.group_by(Shift.opening_id)


def my_shifts(actor: Actor, search: ShiftSearch, *, page: PageRequest, now: datetime) -> Page[ShiftLine]:
    """The shifts not yet over at which the person may serve by a claim that holds now, soonest first. Raises PersonNeeded."""
    person_id = person_of(actor)
    mine = openings_of(person_id, clock.shanghai_day(now))
    wanted = _searched(_lines(person_id), search).where(
        Shift.opening_id.in_(mine), Shift.status == ShiftStatus.PLANNED, Shift.ends_at > now - LONGEST_GRACE, Shift.is_not_over(now)
    )
    return SOONEST_FIRST.page(wanted, page).map(_line)


def shifts(actor: Actor, search: ShiftSearch, *, sort: ShiftSort, page: PageRequest) -> Page[ShiftLine]:
    """The shifts that the viewer is in charge of, or that concern them by a claim of theirs or because they served."""
    wanted = _searched(_lines(actor.person_id), search).where(_visible(actor))
    return (LATEST_FIRST if sort is ShiftSort.LATEST else SOONEST_FIRST).page(wanted, page).map(_line)


def shift_details(actor: Actor, shift_id: UUID, *, now: datetime) -> ShiftDetails:
    """One shift, for whom it concerns. Raises Missing."""
    seen_shift(actor, shift_id, now=now)
    line = _line(db.session.execute(_lines(actor.person_id).where(Shift.id == shift_id)).one())
    fields = {name: getattr(line, name) for name in ShiftLine.__slots__}
    return ShiftDetails(**fields, my_claims=_claims_served(actor.person_id, shift_id, now=now))


def _claims_served(person_id: UUID | None, shift_id: UUID, *, now: datetime) -> list[ServedClaim]:
    if person_id is None:
        return []
    claim = claims_of(person_id, day=clock.shanghai_day(now), starts_at=now, ends_at=now).limit(MOST_CLAIMS).lateral("claim")
    rows = db.session.execute(select(claim).select_from(Shift).join(claim, true()).where(Shift.id == shift_id)).all()
    names = claimant_names([row.id for row in rows], reader_id=person_id) if rows else {}
    return [ServedClaim(row.id, row.capacity, row.capacity_id, names[row.id]) for row in rows]


def shifts_seen(actor: Actor, opening_ids: Sequence[UUID], *, now: datetime) -> dict[UUID, list[UUID]]:
    """Opening → its shifts that the viewer may open, the soonest first."""
    may_open = _visible(actor)
    if actor.person_id is not None:
        may_open = or_(may_open, Shift.opening_id.in_(openings_of(actor.person_id, clock.shanghai_day(now))))
    wanted = select(Shift.opening_id, Shift.id).where(Shift.opening_id.in_(opening_ids), may_open)
    seen: dict[UUID, list[UUID]] = {}
    for row in db.session.execute(wanted.order_by(Shift.starts_at, Shift.id).limit(MOST_SHIFTS * len(opening_ids))):
        seen.setdefault(row.opening_id, []).append(row.id)
    return {opening_id: ids[:MOST_SHIFTS] for opening_id, ids in seen.items()}


def next_shift_begins_at(opening_id: UUID, *, now: datetime) -> datetime | None:
    """When the first planned shift of the opening begins that is not over yet, with the grace of its own."""
    ahead = (Shift.opening_id == opening_id, Shift.status == ShiftStatus.PLANNED, Shift.is_not_over(now))
    return db.session.scalar(select(func.min(Shift.starts_at)).where(*ahead))


def _searched(wanted: Select[*tuple[Any, ...]], search: ShiftSearch) -> Select[*tuple[Any, ...]]:
    wanted = wanted.where(found(search.q, Opening.title), search.days.hold(Shift.starts_at))
    wanted = wanted.where(
        as_asked((Shift.status, search.status), (Shift.brand, search.brand), (Shift.opening_id, search.opening_id)),
        lies_in(Shift.area_path, search.community_id),
    )
    if search.openings is not None:
        wanted = wanted.where(Shift.opening_id.in_(search.openings))
    if search.ends_after is not None:
        # The second bound says nothing new, but the shifts lie in the order of their beginnings.
        wanted = wanted.where(Shift.ends_at > search.ends_after, Shift.starts_at > search.ends_after - LONGEST_WINDOW)
    if search.starts_before is not None:
        wanted = wanted.where(Shift.starts_at < search.starts_before)
    return wanted


def _visible(actor: Actor) -> ColumnElement[bool]:
    """Of one's area, asked for by oneself, claimed by what one acts for, or served at (also on a claim that has ended): each by its own
    index. An area stands apart, so that whoever looks after a whole street reads the shifts in their order instead of gathering them
    all."""

    def seen(columns: ScopeColumns) -> ColumnElement[bool]:
        return policy.visible(actor, Permission.SHIFT_SEE, columns)

    shift = aliased(Shift)
    claimed = select(Claim.opening_id).where(Claim.is_held(), seen(CLAIMANT))
    on_claims = select(Attendance.shift_id).join(Claim, Claim.id == Attendance.claim_id)
    ways = (
        select(shift.id).where(seen(ScopeColumns(person_id=shift.requester_person_id))),
        select(shift.id).where(shift.opening_id.in_(claimed)),
        on_claims.where(Claim.status == ClaimStatus.ENDED, seen(CLAIMANT)),
        select(Attendance.shift_id).where(seen(ScopeColumns(person_id=Attendance.person_id))),
    )
    own = Shift.id.in_(union(*ways))
    return or_(seen(ScopeColumns(area_path=Shift.area_path)), own)


def _lines(person_id: UUID | None) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Shift.id,
            Shift.opening_id,
            Opening.title,
            Shift.brand,
            Shift.area_id,
            Area.name.label("area_name"),
            Shift.starts_at,
            Shift.ends_at,
            Shift.grace_minutes,
            Shift.status,
            Shift.confirmers,
            Shift.latitude,
            Shift.longitude,
            Shift.radius_m,
            Attendance.id.label("my_attendance_id"),
            Attendance.signed_in_at,
            Attendance.signed_out_at,
        )
        .join(Opening, Opening.id == Shift.opening_id)
        .join(Area, Area.id == Shift.area_id)
        .outerjoin(Attendance, and_(Attendance.shift_id == Shift.id, Attendance.person_id == person_id))
    )


def _line(row: Row[*tuple[Any, ...]]) -> ShiftLine:
    window = Span(row.starts_at, row.ends_at).widened(timedelta(minutes=row.grace_minutes))
    return ShiftLine(
        id=row.id,
        opening_id=row.opening_id,
        title=row.title,
        brand=row.brand,
        area_id=row.area_id,
        area_name=row.area_name,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        opens_at=window.starts_at,
        closes_at=window.ends_at,
        status=row.status,
        confirmers=row.confirmers,
        place=None if row.radius_m is None else Place(row.latitude, row.longitude, row.radius_m),
        my_attendance_id=row.my_attendance_id,
        signed_in_at=row.signed_in_at,
        signed_out_at=row.signed_out_at,
    )
