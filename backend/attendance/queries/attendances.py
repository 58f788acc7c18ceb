"""Reads of attendances and their records: those of a shift, for who is in charge of it, and one's own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from backend.accounts import policy
from backend.accounts.policy import Permission, ScopeColumns
from backend.areas.models import Area
from backend.areas.queries import lies_in
from backend.attendance.entitlement import seen_shift
from backend.attendance.hours import hours
from backend.attendance.models import Attendance, Capacity, Confirmation, Confirmer, Evidence, ServiceFlag, ServiceRecord, Shift
from backend.attendance.queries.bodies import called_by, led_by, served_for
from backend.attendance.queries.deciding import is_to_record
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Missing
from backend.foundation.paging import Order, Page, PageRequest, TimeSort
from backend.foundation.search import EVER, Days, as_asked, found
from backend.foundation.terms import Word
from backend.openings.models import Opening
from backend.openings.queries import Openings
from backend.people.models import Person
from backend.people.queries import name_for
from backend.people.service import person_of
from backend.volunteers.queries import person_sought

AS_THEY_CAME = Order((Attendance.signed_in_at, Attendance.id))
LATEST_FIRST = Order((Attendance.signed_in_at, Attendance.id), latest_first=True)


class AttendanceState(Word):
    """How far an attendance has come, so that "signed in and out but no hours" always has its answer."""

    OPEN = "open", "服务中"
    CLOSED_WITHOUT_SIGN_OUT = "closed_without_sign_out", "没有签退，待补录"
    RECORD_WITHDRAWN = "record_withdrawn", "记录已撤销"
    AWAITING_CONFIRMATION = "awaiting_confirmation", "待确认"
    CONFIRMED = "confirmed", "已确认"
    PARTLY_CONFIRMED = "partly_confirmed", "部分确认"
    FLAGGED = "flagged", "有疑问，待核查"


WHAT_IS_MISSING = {
    AttendanceState.OPEN: "尚未签退：签退后才会生成服务记录",
    AttendanceState.CLOSED_WITHOUT_SIGN_OUT: "未在规定时间内签退，没有服务记录：可请社区说明原因后补录",
    AttendanceState.RECORD_WITHDRAWN: "服务记录已由社区撤销，不计入",
    AttendanceState.AWAITING_CONFIRMATION: "等待申请人或社区确认：确认后计入",
    AttendanceState.CONFIRMED: None,
    AttendanceState.FLAGGED: "签到或签退时的定位离服务地点较远：待社区核实后再确认",
    AttendanceState.PARTLY_CONFIRMED: "部分时长尚未计入：更正后增加的，待另一人确认；超过当日上限的，待批准",
}


COMMUNITY_FOR = {
    Evidence.OWN_CODE: "一人上门、由本方出示签到码：等待社区确认，确认后计入",
    Evidence.SENT_LATER: "签到或者签退是过后补传的：等待社区确认，确认后计入",
}
"""What is missing where the word of who asked is not enough (`WANTS_COMMUNITY`)."""


@dataclass(frozen=True, slots=True)
class AttendanceLine:
    """One person at one shift, and what became of it. `served_for` names the team, organisation or unit; `hours` is that of the
    current record, rounded down to 0.1."""

    id: UUID
    shift_id: UUID
    title: str
    brand: str
    community: str
    starts_at: datetime
    ends_at: datetime
    person_id: UUID
    name: str
    capacity: Capacity
    capacity_id: UUID
    served_for: str | None
    signed_in_at: datetime
    in_evidence: Evidence
    in_inside: bool | None
    in_distance_m: int | None
    signed_out_at: datetime | None
    out_evidence: Evidence | None
    out_inside: bool | None
    out_distance_m: int | None
    closed_at: datetime | None
    fact_id: UUID | None
    revision_id: UUID | None
    served_on: date | None
    minutes: int | None
    hours: str | None
    evidence: Evidence | None
    late_entry: bool | None
    confirmer: Confirmer | None
    confirmed_at: datetime | None
    counted_minutes: int | None
    state: AttendanceState
    missing: str | None


def attendances_of_shift(actor: Actor, shift_id: UUID, *, page: PageRequest, now: datetime) -> Page[AttendanceLine]:
    """Who signed in at a shift: all of them for the community and the requester, those of their own for the leader of a team,
    organisation or unit, and just oneself for anybody else whom the shift concerns. Raises Missing.
    """
    seen_shift(actor, shift_id, now=now)
    wanted = _lines(actor, now).where(Attendance.shift_id == shift_id, _visible(actor))
    return AS_THEY_CAME.page(wanted, page).map(_line)


def attendance(actor: Actor, attendance_id: UUID, *, now: datetime) -> AttendanceLine:
    """One of them, for whom such a list shows it. Raises Missing."""
    row = db.session.execute(_lines(actor, now).where(Attendance.id == attendance_id, _visible(actor))).one_or_none()
    if row is None:
        raise Missing
    return _line(row)


@dataclass(frozen=True, slots=True)
class Presence:
    """How many are signed in at a shift, signed out, and are gone without that and without a record; and how many records await a word,
    and are doubted."""

    there: int = 0
    out: int = 0
    unrecorded: int = 0
    awaiting: int = 0
    flagged: int = 0


def presence_at(actor: Actor, shift_ids: Sequence[UUID]) -> dict[UUID, Presence]:
    """Shift → who is and was there, of those whom `attendances_of_shift` shows to the viewer; without the shifts at which nobody is."""
    confirmed = exists().where(Confirmation.record_fact_id == ServiceRecord.fact_id, Confirmation.is_current()).correlate(ServiceRecord)
    recorded, flagged = ServiceRecord.id.is_not(None), ServiceFlag.stands_on(ServiceRecord.fact_id)
    counted = (
        select(
            Attendance.shift_id,
            func.count().filter(Attendance.is_open()).label("there"),
            func.count().filter(Attendance.signed_out_at.is_not(None)).label("out"),
            func.count().filter(Attendance.lacks_record()).label("unrecorded"),
            func.count().filter(recorded, ~confirmed, ~flagged).label("awaiting"),
            func.count().filter(recorded, flagged).label("flagged"),
        )
        .join(Shift, Shift.id == Attendance.shift_id)
        .outerjoin(ServiceRecord, and_(ServiceRecord.attendance_id == Attendance.id, ServiceRecord.is_current()))
        .where(Attendance.shift_id.in_(shift_ids), _visible(actor))
        .group_by(Attendance.shift_id)
    )
    rows = db.session.execute(counted).all()
    return {row.shift_id: Presence(row.there, row.out, row.unrecorded, row.awaiting, row.flagged) for row in rows}


@dataclass(frozen=True, slots=True)
class OwnServiceSearch:
    """Which of one's own services somebody looks for. `q`: the title; `days`: on which they signed in; `openings`: of one of these."""

    q: str | None = None
    brand: str | None = None
    openings: Openings | None = None
    days: Days = EVER


@dataclass(frozen=True, slots=True)
class UnrecordedSearch(OwnServiceSearch):
    """Which attendances without a record somebody looks for; beside the above, `person`: who signed in, by number or name; team,
    organisation and unit: for whom."""

    community_id: UUID | None = None
    team_id: UUID | None = None
    organisation_id: UUID | None = None
    work_unit_id: UUID | None = None
    person: str | None = None


def my_services(
    actor: Actor, search: OwnServiceSearch, *, sort: TimeSort = TimeSort.LATEST, page: PageRequest, now: datetime
) -> Page[AttendanceLine]:
    """Where one has been, with what became of each. Raises PersonNeeded."""
    wanted = _lines(actor, now).where(Attendance.person_id == person_of(actor), *_as_sought(search))
    return LATEST_FIRST.sorted_by(sort).page(wanted, page).map(_line)


def attendances_without_record(
    actor: Actor, search: UnrecordedSearch, *, for_me: bool, page: PageRequest, now: datetime
) -> Page[AttendanceLine]:
    """Who signed in in the actor's areas and never out, so that nobody knows how long they served; the longest ago first. `for_me`: only
    those whose record the actor is to add."""
    seen = policy.visible(actor, Permission.ATTENDANCE_SEE, ScopeColumns(area_path=Shift.area_path))
    wanted = _lines(actor, now).where(Shift.is_unsettled(), Attendance.is_unsettled(), Attendance.lacks_record(), seen)
    wanted = wanted.where(*_as_sought(search), lies_in(Shift.area_path, search.community_id), person_sought(actor, search.person, now=now))
    for body_id in (search.team_id, search.organisation_id, search.work_unit_id):
        if body_id is not None:
            wanted = wanted.where(Attendance.capacity_id == body_id)
    if for_me:
        wanted = wanted.where(is_to_record(actor))
    return AS_THEY_CAME.page(wanted, page).map(_line)


def _as_sought(search: OwnServiceSearch) -> Iterator[ColumnElement[bool]]:
    yield found(search.q, Opening.title)
    yield search.days.hold(Attendance.signed_in_at)
    yield as_asked((Shift.brand, search.brand))
    if search.openings is not None:
        yield Shift.opening_id.in_(search.openings)


def _visible(actor: Actor) -> ColumnElement[bool]:
    def seen(columns: ScopeColumns) -> ColumnElement[bool]:
        return policy.visible(actor, Permission.ATTENDANCE_SEE, columns)

    in_charge = ScopeColumns(area_path=Shift.area_path, person_id=Shift.requester_person_id)
    return or_(seen(in_charge), seen(ScopeColumns(person_id=Attendance.person_id)), seen(led_by(Attendance)))


def _lines(viewer: Actor, now: datetime) -> Select[*tuple[Any, ...]]:
    last = aliased(ServiceRecord)
    # The last one, so that who served can read why it counts no more.
    withdrawn = (
        select(last.fact_id)
        .where(last.attendance_id == Attendance.id, last.superseded_at.is_(None), last.void)
        .order_by(last.recorded_at.desc(), last.id.desc())
        .limit(1)
        .correlate(Attendance)
        .scalar_subquery()
    )
    return (
        select(
            Attendance.id,
            Attendance.shift_id,
            Opening.title,
            Shift.brand,
            Area.name.label("community"),
            Shift.starts_at,
            Shift.ends_at,
            Attendance.person_id,
            name_for(viewer, *called_by(Attendance), now=now),
            Attendance.capacity,
            Attendance.capacity_id,
            served_for(Attendance),
            Attendance.signed_in_at,
            Attendance.in_evidence,
            Attendance.in_inside,
            Attendance.in_distance_m,
            Attendance.signed_out_at,
            Attendance.out_evidence,
            Attendance.out_inside,
            Attendance.out_distance_m,
            Attendance.closed_at,
            ServiceRecord.fact_id,
            ServiceRecord.id.label("revision_id"),
            ServiceRecord.served_on,
            ServiceRecord.minutes,
            ServiceRecord.evidence,
            ServiceRecord.late_entry,
            Confirmation.confirmer,
            Confirmation.confirmed_at,
            case((Confirmation.id.is_not(None), Confirmation.counted())).label("counted_minutes"),
            withdrawn.label("withdrawn_fact_id"),
            ServiceFlag.stands_on(ServiceRecord.fact_id).label("flagged"),
        )
        .join(Shift, Shift.id == Attendance.shift_id)
        .join(Area, Area.id == Shift.area_id)
        .join(Opening, Opening.id == Shift.opening_id)
        .join(Person, Person.id == Attendance.person_id)
        .outerjoin(ServiceRecord, and_(ServiceRecord.attendance_id == Attendance.id, ServiceRecord.is_current()))
        .outerjoin(Confirmation, and_(Confirmation.record_fact_id == ServiceRecord.fact_id, Confirmation.is_current()))
    )


def _line(row: Row[*tuple[Any, ...]]) -> AttendanceLine:
    values = dict(row._mapping)
    withdrawn_fact_id = values.pop("withdrawn_fact_id")
    del values["flagged"]
    state = _state(row, withdrawn=withdrawn_fact_id is not None)
    told = WHAT_IS_MISSING[state]
    return AttendanceLine(
        **values
        | {
            "fact_id": row.fact_id or withdrawn_fact_id,
            "hours": None if row.minutes is None else hours(row.minutes),
            "state": state,
            "missing": COMMUNITY_FOR.get(row.evidence, told) if state is AttendanceState.AWAITING_CONFIRMATION else told,
        }
    )


def _state(row: Row[*tuple[Any, ...]], *, withdrawn: bool) -> AttendanceState:
    if row.flagged:
        return AttendanceState.FLAGGED
    if row.confirmed_at is not None:
        return AttendanceState.CONFIRMED if row.counted_minutes == row.minutes else AttendanceState.PARTLY_CONFIRMED
    if row.fact_id is not None:
        return AttendanceState.AWAITING_CONFIRMATION
    if withdrawn:
        return AttendanceState.RECORD_WITHDRAWN
    return AttendanceState.OPEN if row.closed_at is None else AttendanceState.CLOSED_WITHOUT_SIGN_OUT
