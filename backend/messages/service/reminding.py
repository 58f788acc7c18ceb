"""Reminding people once a year, by the clock: no event stands behind it, so the year's day makes its id."""

from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import exists, literal, select
from sqlalchemy.dialects.postgresql import insert

from backend.foundation.database import db
from backend.foundation.ids import id_at
from backend.messages import kinds
from backend.messages.kinds import Reminder
from backend.messages.models import Message
from backend.messages.reminded import PEOPLE

LATE = timedelta(days=14)
"""For so long after its day a reminder is still given: to who comes later, or after the processes stood still."""


def remind(*, now: datetime, at_most: int = 5_000) -> int:
    """Remind some of those who are to be reminded now, each once a year; returns how many, 0 once none is left."""
    due = (reminder for reminder in kinds.current().reminders if reminder.due_at(now) <= now < reminder.due_at(now) + LATE)
    return sum(_remind(reminder, at_most, now) for reminder in due)


def _remind(reminder: Reminder, at_most: int, now: datetime) -> int:
    due_at = reminder.due_at(now)
    event_id = _event_id(reminder.code, due_at)
    people = PEOPLE[reminder.to].subquery("people")
    reminded = exists().where(Message.recipient_id == people.c.recipient_id, Message.event_id == event_id)
    written = {
        "recipient_id": people.c.recipient_id,
        "event_id": literal(event_id),
        "kind": literal(reminder.code),
        "happened_at": literal(due_at),
        "told_at": literal(now),
    }
    some = select(*written.values()).where(~reminded).limit(at_most)
    told = insert(Message).from_select(list(written), some).on_conflict_do_nothing().returning(Message.recipient_id)
    return len(db.session.execute(told).all())


def _event_id(code: str, at: datetime) -> UUID:
    """The same for the same reminder of the same year."""
    return id_at(at, int.from_bytes(sha256(f"{code} {at.isoformat()}".encode()).digest(), "big"))
