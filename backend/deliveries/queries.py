"""Reads of what failed of what follows by itself, for the system administrator: ids, kinds and numbers, nobody's data."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope, ScopeColumns
from backend.foundation import deliveries, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.deliveries import DeliveryState, Line, Wanted
from backend.foundation.outbox import OutboxDelivery
from backend.foundation.paging import Order, Page, PageRequest

OLDEST_DELIVERY = Order((OutboxDelivery.event_id, OutboxDelivery.consumer))


def failed_deliveries(viewer: Actor, consumer: str | None, *, for_me: bool, now: datetime, page: PageRequest) -> Page[Line]:
    """The deliveries that failed and wait to be tried again, the oldest first; `for_me`: only those that raise the alarm. Raises
    paging.CursorInvalid, Forbidden."""
    wanted = deliveries.lines(Wanted(consumer, None, DeliveryState.FAILING if for_me else None, has_failed=True), now=now)
    lines = OLDEST_DELIVERY.statement(wanted, page)
    policy.require(viewer, Permission.DELIVERY_SEE, Scope())
    return OLDEST_DELIVERY.cut(db.session.execute(lines).all(), page, of=wanted).map(deliveries.line_of)


def is_failing(viewer: Actor) -> ColumnElement[bool]:
    """Condition on deliveries: it raises the alarm, which is for the viewer to look after."""
    return and_(deliveries.RAISES_ALARM, policy.visible(viewer, Permission.DELIVERY_SEE, ScopeColumns()))


def looks_after_deliveries(viewer: Actor) -> bool:
    """Whether the viewer sees what failed."""
    return policy.could(viewer, Permission.DELIVERY_SEE)


def consumers() -> Sequence[str]:
    """Who hears of what happened, and may fail at it."""
    return sorted(outbox.consumers())
