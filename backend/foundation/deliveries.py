"""Shows what waits in the outbox, and makes it due again. For whoever looks after a copy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, case, func, literal, select, tuple_, update

from backend.foundation.database import db, one_of
from backend.foundation.outbox import ALARM_AFTER, OutboxDelivery, OutboxEvent


class State(StrEnum):
    """How a delivery stands: `failing` once it failed so often that the alarm counts it, `postponed` while it waits for its next try,
    `due` when the next ring of its consumer takes it."""

    FAILING = "failing"
    POSTPONED = "postponed"
    DUE = "due"


@dataclass(frozen=True)
class Wanted:
    """Which deliveries are meant; what is None does not matter."""

    consumer: str | None = None
    event_ids: Sequence[UUID] | None = None
    state: State | None = None

    def conditions(self, *, now: datetime) -> list[ColumnElement[bool]]:
        """The same in SQL."""
        found: list[ColumnElement[bool]] = []
        if self.consumer is not None:
            found.append(OutboxDelivery.consumer == self.consumer)
        if self.event_ids is not None:
            found.append(one_of(OutboxDelivery.event_id, self.event_ids))
        if self.state is not None:
            found.append(_state(now) == self.state.value)
        return found


EVERYTHING = Wanted()


@dataclass(frozen=True)
class Line:
    """One delivery: of which event, since when it waits, when it is tried next, how often it failed and by what kind of error."""

    consumer: str
    state: State
    event_id: UUID
    name: str
    subject_id: UUID
    since: datetime
    due_at: datetime
    attempts: int
    last_error: str | None


def waiting(wanted: Wanted, *, limit: int, now: datetime) -> list[Line]:
    """The deliveries that are meant: those first that failed most often, then the oldest."""
    lines: Select[str, str, UUID, str, UUID, datetime, datetime, int, str | None] = (
        select(
            OutboxDelivery.consumer,
            _state(now),
            OutboxDelivery.event_id,
            OutboxEvent.name,
            OutboxEvent.subject_id,
            OutboxEvent.at,
            OutboxDelivery.due_at,
            OutboxDelivery.attempts,
            OutboxDelivery.last_error,
        )
        .join(OutboxEvent, OutboxEvent.id == OutboxDelivery.event_id)
        .where(*wanted.conditions(now=now))
        .order_by(OutboxDelivery.attempts.desc(), OutboxDelivery.event_id, OutboxDelivery.consumer)
        .limit(limit)
    )
    return [
        Line(consumer, State(state), event_id, name, subject_id, since, due_at, attempts, last_error)
        for consumer, state, event_id, name, subject_id, since, due_at, attempts, last_error in db.session.execute(lines)
    ]


def counts(wanted: Wanted, *, now: datetime) -> dict[tuple[str, State], int]:
    """How many of those that are meant stand how, by consumer."""
    state = _state(now).label("state")
    query = select(OutboxDelivery.consumer, state, func.count()).where(*wanted.conditions(now=now)).group_by(OutboxDelivery.consumer, state)
    return {(consumer, State(found)): count for consumer, found, count in db.session.execute(query)}


def retry(wanted: Wanted, *, now: datetime) -> int:
    """Make due now what waits for its next try; returns how many. What a worker holds at this moment is being tried already.

    The failures so far stay counted: a delivery leaves the alarm by being done.
    """
    key = (OutboxDelivery.event_id, OutboxDelivery.consumer)
    free = select(*key).where(OutboxDelivery.due_at > now, *wanted.conditions(now=now)).with_for_update(skip_locked=True)
    made_due = update(OutboxDelivery).where(tuple_(*key).in_(free)).values(due_at=now).returning(OutboxDelivery.event_id)
    return len(db.session.execute(made_due.execution_options(synchronize_session=False)).all())


def _state(now: datetime) -> ColumnElement[str]:
    return case(
        (OutboxDelivery.attempts >= ALARM_AFTER, literal(State.FAILING.value, String)),
        (OutboxDelivery.due_at > now, literal(State.POSTPONED.value, String)),
        else_=literal(State.DUE.value, String),
    )
