"""失败的投递: what failed of what follows by itself, why, and having it tried again."""

from typing import Any

from flask import Blueprint, Response

from backend.deliveries import queries, words
from backend.deliveries.service import retry_failed
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.deliveries import DeliveryState
from backend.foundation.errors import Refusal
from console.addresses import DELIVERIES
from console.drawing import done, draw, draw_again
from console.forms import Form
from console.listing import NOTHING, list_reader, with_filters
from console.places import UNDELIVERED
from web.edge import in_steps, reads
from web.inputs.deliveries import DeliveryRetryIn, FailedDeliveriesQuery

bp = Blueprint("console_deliveries", __name__)

FAILING = with_filters(DELIVERIES, {"for_me": "true"})
"""The list of what raises the alarm."""
_FORM = Form(DeliveryRetryIn)
_asked = list_reader(FailedDeliveriesQuery)


@bp.get(DELIVERIES)
@reads
def deliveries_page(actor: Actor) -> Response:
    return _draw_deliveries(actor)


@bp.post(f"{DELIVERIES}/retry")
@in_steps
def submit_delivery_retry(actor: Actor) -> Response:
    def retry() -> None:
        form = _FORM.read()
        retry_failed(actor, form.consumer, form.event_id, now=clock.now())

    return done(retry, to=DELIVERIES, again=lambda refusal: _draw_deliveries(actor, refusal))


def _draw_deliveries(actor: Actor, refusal: Refusal | None = None) -> Response:
    asked, found = _asked(), NOTHING
    query = asked.query
    if asked.refusal is None:
        found = queries.failed_deliveries(actor, query.consumer, for_me=query.for_me, now=clock.now(), page=query.page)
    shown: dict[str, Any] = {
        "viewer": actor,
        "place": UNDELIVERED,
        "found": found,
        "consumers": {consumer: words.hearer(consumer) for consumer in queries.consumers()},
        "words": words,
        "due": DeliveryState.DUE,
        "waits": any(line.due_at > clock.now() for line in found.items),
    }
    if refusal:
        return draw_again("deliveries/deliveries.html", refusal, labels=_FORM.labels, asked=asked.shown["asked"], **shown)
    return draw("deliveries/deliveries.html", **shown, **asked.shown)
