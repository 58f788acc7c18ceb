"""年终统计表: the year's workbook as long work: asked for, how far it is, its file, and who had which one made when."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Refusal
from backend.jobs.service import cancel_own_job
from backend.statistics import exports, queries
from backend.statistics.queries import Choices
from console.addresses import EXPORTS
from console.drawing import done, draw, draw_again
from console.forms import Form
from console.listing import NOTHING, list_reader
from console.live import is_watched
from console.places import EXPORTED
from web.downloads import sent_own
from web.edge import in_steps, reads
from web.inputs.statistics import ExportsQuery, YearEndIn
from web.routes import at_most

bp = Blueprint("console_exports", __name__)

_FORM = Form(YearEndIn)
_TABLES_ARE_MADE_UNTIL = 3
"""The month up to which the table of the year before is what is nearly always wanted."""
_asked = list_reader(ExportsQuery)


@bp.get(EXPORTS)
@reads
def exports_page(actor: Actor) -> Response:
    return _draw_exports(actor)


@bp.post(EXPORTS)
@in_steps
@at_most("10/minute")
def submit_export(actor: Actor) -> Response:
    def ask() -> None:
        form = _FORM.read()
        exports.ask_year_end(actor, form.year, form.area_id, now=clock.now())

    return done(ask, to=EXPORTS, again=lambda refusal: _draw_exports(actor, refusal))


@bp.get(f"{EXPORTS}/<uuid:job_id>/file")
@in_steps
def download_export(actor: Actor, job_id: UUID) -> Response:
    return sent_own(actor, job_id)


@bp.post(f"{EXPORTS}/<uuid:job_id>/cancellation")
@in_steps
def submit_export_cancellation(actor: Actor, job_id: UUID) -> Response:
    def cancel() -> None:
        cancel_own_job(actor, job_id, now=clock.now())

    return done(cancel, to=EXPORTS, again=lambda refusal: _draw_exports(actor, refusal))


def _draw_exports(actor: Actor, refusal: Refusal | None = None) -> Response:
    asked, now = _asked(), clock.now()
    query, found = asked.query, NOTHING
    if asked.refusal is None:
        found = exports.year_ends_in_sight(actor, now=now, page=query.page)
    choices = queries.choices(actor, now=now) if exports.may_ask_some(actor) else None
    shown: dict[str, Any] = {
        "viewer": actor,
        "place": EXPORTED,
        "found": found,
        "year": query.year or _year_to_make(choices, now),
        "area_id": query.area_id,
        "area": None if choices is None or query.area_id is None else queries.area_in_reach(actor, query.area_id),
        "choices": choices,
        "is_watched": is_watched([line.job for line in found.items], now),
    }
    if refusal:
        return draw_again("exports/exports.html", refusal, keep=_FORM.names, labels=_FORM.labels, asked=asked.shown["asked"], **shown)
    return draw("exports/exports.html", **shown, **asked.shown)


def _year_to_make(choices: Choices | None, now: datetime) -> int:
    """The year that is preselected."""
    today = clock.shanghai_day(now)
    before = today.year - 1
    is_wanted = today.month <= _TABLES_ARE_MADE_UNTIL and choices is not None and before in choices.years
    return before if is_wanted else today.year
