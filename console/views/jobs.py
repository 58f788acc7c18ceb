"""后台任务: long work as who asked for it or looks after it sees it: how far it is, why it failed, its file, calling it off."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend.foundation import clock, jobs
from backend.foundation.actor import Actor
from backend.foundation.errors import Refusal
from backend.foundation.jobs import State
from backend.jobs import queries
from backend.jobs.service import cancel_own_job
from console.addresses import JOBS
from console.drawing import done, draw, draw_again
from console.listing import NOTHING, list_reader, with_filters
from console.live import is_watched
from console.places import WORKED_ON
from web.downloads import sent_own
from web.edge import in_steps, reads
from web.inputs.jobs import JobsQuery

bp = Blueprint("console_jobs", __name__)

FAILED = with_filters(JOBS, {"state": State.FAILED.value, "for_me": "true"})
"""The list of what failed lately."""
_asked = list_reader(JobsQuery)


@bp.get(JOBS)
@reads
def jobs_page(actor: Actor) -> Response:
    return _draw_jobs(actor)


@bp.get(f"{JOBS}/<uuid:job_id>/file")
@in_steps
def download_job(actor: Actor, job_id: UUID) -> Response:
    return sent_own(actor, job_id)


@bp.post(f"{JOBS}/<uuid:job_id>/cancellation")
@in_steps
def submit_job_cancellation(actor: Actor, job_id: UUID) -> Response:
    def cancel() -> None:
        cancel_own_job(actor, job_id, now=clock.now())

    return done(cancel, to=JOBS, again=lambda refusal: _draw_jobs(actor, refusal))


def _draw_jobs(actor: Actor, refusal: Refusal | None = None) -> Response:
    asked, now, found = _asked(), clock.now(), NOTHING
    if asked.refusal is None:
        found = queries.jobs_in_sight(actor, asked.query.search, now=now, page=asked.query.page)
    shown: dict[str, Any] = {
        "viewer": actor,
        "place": WORKED_ON,
        "found": found,
        "own": queries.own_among(actor, [line.id for line in found.items]),
        "is_watched": is_watched(found.items, now),
        "states": list(State),
        "kinds": jobs.kinds(),
        "title_of": jobs.title_of,
    }
    if refusal:
        return draw_again("jobs/jobs.html", refusal, asked=asked.shown["asked"], **shown)
    return draw("jobs/jobs.html", **shown, **asked.shown)
