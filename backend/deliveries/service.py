"""Commands on what failed of what follows by itself."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.foundation import audit, deliveries
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.deliveries import HAS_FAILED, Wanted
from backend.foundation.errors import Missing
from backend.foundation.outbox import OutboxDelivery

AT_MOST = 5_000
"""So many are made due by one command: more are tried while the next one is given."""


def retry_failed(actor: Actor, consumer: str | None, event_id: UUID | None, *, now: datetime) -> int:
    """Have what failed tried again at once: of one event, of one consumer, or (both None) all; returns how many, of which none is what a
    worker tries already. Raises Forbidden; Missing for an event of which nothing failed."""
    policy.require(actor, Permission.DELIVERY_RETRY, Scope())
    wanted = Wanted(consumer, None if event_id is None else [event_id], has_failed=True)
    if event_id is not None:
        failed = select(OutboxDelivery.event_id).where(OutboxDelivery.event_id == event_id, HAS_FAILED)
        if db.session.scalars(failed.limit(1)).first() is None:
            raise Missing
    number = deliveries.retry(wanted, now=now, at_most=AT_MOST)
    audit.record(actor, Permission.DELIVERY_RETRY, event_id, now=now, consumer=consumer, number=number)
    return number
