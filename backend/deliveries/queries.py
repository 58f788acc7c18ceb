"""Reads of what failed of what follows by itself, for the system administrator: ids, kinds and numbers, nobody's data."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope, ScopeColumns
from backend.foundation import deliveries, outbox
from backend.foundation.actor import Actor
from backend.foundation.deliveries import DeliveryState, Line, Wanted
from backend.foundation.outbox import OutboxDelivery
from backend.foundation.paging import Order, Page, PageRequest

OLDEST_DELIVERY = Order((OutboxDelivery.event_id, OutboxDelivery.consumer))


def failed_deliveries(viewer: Actor, consumer: str | None, *, for_me: bool, now: datetime, page: PageRequest) -> Page[Line]:
    """The deliveries that failed and wait to be tried again, the oldest first; `for_me`: only those that raise the alarm. Raises
    Forbidden."""
    policy.require(viewer, Permission.DELIVERY_SEE, Scope())
    state = DeliveryState.FAILING if for_me else None
    return OLDEST_DELIVERY.page(deliveries.lines(Wanted(consumer, None, state, has_failed=True), now=now), page).map(deliveries.line_of)


def is_failing(viewer: Actor) -> ColumnElement[bool]:
    """Condition on deliveries: it raises the alarm, which is for the viewer to look after."""
    return and_(deliveries.RAISES_ALARM, policy.visible(viewer, Permission.DELIVERY_SEE, ScopeColumns()))


def looks_after_deliveries(viewer: Actor) -> bool:
    """Whether the viewer sees what failed."""
    return policy.could(viewer, Permission.DELIVERY_SEE)


def consumers() -> Sequence[str]:
    """Who hears of what happened, and may fail at it."""
    return sorted(outbox.consumers())
