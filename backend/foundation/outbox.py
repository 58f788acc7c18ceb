"""The outbox: what happened, and who has yet to hear of it. The broker only rings; these rows are the store (docs/design.md, rule 2).

A state change records its event in its own transaction: one `outbox_events` row, and one `outbox_deliveries` row for each consumer
that hears it. A delivery is a row and not a "last id seen", because transactions commit out of the order of their ids.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import ClassVar, Protocol
from uuid import UUID

import structlog
from sqlalchemy import (
    ARRAY,
    Index,
    Insert,
    Integer,
    Text,
    Uuid,
    any_,
    bindparam,
    column,
    delete,
    func,
    insert,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation import clock
from backend.foundation.database import Base, RowId, db, delete_some, run, transaction, write_at_commit
from backend.foundation.ids import new_id
from backend.foundation.statements import Prepared, Values
from backend.foundation.tracing import current_request_id, tracing

log = structlog.get_logger(__name__)

ALARM_AFTER = 5
KEPT_FOR = timedelta(days=30)
"""After that nobody asks any more which request an event came from; what happened stands in the facts and in the audit log."""
_LONGEST_WAIT = timedelta(minutes=10)
_MOST_DOUBLINGS = 10
"""By then the longest wait is reached; a delivery may fail for weeks, and 2 to the power of its failures is soon no duration any more."""
_NOBODYS_FAULT = ("08", "40", "53", "55P03", "57P")
"""How the SQLSTATEs begin of a lost connection, a deadlock, a full disk, a lock that was not given in time, and a server that goes down."""
_REQUESTS_NAMED = 20  # in the log line of a batch


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to one row: its id is all that travels, a reaction looks at the facts as they now stand."""

    name: ClassVar[str]
    subject_id: UUID


@dataclass(frozen=True, slots=True)
class Happening:
    """One event as it happened. `event_id` is the same whenever it is delivered, `at` is when it was recorded."""

    event_id: UUID
    subject_id: UUID
    at: datetime


Reaction = Callable[..., None]
"""Called as `reaction(subject_ids, now=now)`: set-based, indifferent to order, repeats and delay."""


@dataclass(frozen=True, slots=True)
class Happenings:
    """In a table of reactions: this one is called as `reaction(happenings, now=now)`, for a consumer to which each time counts.

    It gets every happening of a batch, in the order of their events. One that failed, or that another worker holds, comes later.
    """

    reaction: Reaction


Reactions = Mapping[str, Reaction | Happenings]
Turn = Callable[[], bool]
"""Takes the turn of a consumer until the transaction ends, or says that somebody else has it, without waiting."""


class OutboxEvent(Base):
    """What happened, in the order of its ids."""

    __tablename__ = "outbox_events"
    __table_args__ = (Index("ix_outbox_events_at", "at"),)

    id: Mapped[RowId]
    name: Mapped[str]
    subject_id: Mapped[UUID]
    at: Mapped[datetime]
    request_id: Mapped[str | None]


class OutboxDelivery(Base):
    """That one consumer has yet to hear one event. Deleted in the transaction that holds the effect."""

    __tablename__ = "outbox_deliveries"
    __table_args__ = (
        Index("ix_outbox_deliveries_due", "consumer", "due_at", "event_id"),
        Index("ix_outbox_deliveries_failed", "event_id", "consumer", postgresql_where="attempts > 0"),
    )

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    consumer: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None]


class Delivery(Protocol):
    """As a batch reads them."""

    event_id: UUID
    name: str
    subject_id: UUID
    at: datetime
    attempts: int
    request_id: str | None


_consumers: Mapping[str, Reactions] = {}
_turns: Mapping[str, Turn] = {}


def use(consumers: Mapping[str, Reactions], turns: Mapping[str, Turn]) -> None:
    """Tell this process who hears what (`backend.consumers.CONSUMERS`), once, when it starts. `turns`: of consumers whose batches go one by
    one, however many workers there are."""
    global _consumers, _turns
    _consumers, _turns = consumers, turns


def consumers() -> Mapping[str, Reactions]:
    """Consumer → the events it hears and its reactions."""
    return _consumers


def record(event: Event, *, now: datetime) -> None:
    """Write down that something happened, with a delivery for each consumer that hears it, in the caller's transaction."""
    record_all([event], now=now)


def record_all(events: Sequence[Event], *, now: datetime) -> None:
    """As `record`, for many at once."""
    by_name: dict[str, list[UUID]] = defaultdict(list)
    for event in events:
        by_name[event.name].append(event.subject_id)
    happened: list[Values] = []
    deliveries: list[Values] = []
    for name, subject_ids in by_name.items():
        hearing = [consumer for consumer, reactions in _consumers.items() if name in reactions]
        if len(subject_ids) >= _MANY:
            ids = [new_id() for _ in subject_ids]
            about = {"name": name, "at": now, "request_id": current_request_id(), "consumers": hearing}
            run(_RECORD_MANY, ids=ids, subject_ids=subject_ids, **about)
            continue
        for subject_id in subject_ids:
            event_id = new_id()
            happened.append({"id": event_id, "name": name, "subject_id": subject_id, "at": now, "request_id": current_request_id()})
            deliveries += [{"event_id": event_id, "consumer": consumer, "due_at": now, "attempts": 0} for consumer in hearing]
    if happened:
        write_at_commit({OutboxEvent: happened, OutboxDelivery: deliveries})


def happened(event: type[Event], subject_id: UUID, *, at: datetime) -> bool:
    """Whether this happened to a row at the very instant: in the act of which a reaction hears by another event."""
    same = (OutboxEvent.at == at, OutboxEvent.name == event.name, OutboxEvent.subject_id == subject_id)
    return db.session.scalar(select(OutboxEvent.id).where(*same).limit(1)) is not None


def no_sooner_than_told(now: datetime) -> datetime:
    """The present of a batch, or the instant of the newest event where that is later.

    For a reaction that waited for rows: what it read there by then may have happened after the batch began, and what rests on it is known
    no sooner. To be asked once all is read. What a clock wrote that was far ahead is not heeded.
    """
    latest: datetime | None = next(row.at for row in run(_LATEST, until=now + clock.LONGEST_HOLD))
    return now if latest is None else max(now, latest)


def oldest_waiting(consumer: str) -> datetime | None:
    """When the oldest event happened that the consumer has yet to hear; None when it heard all."""
    waiting = (
        select(OutboxDelivery.event_id).where(OutboxDelivery.consumer == consumer).order_by(OutboxDelivery.event_id).limit(1)
    ).scalar_subquery()
    return db.session.scalar(select(OutboxEvent.at).where(OutboxEvent.id == waiting))


def with_something_due(*, now: datetime) -> list[str]:
    """The consumers that have something to hear now. One row of the index is looked at for each."""
    with transaction():
        return [line.consumer for line in run(_WITH_SOMETHING_DUE, consumers=list(_consumers), now=now)]


def deliver_batch(consumer: str, *, now: datetime, size: int = 500) -> int:
    """Apply the due events of one consumer; effects and receipts commit together. Returns how many were taken.

    Rows that another worker holds are skipped. When the batch fails, its events are tried one by one, and the bad one waits. Of a consumer
    whose turn another worker has nothing is taken: who would wait for one that lost its power does the work of nobody else meanwhile.
    """
    reactions, turn = _consumers[consumer], _turns.get(consumer)
    with transaction():
        if turn is not None and not turn():
            return 0
        waiting: list[Delivery] = run(_DUE, consumer=consumer, now=now, size=size)
        with _tracing_of(waiting):
            for name, lines in groupby(sorted(waiting, key=attrgetter("name")), key=attrgetter("name")):
                _apply(consumer, reactions, name, list(lines), now=now)
    if waiting:
        asked = sorted({line.request_id for line in waiting if line.request_id is not None})
        with _tracing_of(waiting):
            log.info("outbox.delivered", consumer=consumer, events=len(waiting), requests=asked[:_REQUESTS_NAMED])
    return len(waiting)


def _recording() -> Insert:
    """Many events of one name: what they share is sent once."""
    about = [bindparam("ids", type_=ARRAY(Uuid)), bindparam("subject_ids", type_=ARRAY(Uuid))]
    sent = func.unnest(*about).table_valued(column("id", Uuid), column("subject_id", Uuid)).render_derived()
    hearing = func.unnest(bindparam("consumers", type_=ARRAY(Text))).table_valued(column("consumer", Text)).render_derived()
    at = bindparam("at", type_=OutboxEvent.at.type)
    events = (
        insert(OutboxEvent)
        .from_select(
            ["id", "name", "subject_id", "at", "request_id"],
            select(sent.c.id, bindparam("name", type_=Text), sent.c.subject_id, at, bindparam("request_id", type_=Text)),
        )
        .returning(OutboxEvent.id)
        .cte("events")
    )
    deliveries = select(events.c.id, hearing.c.consumer, at, literal(0, Integer)).join_from(events, hearing, true())
    return insert(OutboxDelivery).from_select(["event_id", "consumer", "due_at", "attempts"], deliveries)


_MANY = 16
"""From so many events of one name on they go out in a statement of their own."""
_RECORD_MANY = Prepared(_recording())
_DUE = Prepared(
    select(
        OutboxDelivery.event_id,
        OutboxEvent.name,
        OutboxEvent.subject_id,
        OutboxEvent.at,
        OutboxDelivery.attempts,
        OutboxEvent.request_id,
    )
    .join(OutboxEvent, OutboxEvent.id == OutboxDelivery.event_id)
    .where(OutboxDelivery.consumer == bindparam("consumer"), OutboxDelivery.due_at <= bindparam("now", type_=OutboxDelivery.due_at.type))
    .order_by(OutboxDelivery.due_at, OutboxDelivery.event_id)
    .limit(bindparam("size", type_=Integer))
    .with_for_update(of=OutboxDelivery, skip_locked=True)
)
_LATEST = Prepared(select(func.max(OutboxEvent.at).label("at")).where(OutboxEvent.at <= bindparam("until", type_=OutboxEvent.at.type)))
_NAMES = func.unnest(bindparam("consumers", type_=ARRAY(Text))).table_valued(column("consumer", Text)).render_derived()
_WITH_SOMETHING_DUE = Prepared(
    select(_NAMES.c.consumer).where(
        select(OutboxDelivery.event_id)
        .where(OutboxDelivery.consumer == _NAMES.c.consumer, OutboxDelivery.due_at <= bindparam("now", type_=OutboxDelivery.due_at.type))
        .exists()
    )
)
_FORGET = Prepared(
    delete(OutboxDelivery).where(
        OutboxDelivery.consumer == bindparam("consumer"), OutboxDelivery.event_id == any_(bindparam("event_ids", type_=ARRAY(Uuid)))
    )
)


def forget_old(*, now: datetime, at_most: int = 5_000) -> int:
    """Delete some events that happened long ago and that everybody heard; returns how many, 0 once none is left."""
    awaited = select(OutboxDelivery.event_id).where(OutboxDelivery.event_id == OutboxEvent.id).exists()
    old = select(OutboxEvent.id).where(OutboxEvent.at < now - KEPT_FOR, ~awaited).order_by(OutboxEvent.at).limit(at_most)
    return delete_some(OutboxEvent, old)


def _tracing_of(lines: Sequence[Delivery]) -> AbstractContextManager[None]:
    """What follows from the events of one request belongs to that request; what follows from a mixture, to the task that took them."""
    asked = {line.request_id for line in lines}
    return tracing(asked.pop()) if len(asked) == 1 and None not in asked else nullcontext()


def _apply(consumer: str, reactions: Reactions, name: str, lines: Sequence[Delivery], *, now: datetime) -> None:
    reaction = reactions.get(name)
    if reaction is None:  # the consumer stopped hearing this event between two releases
        _forget(consumer, (line.event_id for line in lines))
        return
    try:
        with db.session.begin_nested():
            _tell(reaction, lines, now=now)
            _forget(consumer, (line.event_id for line in lines))
    except Exception as error:
        if _is_nobodys_fault(error):
            raise  # nothing was done, the next ring takes the batch again
        if len(lines) == 1:
            _postpone(consumer, lines[0], error, now=now)
            return
        for line in sorted(lines, key=attrgetter("event_id")):
            _apply(consumer, reactions, name, [line], now=now)


def _tell(reaction: Reaction | Happenings, lines: Sequence[Delivery], *, now: datetime) -> None:
    if isinstance(reaction, Happenings):
        happened = (Happening(line.event_id, line.subject_id, line.at) for line in lines)
        reaction.reaction(sorted(happened, key=attrgetter("event_id")), now=now)
    else:
        reaction(sorted({line.subject_id for line in lines}, key=attrgetter("int")), now=now)


def _is_nobodys_fault(error: Exception) -> bool:
    """Whether the error says nothing about an event: any batch might have met it. A statement that takes too long is the fault of one,
    or of their number."""
    if not isinstance(error, DBAPIError):
        return False
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is None:  # the server did not say it: the connection broke, or the driver does not take a value
        return error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return error.connection_invalidated or state.startswith(_NOBODYS_FAULT)


def _forget(consumer: str, event_ids: Iterable[UUID]) -> None:
    run(_FORGET, consumer=consumer, event_ids=list(event_ids))


def _postpone(consumer: str, line: Delivery, error: Exception, *, now: datetime) -> None:
    attempts = line.attempts + 1
    wait = min(timedelta(seconds=2 ** min(attempts, _MOST_DOUBLINGS)), _LONGEST_WAIT)
    db.session.execute(
        update(OutboxDelivery)
        .where(OutboxDelivery.consumer == consumer, OutboxDelivery.event_id == line.event_id)
        .values(attempts=attempts, due_at=now + wait, last_error=type(error).__name__)
        .execution_options(synchronize_session=False)
    )
    report = log.error if attempts >= ALARM_AFTER else log.warning
    report("outbox.postponed", consumer=consumer, outbox_event=line.name, event_id=str(line.event_id), attempts=attempts, exc_info=error)
