"""What would flood the audit log act by act is counted by the hour: attempts that were refused, and rows read about people.

A counter is a row for each account, route, permission, outcome and hour, so an account fills no more than there are routes, whatever it
sends. The first refused attempt of an hour stands in the log at once; what the hour summed up to follows when it is over.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation import audit
from backend.foundation.actor import Actor
from backend.foundation.database import Base, db

READ = "read"
"""The outcome of what was given; any other is the code of a refusal."""

_AT_ONCE = 500


class AuditCount(Base):
    """How often within an hour, and how many rows in all."""

    __tablename__ = "audit_counts"

    hour: Mapped[datetime] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[str] = mapped_column(primary_key=True)
    times: Mapped[int]
    rows: Mapped[int]


_COUNTERS = AuditCount.metadata.tables[AuditCount.__tablename__]
_COUNTER = insert(_COUNTERS)
_COUNT = _COUNTER.on_conflict_do_update(
    index_elements=list(_COUNTERS.primary_key),
    set_={"times": _COUNTERS.c.times + 1, "rows": _COUNTERS.c.rows + _COUNTER.excluded.rows},
).returning(_COUNTERS.c.times)
"""It comes with every refused attempt and every list of people, and to build it took longer than to send it: it is built once."""


def refused(actor: Actor, action: str, subject_id: UUID | None, *, route: str, code: str, now: datetime) -> None:
    """Count an attempt that was refused; the first of its hour is written down at once."""
    if _counted(actor, action, route, code, rows=0, now=now) == 1:
        audit.record(actor, action, subject_id, now=now, succeeded=False, route=route, code=code)


def read(actor: Actor, action: str, *, route: str, rows: int, now: datetime) -> None:
    """Count so many rows that a list gave about people."""
    _counted(actor, action, route, READ, rows=rows, now=now)


def close_hours(*, long_list: int, now: datetime) -> int:
    """Write down what some counters of hours that are over say, and drop them; returns how many.

    Of lists what is `long_list` rows or more; of refused attempts all but a single one, which stands in the log already.
    """
    over = select(AuditCount).where(AuditCount.hour < _hour(now)).order_by(AuditCount.hour).limit(_AT_ONCE)
    counters = db.session.scalars(over.with_for_update(skip_locked=True)).all()
    for counter in counters:
        was_read = counter.outcome == READ
        if counter.rows >= long_list if was_read else counter.times > 1:
            audit.record(
                Actor(counter.account_id),
                counter.action,
                None,
                now=now,
                succeeded=was_read,
                route=counter.route,
                hour=counter.hour.isoformat(),
                times=counter.times,
                **({"rows": counter.rows} if was_read else {"code": counter.outcome}),
            )
        db.session.delete(counter)
    return len(counters)


def _counted(actor: Actor, action: str, route: str, outcome: str, *, rows: int, now: datetime) -> int:
    key = {"hour": _hour(now), "account_id": actor.account_id, "route": route, "action": str(action), "outcome": outcome}
    times: int = db.session.scalars(_COUNT, key | {"times": 1, "rows": rows}).one()
    return times


def _hour(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)
