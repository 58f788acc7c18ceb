"""Deliveries that failed."""

from datetime import timedelta
from uuid import UUID

from backend.foundation import clock
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.foundation.outbox import ALARM_AFTER, OutboxDelivery, OutboxEvent


def failed_delivery(consumer: str = "points", *, attempts: int = ALARM_AFTER) -> UUID:
    """One that failed so often and waits for its next try: the id of its event."""
    event_id, now = new_id(), clock.now()
    with transaction():
        db.session.add(OutboxEvent(id=event_id, name="service.confirmed", subject_id=new_id(), at=now))
        waits = {"due_at": now + timedelta(minutes=9), "attempts": attempts, "last_error": "IntegrityError"}
        db.session.add(OutboxDelivery(event_id=event_id, consumer=consumer, **waits))
    return event_id
