"""Which shifts are settled: over, and nothing at them waits for anybody's word. Derived, so that what waits is found among the others by an
index and not among all that was ever served."""

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
    """Mark those of some shifts behind this one at which nothing waits. Returns the last one that was looked at, None behind the last, and
    how many were marked. Each is looked at once, so that one run costs as much as there are, in whatever order they were made."""
    over = (Shift.is_unsettled(), Shift.status != ShiftStatus.PLANNED, Shift.ends_at <= now - QUIET)
    behind = (
        true()
        if after is None
        else tuple_(Shift.ends_at, Shift.id) > tuple_(literal(after[0], Shift.ends_at.type), literal(after[1], Shift.id.type))
    )
    some = select(Shift.ends_at, Shift.id).where(*over, behind).order_by(Shift.ends_at, Shift.id).limit(at_most)
    looked_at = db.session.execute(some).all()
    # Held first and asked then: what a command wrote before it let go of the row is seen, and what it writes later marks the row anew.
    found = select(Shift.id).where(one_of(Shift.id, [row.id for row in looked_at]), Shift.is_unsettled(), ~_something_waits())
    held = db.session.scalars(found.with_for_update(skip_locked=True)).all()
    marked = _marked(held, now, ~_something_waits())
    return (looked_at[-1].ends_at, looked_at[-1].id) if looked_at else None, len(marked)


def wait_again(shift_id: UUID) -> ShiftStatus | None:
    """Hold a shift at which something is about to wait, and give its status. Before anything else is held: signing does so, too."""
    held = update(Shift).where(Shift.id == shift_id).values(settled_at=None).returning(Shift.status)
    return db.session.scalar(held)


def recheck_settled(after: UUID | None, *, at_most: int = 2_000) -> tuple[UUID | None, int]:
    """Look again at some settled shifts behind this one: a release before wrote there without marking. Returns the last one that was looked
    at, None behind the last, and at how many something waits."""
    behind = true() if after is None else Shift.id > after
    looked_at = db.session.scalars(select(Shift.id).where(Shift.settled_at.is_not(None), behind).order_by(Shift.id).limit(at_most)).all()
    # Only those are held, hardly ever one: to hold a row is to write it, and there are as many as were ever served.
    wrong = select(Shift.id).where(one_of(Shift.id, looked_at), _something_waits()).with_for_update(skip_locked=True)
    held = db.session.scalars(wrong).all()
    return (looked_at[-1] if looked_at else None), len(_marked(held, None, _something_waits()))


def _marked(shift_ids: Sequence[UUID], settled_at: datetime | None, which: ColumnElement[bool]) -> Sequence[UUID]:
    marking = update(Shift).where(one_of(Shift.id, shift_ids), which).values(settled_at=settled_at)
    return db.session.scalars(marking.returning(Shift.id).execution_options(synchronize_session=False)).all()


def _something_waits() -> ColumnElement[bool]:
    """Condition on shifts: a record waits for a word, or is doubted; somebody is signed in, or lacks their record."""
    record = exists().where(ServiceRecord.shift_id == Shift.id, record_waits()).correlate(Shift)
    attendance = exists().where(Attendance.shift_id == Shift.id, or_(Attendance.is_open(), Attendance.lacks_record())).correlate(Shift)
    return or_(record, attendance)
