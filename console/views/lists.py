"""导出的列表: a list taken along as a table, just as its filters stand: asked for on its own page; how far it is, and its file, here."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Missing, Refusal
from backend.jobs import sheets
from backend.jobs.service import cancel_own_job
from backend.jobs.sheets import ListName
from console.addresses import LISTS
from console.drawing import done, draw, draw_again
from console.listing import NOTHING, list_reader
from console.live import is_watched
from console.places import TAKEN_ALONG
from web.downloads import sent_own
from web.edge import in_steps, reads
from web.lists import LISTED, SHEETS
from web.routes import at_most
from web.shapes import ListQuery, query_reader

bp = Blueprint("console_lists", __name__)

_asked = list_reader(ListQuery)
_FILTERS = {name: query_reader(listed.shape, of_page=True) for name, listed in LISTED.items()}
"""What reads the address of each list."""


@bp.get(LISTS)
@reads
def lists_page(actor: Actor) -> Response:
    return _draw_lists(actor)


@bp.post(f"{LISTS}/<name>")
@in_steps
@at_most("10/minute")
def submit_list(actor: Actor, name: str) -> Response:
    which = next((known for known in ListName if known == name), None)
    if which is None:
        raise Missing

    def ask() -> None:
        asked_for = LISTED[which].asked_for(_FILTERS[which]())
        sheets.ask_list(actor, SHEETS[which], which, asked_for, now=clock.now())

    return done(ask, to=LISTS, again=lambda refusal: _draw_lists(actor, refusal))


@bp.get(f"{LISTS}/<uuid:job_id>/file")
@in_steps
def download_list(actor: Actor, job_id: UUID) -> Response:
    return sent_own(actor, job_id)


@bp.post(f"{LISTS}/<uuid:job_id>/cancellation")
@in_steps
def submit_list_cancellation(actor: Actor, job_id: UUID) -> Response:
    def cancel() -> None:
        cancel_own_job(actor, job_id, now=clock.now())

    return done(cancel, to=LISTS, again=lambda refusal: _draw_lists(actor, refusal))


def _draw_lists(actor: Actor, refusal: Refusal | None = None) -> Response:
    # After a form the address is that of the list which was asked for.
    asked, now, found = _asked(), clock.now(), NOTHING
    if refusal is not None or asked.refusal is None:
        found = sheets.lists_in_sight(actor, now=now, page=asked.query.page)
    shown: dict[str, Any] = {
        "viewer": actor,
        "place": TAKEN_ALONG,
        "found": found,
        "is_watched": is_watched([line.job for line in found.items], now),
    }
    if refusal:
        return draw_again("lists/lists.html", refusal, labels={}, asked=asked.shown["asked"], **shown)
    return draw("lists/lists.html", **shown, **asked.shown)
