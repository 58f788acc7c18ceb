"""服务记录: what was served, and the word by which it counts, one by one or for a whole shift."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend import brands
from backend.attendance import queries
from backend.attendance import service as attendance
from backend.attendance.queries import ServiceSort, ServiceStatus
from backend.demands.queries import openings_numbered
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Refusal
from console.addresses import RECORDS
from console.drawing import done, draw, draw_again
from console.listing import NOTHING, list_reader, with_filters
from console.places import RECORDED
from web.edge import in_steps, reads
from web.inputs.attendance import ServicesQuery

bp = Blueprint("console_services", __name__)

TO_CONFIRM = with_filters(
    RECORDS, {"status": ServiceStatus.AWAITING_CONFIRMATION.value, "for_me": "true", "sort": ServiceSort.EARLIEST.value}
)
"""The list of what waits for the viewer's word, the longest first: each line of it can be confirmed."""
_asked = list_reader(ServicesQuery)


@bp.get(RECORDS)
@reads
def services_page(actor: Actor) -> Response:
    asked, now = _asked(), clock.now()
    query = asked.query
    found = NOTHING
    if asked.refusal is None:
        search = query.search(openings_numbered(query.demand_number))
        found = queries.services(actor, search, sort=query.sort, for_me=query.for_me, now=now, page=query.page)
    return draw(
        "services/services.html",
        viewer=actor,
        place=RECORDED,
        found=found,
        statuses=list(ServiceStatus),
        brands=brands.current(),
        waits_for_me=query.for_me and query.status is ServiceStatus.AWAITING_CONFIRMATION,
        **asked.shown,
    )


@bp.get(f"{RECORDS}/<uuid:fact_id>")
@reads
def service_page(actor: Actor, fact_id: UUID) -> Response:
    return _draw_service(actor, fact_id)


@bp.post(f"{RECORDS}/<uuid:fact_id>/confirmation")
@in_steps
def submit_confirmation(actor: Actor, fact_id: UUID) -> Response:
    def confirm() -> None:
        attendance.confirm_service(actor, fact_id, now=clock.now())

    return done(confirm, to=TO_CONFIRM, again=lambda refusal: _draw_service(actor, fact_id, refusal))


def _draw_service(actor: Actor, fact_id: UUID, refusal: Refusal | None = None) -> Response:
    details = queries.service_details(actor, fact_id, now=clock.now())
    shown: dict[str, Any] = {
        "viewer": actor,
        "place": RECORDED,
        "line": details.line,
        "revisions": details.revisions,
        "brand": brands.current().get(details.line.brand),
    }
    return draw_again("services/service.html", refusal, **shown) if refusal else draw("services/service.html", **shown)
