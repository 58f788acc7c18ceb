"""Shows what waits in the outbox, and makes it due again. For whoever looks after a copy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, case, func, literal, literal_column, select, tuple_, update

from backend.foundation.database import db, one_of
from backend.foundation.outbox import ALARM_AFTER, OutboxDelivery, OutboxEvent
from backend.foundation.paging import AnyRow
from backend.foundation.terms import Word


class DeliveryState(Word):
    """How a delivery stands: `failing` once it failed so often that the alarm counts it, `postponed` while it waits for its next try,
    `due` when the next ring of its consumer takes it."""

    FAILING = "failing", "失败"
    POSTPONED = "postponed", "推迟"
    DUE = "due", "待处理"


HAS_FAILED = OutboxDelivery.attempts > literal_column("0")
"""Condition: it failed at least once. As its index says it."""
RAISES_ALARM = and_(HAS_FAILED, OutboxDelivery.attempts >= ALARM_AFTER)
"""Condition: it failed so often that the alarm counts it."""


@dataclass(frozen=True)
class Wanted:
    """Which deliveries are meant; what is None does not matter."""

    consumer: str | None = None
    event_ids: Sequence[UUID] | None = None
    state: DeliveryState | None = None
    has_failed: bool = False

    def conditions(self, *, now: datetime) -> list[ColumnElement[bool]]:
        """The same in SQL."""
        found: list[ColumnElement[bool]] = []
        if self.consumer is not None:
            found.append(OutboxDelivery.consumer == self.consumer)
        if self.event_ids is not None:
            found.append(one_of(OutboxDelivery.event_id, self.event_ids))
        if self.state is not None:
            found.append(_state(now) == self.state.value)
        if self.has_failed:
            found.append(HAS_FAILED)
        return found


EVERYTHING = Wanted()


@dataclass(frozen=True)
class Line:
    """One delivery: of which event, since when it waits, when it is tried next, how often it failed and by what kind of error."""

    consumer: str
    state: DeliveryState
    event_id: UUID
    name: str
    subject_id: UUID
    since: datetime
    due_at: datetime
    attempts: int
    last_error: str | None


def waiting(wanted: Wanted, *, limit: int, now: datetime) -> list[Line]:
    """The deliveries that are meant: those first that failed most often, then the oldest."""
    order = (OutboxDelivery.attempts.desc(), OutboxDelivery.event_id, OutboxDelivery.consumer)
    return [line_of(row) for row in db.session.execute(lines(wanted, now=now).order_by(*order).limit(limit))]


def lines(wanted: Wanted, *, now: datetime) -> Select[*tuple[Any, ...]]:
    """Reads the deliveries that are meant, each as a `line_of` is made of it."""
    return (
        select(
            OutboxDelivery.consumer,
            _state(now).label("state"),
            OutboxDelivery.event_id,
            OutboxEvent.name,
            OutboxEvent.subject_id,
            OutboxEvent.at.label("since"),
            OutboxDelivery.due_at,
            OutboxDelivery.attempts,
            OutboxDelivery.last_error,
        )
        .join(OutboxEvent, OutboxEvent.id == OutboxDelivery.event_id)
        .where(*wanted.conditions(now=now))
    )


def line_of(row: AnyRow) -> Line:
    """What a row of `lines` says."""
    consumer, state, *others = row
    return Line(consumer, DeliveryState(state), *others)


def counts(wanted: Wanted, *, now: datetime) -> dict[tuple[str, DeliveryState], int]:
    """How many of those that are meant stand how, by consumer."""
    state = _state(now).label("state")
    query = select(OutboxDelivery.consumer, state, func.count()).where(*wanted.conditions(now=now)).group_by(OutboxDelivery.consumer, state)
    return {(consumer, DeliveryState(found)): count for consumer, found, count in db.session.execute(query)}


def retry(wanted: Wanted, *, now: datetime, at_most: int | None = None) -> int:
    """Make due now what waits for its next try, the oldest first; returns how many. What a worker holds at this moment is being tried
    already.

    The failures so far stay counted: a delivery leaves the alarm by being done.
    """
    key = (OutboxDelivery.event_id, OutboxDelivery.consumer)
    meant = select(*key).where(OutboxDelivery.due_at > now, *wanted.conditions(now=now))
    free = meant.order_by(*key).limit(at_most).with_for_update(skip_locked=True)
    made_due = update(OutboxDelivery).where(tuple_(*key).in_(free)).values(due_at=now).returning(OutboxDelivery.event_id)
    return len(db.session.execute(made_due.execution_options(synchronize_session=False)).all())


def _state(now: datetime) -> ColumnElement[str]:
    return case(
        (OutboxDelivery.attempts >= ALARM_AFTER, literal(DeliveryState.FAILING.value, String)),
        (OutboxDelivery.due_at > now, literal(DeliveryState.POSTPONED.value, String)),
        else_=literal(DeliveryState.DUE.value, String),
    )
