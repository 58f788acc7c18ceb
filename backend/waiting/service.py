"""Telling the level above what waits past its day."""

from datetime import datetime, timedelta

from sqlalchemy import exists, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_once

from backend.areas.models import Area, Level
from backend.foundation import clock, outbox
from backend.foundation.database import db
from backend.foundation.ids import new_id
from backend.waiting import queries
from backend.waiting.events import OverdueFound
from backend.waiting.models import OverdueLine, OverdueReport


def report_overdue(*, now: datetime) -> int:
    """Count for one street what waits past its day in its communities, once a week. Returns how many streets were looked at, 0 once none
    is left this week."""
    today = clock.shanghai_day(now)
    week_on = today - timedelta(days=today.weekday())
    reported = exists().where(OverdueReport.area_path == Area.path, OverdueReport.week_on == week_on)
    due = select(Area.path).where(Area.level == Level.STREET, Area.withdrawn_on.is_(None), ~reported).order_by(Area.path).limit(1)
    street = db.session.scalar(due)
    if street is None:
        return 0
    late = queries.overdue_in(street, now=now)
    report = {"id": new_id(), "area_path": street, "week_on": week_on, "counted_at": now, "number": sum(line.number for line in late)}
    once = insert_once(OverdueReport).values(report).on_conflict_do_nothing(index_elements=["area_path", "week_on"])
    taken = db.session.scalar(once.returning(OverdueReport.id))
    if taken is not None and late:
        db.session.execute(insert(OverdueLine), [{"report_id": taken, **line._mapping} for line in late])
        outbox.record_all([OverdueFound(taken)], now=now)
    return 1
