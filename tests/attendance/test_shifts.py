"""The life of a shift: planned, cancelled, closed."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.accounts.policy import Permission
from backend.attendance import service as attendance
from backend.attendance.models import Shift, ShiftChange, ShiftStatus
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.foundation.outbox import OutboxEvent
from tests.support.attendance import open_shift


def _changes(shift_id):
    rows = db.session.execute(
        select(ShiftChange.from_status, ShiftChange.to_status).where(ShiftChange.shift_id == shift_id).order_by(ShiftChange.id)
    )
    return [tuple(row) for row in rows]


def test_a_planned_shift_is_written_down_with_change_event_and_audit(app, street):
    _, shift_id = open_shift(street["和平社区"])

    assert _changes(shift_id) == [(None, ShiftStatus.PLANNED)]
    assert db.session.scalars(select(OutboxEvent.name).where(OutboxEvent.subject_id == shift_id)).all() == ["shift.planned"]
    assert db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == shift_id)).all() == [Permission.SHIFT_PLAN]


def test_a_shift_longer_than_a_day_is_refused(app, street):
    with pytest.raises(attendance.ShiftTooLong):
        open_shift(street["和平社区"], lasts=timedelta(hours=23, minutes=1))

    assert db.session.scalars(select(Shift.id)).all() == []


def test_cancelling_an_opening_cancels_what_is_still_planned_and_nothing_else(app, street, pass_time):
    opening_id, past = open_shift(street["和平社区"])
    pass_time(hours=3)
    with transaction():
        attendance.close_overdue(now=clock.now())
    _, coming = open_shift(street["和平社区"], opening_id=opening_id)
    _, of_another = open_shift(street["和平社区"])

    with transaction():
        cancelled = attendance.cancel_shifts(Actor.system(), opening_id, reason="天气不好", now=clock.now())

    assert cancelled == [coming]
    statuses = {row.id: row.status for row in db.session.execute(select(Shift.id, Shift.status))}
    assert statuses == {past: ShiftStatus.CLOSED, coming: ShiftStatus.CANCELLED, of_another: ShiftStatus.PLANNED}
    assert _changes(coming)[-1] == (ShiftStatus.PLANNED, ShiftStatus.CANCELLED)


def test_a_shift_closes_when_its_grace_is_over_and_not_before(app, street, pass_time):
    _, shift_id = open_shift(street["和平社区"], lasts=timedelta(hours=2), grace_minutes=30)

    pass_time(hours=2, minutes=29)
    with transaction():
        assert attendance.close_overdue(now=clock.now()) == 0
    pass_time(minutes=2)
    with transaction():
        assert attendance.close_overdue(now=clock.now()) == 1
        assert attendance.close_overdue(now=clock.now()) == 0

    assert _changes(shift_id)[-1] == (ShiftStatus.PLANNED, ShiftStatus.CLOSED)


def test_a_closed_shift_cannot_be_cancelled(app, street, pass_time):
    _, shift_id = open_shift(street["和平社区"])
    pass_time(hours=3)
    with transaction():
        attendance.close_overdue(now=clock.now())

    with pytest.raises(attendance.ShiftNotPlanned), transaction():
        attendance.cancel_shift(Actor.system(), shift_id, reason="晚了", now=clock.now())
