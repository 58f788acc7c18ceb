"""Marking messages as read. It leaves no audit entry: it is nobody's affair but the reader's."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Missing
from backend.messages.models import Message
from backend.messages.queries import is_own


def mark_read(actor: Actor, message_id: UUID, *, now: datetime) -> None:
    """Mark one's own message as read; the first time counts. Raises Missing."""
    policy.require(actor, Permission.MESSAGE_SEE, Scope())
    if not _mark(is_own(actor), Message.event_id == message_id, now=now):
        raise Missing


def mark_read_up_to(actor: Actor, message_id: UUID, *, now: datetime) -> None:
    """Mark all of one's own messages as read as far back as this one goes: what was told later nobody has seen yet, also of something that
    happened before. Raises Missing."""
    policy.require(actor, Permission.MESSAGE_SEE, Scope())
    told_at = db.session.scalar(select(Message.told_at).where(is_own(actor), Message.event_id == message_id))
    if told_at is None:
        raise Missing
    _mark(is_own(actor), Message.event_id <= message_id, Message.told_at <= told_at, Message.read_at.is_(None), now=now)


def _mark(*which: ColumnElement[bool], now: datetime) -> bool:
    marking = update(Message).where(*which).values(read_at=func.coalesce(Message.read_at, now)).returning(Message.event_id)
    return bool(db.session.scalars(marking.execution_options(synchronize_session=False)).all())
