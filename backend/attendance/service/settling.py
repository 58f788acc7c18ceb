"""Which shifts are settled: over, and nothing at them waits for anybody's word; and at the others, of whom nothing waits. Derived, so that
what waits is found among the rest by an index and not among all that was ever served."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select, true, tuple_, update

from backend.attendance.models import Attendance, Confirmation, ServiceFlag, ServiceRecord, Shift, ShiftStatus
from backend.foundation.database import db, one_of

QUIET = timedelta(days=1)
"""For so long after its window a shift is not looked at: whoever signs out of it locks it for others who do."""


def record_waits() -> ColumnElement[bool]:
    """Condition on records: nobody stands by it yet, or only by a part of its minutes, or it is doubted."""
    of_record = (Confirmation.record_fact_id == ServiceRecord.fact_id, Confirmation.is_current())
    whole = exists().where(*of_record, Confirmation.is_partial().is_not(True)).correlate(ServiceRecord)
    return and_(ServiceRecord.is_current(), or_(~whole, ServiceFlag.stands_on(ServiceRecord.fact_id)))


LookedAt = tuple[datetime, UUID]
"""How far somebody looked, in the order in which shifts ended."""


def settle_shifts(after: LookedAt | None, *, now: datetime, at_most: int = 1_000) -> tuple[LookedAt | None, int]:
    """Mark those of some shifts behind this one at which nothing waits, and at the others those of whom nothing does. Returns the last
    shift that was looked at, None behind the last, and how many were marked. Each is looked at once, so that one run costs as much as there
    are, in whatever order they were made."""
    over = (Shift.is_unsettled(), Shift.status != ShiftStatus.PLANNED, Shift.ends_at <= now - QUIET)
    behind = (
        true()
        if after is None
        else tuple_(Shift.ends_at, Shift.id) > tuple_(literal(after[0], Shift.ends_at.type), literal(after[1], Shift.id.type))
    )
    some = select(Shift.ends_at, Shift.id).where(*over, behind).order_by(Shift.ends_at, Shift.id).limit(at_most)
    looked_at = db.session.execute(some).all()
    # Held first and asked then: what a command wrote before it let go of the row is seen, and what it writes later marks the row anew.
    to_mark = exists().where(Attendance.shift_id == Shift.id, *_nothing_waits_of_them()).correlate(Shift)
    found = select(Shift.id).where(one_of(Shift.id, [row.id for row in looked_at]), Shift.is_unsettled(), or_(to_mark, ~_something_waits()))
    held = db.session.scalars(found.with_for_update(skip_locked=True)).all()
    marked = set(_marked(held, now, ~_something_waits()))
    _mark_attendances([shift_id for shift_id in held if shift_id not in marked], now, *_nothing_waits_of_them())
    return (looked_at[-1].ends_at, looked_at[-1].id) if looked_at else None, len(marked)


def wait_again(shift_id: UUID) -> ShiftStatus | None:
    """Hold a shift at which something is about to wait, and give its status. Before anything else is held: signing does so, too."""
    held = update(Shift).where(Shift.id == shift_id).values(settled_at=None).returning(Shift.status)
    status = db.session.scalar(held)
    _mark_attendances([shift_id], None, ~Attendance.is_unsettled())
    return status


def recheck_settled(after: UUID | None, *, at_most: int = 2_000) -> tuple[UUID | None, int]:
    """Look again at some shifts behind this one that are settled, or at which somebody's attendance is: a release before wrote there
    without marking. Returns the last one that was looked at, None behind the last, and at how many something waits."""
    behind = true() if after is None else Shift.id > after
    in_part = exists().where(Attendance.shift_id == Shift.id, ~Attendance.is_unsettled()).correlate(Shift)
    some = select(Shift.id).where(or_(~Shift.is_unsettled(), in_part), behind).order_by(Shift.id).limit(at_most)
    looked_at = db.session.scalars(some).all()
    # Only those are held, hardly ever one: to hold a row is to write it, and there are as many as were ever served.
    of_them = (~Attendance.is_unsettled(), attendance_waits())
    hidden = exists().where(Attendance.shift_id == Shift.id, *of_them).correlate(Shift)
    wrong = select(Shift.id).where(one_of(Shift.id, looked_at), or_(and_(~Shift.is_unsettled(), _something_waits()), hidden))
    held = db.session.scalars(wrong.with_for_update(skip_locked=True)).all()
    # The attendances first: by these it is asked whether something waits at the shift.
    found = {*_mark_attendances(held, None, *of_them)} | {*_marked(held, None, ~Shift.is_unsettled(), _something_waits())}
    return (looked_at[-1] if looked_at else None), len(found)


def _marked(shift_ids: Sequence[UUID], settled_at: datetime | None, *which: ColumnElement[bool]) -> Sequence[UUID]:
    marking = update(Shift).where(one_of(Shift.id, shift_ids), *which).values(settled_at=settled_at)
    return db.session.scalars(marking.returning(Shift.id).execution_options(synchronize_session=False)).all()


def _mark_attendances(shift_ids: Sequence[UUID], settled_at: datetime | None, *which: ColumnElement[bool]) -> Sequence[UUID]:
    """Mark attendances at shifts that the caller holds. Returns the shift of each."""
    marking = update(Attendance).where(one_of(Attendance.shift_id, shift_ids), *which).values(settled_at=settled_at)
    return db.session.scalars(marking.returning(Attendance.shift_id).execution_options(synchronize_session=False)).all()


def _something_waits() -> ColumnElement[bool]:
    """Condition on shifts: something of somebody waits there."""
    return exists().where(Attendance.shift_id == Shift.id, Attendance.is_unsettled(), attendance_waits()).correlate(Shift)


def attendance_waits() -> ColumnElement[bool]:
    """Condition on attendances: their record waits for a word, or is doubted or missing, or they are signed in."""
    record = exists().where(ServiceRecord.attendance_id == Attendance.id, record_waits()).correlate(Attendance)
    return or_(record, Attendance.is_open(), Attendance.lacks_record())


def _nothing_waits_of_them() -> tuple[ColumnElement[bool], ...]:
    return Attendance.is_unsettled(), ~attendance_waits()
