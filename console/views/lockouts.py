"""登录与锁定: the log-ins of office holders that take no password for a while, and letting one try again."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend.accounts import queries
from backend.accounts import service as accounts
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Refusal
from console.addresses import LOCKOUTS
from console.drawing import done, draw, draw_again
from console.listing import NOTHING, list_reader
from console.places import LOCKED
from web.edge import in_steps, reads
from web.shapes import ListQuery

bp = Blueprint("console_lockouts", __name__)

_asked = list_reader(ListQuery)


@bp.get(LOCKOUTS)
@reads
def lockouts_page(actor: Actor) -> Response:
    return _draw_lockouts(actor)


@bp.post(f"{LOCKOUTS}/<uuid:login_id>/release")
@in_steps
def submit_lockout_release(actor: Actor, login_id: UUID) -> Response:
    def lift() -> None:
        accounts.lift_lockout(actor, login_id, now=clock.now())

    return done(lift, to=LOCKOUTS, again=lambda refusal: _draw_lockouts(actor, refusal))


def _draw_lockouts(actor: Actor, refusal: Refusal | None = None) -> Response:
    asked, found = _asked(), NOTHING
    if asked.refusal is None:
        found = queries.lockouts(actor, now=clock.now(), page=asked.query.page)
    shown: dict[str, Any] = {"viewer": actor, "place": LOCKED, "found": found}
    if refusal:
        return draw_again("lockouts/lockouts.html", refusal, asked=asked.shown["asked"], **shown)
    return draw("lockouts/lockouts.html", **shown, **asked.shown)
