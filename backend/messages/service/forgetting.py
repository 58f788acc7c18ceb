"""Messages are kept for a year."""

from datetime import datetime, timedelta

from sqlalchemy import select

from backend.foundation.database import delete_some
from backend.messages.models import Message

KEPT_FOR = timedelta(days=366)


def forget_old(*, now: datetime, at_most: int = 5_000) -> int:
    """Delete some messages that were told a year ago, read or not; returns how many, 0 once none is left."""
    old = select(Message.recipient_id, Message.event_id).where(Message.told_at < now - KEPT_FOR).order_by(Message.told_at).limit(at_most)
    return delete_some(Message, old)
