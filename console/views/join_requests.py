"""入队申请: wishes to join teams that wait for the viewer, and the answer to each."""

from uuid import UUID

from flask import Blueprint, Response

from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Refusal
from backend.teams import queries
from backend.teams import service as teams
from backend.teams.models import JoinStatus
from console.addresses import JOIN_REQUESTS, TEAMS
from console.asking import About, Asking, answered, ask
from console.drawing import done, draw, draw_again
from console.forms import Form
from console.listing import NOTHING, Asked, list_reader
from console.places import LED
from web.edge import in_steps, reads
from web.inputs.common import ReasonIn
from web.inputs.teams import JoinRequestsWaitingQuery

bp = Blueprint("console_join_requests", __name__)

_REQUEST = f"{TEAMS}/<uuid:team_id>/join-requests/<uuid:request_id>"
_asked = list_reader(JoinRequestsWaitingQuery)
_REASON = Form(ReasonIn)
_REFUSAL = Asking(
    JoinStatus.REFUSED,
    "不同意入队",
    "申请人会收到消息，看得到理由；以后还可以再申请。",
    "不同意",
    _REASON,
)


@bp.get(JOIN_REQUESTS)
@reads
def join_requests_page(actor: Actor) -> Response:
    return _draw_waiting(actor, _asked())


@bp.post(f"{_REQUEST}/acceptance")
@in_steps
def submit_join_acceptance(actor: Actor, team_id: UUID, request_id: UUID) -> Response:
    def accept() -> None:
        teams.accept_member(actor, team_id, request_id, now=clock.now())

    def again(refusal: Refusal) -> Response:
        return _draw_waiting(actor, Asked(JoinRequestsWaitingQuery(), None), refusal)

    return done(accept, to=JOIN_REQUESTS, again=again)


@bp.get(f"{_REQUEST}/refusal")
@reads
def join_refusal_page(actor: Actor, team_id: UUID, request_id: UUID) -> Response:
    return ask(_REFUSAL, _about(actor, team_id, request_id))


@bp.post(f"{_REQUEST}/refusal")
@in_steps
def submit_join_refusal(actor: Actor, team_id: UUID, request_id: UUID) -> Response:
    def refuse() -> None:
        teams.refuse_member(actor, team_id, request_id, reason=_REASON.read().reason, now=clock.now())

    return answered(_REFUSAL, refuse, to=JOIN_REQUESTS, about=lambda: _about(actor, team_id, request_id, refused=True))


def _draw_waiting(actor: Actor, asked: Asked[JoinRequestsWaitingQuery], refusal: Refusal | None = None) -> Response:
    found, query = NOTHING, asked.query
    if asked.refusal is None:
        found = queries.wishes_waiting(actor, team_id=query.team_id, days=query.days, sort=query.sort, page=query.page, now=clock.now())
    if refusal is not None:
        return draw_again("teams/join_requests.html", refusal, viewer=actor, place=LED, found=found, **asked.shown)
    return draw("teams/join_requests.html", viewer=actor, place=LED, found=found, **asked.shown)


def _about(actor: Actor, team_id: UUID, request_id: UUID, *, refused: bool = False) -> About:
    teams.require_to_answer(actor, team_id, request_id, refused=refused)
    wish = queries.wish(actor, request_id, now=clock.now())
    said = [f"{wish.name}申请加入{wish.team_name}", *([f"留言：{wish.message}"] if wish.message else [])]
    return About(actor, LED, "入队申请", JOIN_REQUESTS, said)
