"""认领: what waits for the community's answer, who holds the places of a demand, and one claim with what is decided about it."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response

from backend import brands
from backend.areas.queries import communities_in_use
from backend.attendance import service as attendance
from backend.attendance.queries import shifts_seen
from backend.attendance.service import ClaimCommand
from backend.demands import queries as demands
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.openings import queries
from backend.openings import service as openings
from backend.openings.models import ClaimStatus
from console import things
from console.addresses import CLAIMS, DEMANDS
from console.asking import About, Doing, answered, ask, one_of
from console.drawing import draw
from console.forms import NO_FIELDS, Form
from console.listing import NOTHING, list_reader, with_filters
from console.places import CLAIMED, OWN_CLAIMED, SERVICES, Place
from web.edge import in_steps, reads
from web.inputs.common import ReasonIn
from web.inputs.openings import ClaimsOfDemandQuery, WaitingClaimsQuery
from web.lists import claims_listed

bp = Blueprint("console_claims", __name__)

TO_ANSWER = with_filters(CLAIMS, {"for_me": "true"})
"""The list of what the viewer is to answer, the longest ago first."""
_CLAIM = f"{CLAIMS}/<uuid:claim_id>"
_asked = list_reader(WaitingClaimsQuery)
_of_demand_asked = list_reader(ClaimsOfDemandQuery)


def _accept(actor: Actor, claim_id: UUID, _sent: object, now: datetime) -> None:
    openings.accept_claim(actor, claim_id, now=now)


def _refuse(actor: Actor, claim_id: UUID, sent: ReasonIn, now: datetime) -> None:
    openings.refuse_claim(actor, claim_id, reason=sent.reason, now=now)


def _release(actor: Actor, claim_id: UUID, sent: ReasonIn, now: datetime) -> None:
    attendance.release_claim(actor, claim_id, reason=sent.reason, now=now)


_ASKED: dict[str, Doing[ClaimCommand]] = {
    "acceptance": Doing(
        ClaimCommand.ACCEPT,
        "同意认领",
        "同意以后由认领方上门。临近服务时，认领方的负责人可以查看服务对象的住址和电话，每次查看都留有记录。认领方会收到消息。",
        "同意认领",
        NO_FIELDS,
        _accept,
    ),
    "refusal": Doing(
        ClaimCommand.REFUSE,
        "不同意认领",
        "名额随即空出，其他队伍、社会组织可以认领。认领方会收到消息，看得到理由。",
        "不同意",
        Form(ReasonIn),
        _refuse,
    ),
    "release": Doing(
        ClaimCommand.RELEASE,
        "取消认领",
        "名额随即空出，可以由别的一方认领。已经服务过的，只取消后面的场次，服务过的仍然计入。认领方会收到消息，看得到理由。",
        "取消认领",
        Form(ReasonIn),
        _release,
    ),
}
"""The end of its address → the command."""


@bp.get(CLAIMS)
@reads
def claims_page(actor: Actor) -> Response:
    asked, now = _asked(), clock.now()
    query, found = asked.query, NOTHING
    if asked.refusal is None:
        found = claims_listed(actor, query, now)
    return draw(
        "claims/claims.html",
        viewer=actor,
        place=CLAIMED,
        found=found,
        brands=brands.current(),
        communities=communities_in_use(queries.areas_looked_after(actor)),
        **asked.shown,
    )


@bp.get(f"{DEMANDS}/<uuid:demand_id>/claims")
@reads
def demand_claims_page(actor: Actor, demand_id: UUID) -> Response:
    asked, now = _of_demand_asked(), clock.now()
    opening_id, found = demands.claims_seen(actor, demand_id), NOTHING
    if asked.refusal is None:
        found = queries.claims_of_opening(actor, opening_id, status=asked.query.status, page=asked.query.page, now=now)
    return draw(
        "claims/of_demand.html",
        viewer=actor,
        place=SERVICES,
        demand=demands.demand(actor, demand_id, now=now),
        address=f"{DEMANDS}/{demand_id}",
        claims=CLAIMS,
        found=found,
        statuses=list(ClaimStatus),
        **asked.shown,
    )


@bp.get(_CLAIM)
@reads
def claim_page(actor: Actor, claim_id: UUID) -> Response:
    now = clock.now()
    claim = queries.claim(actor, claim_id, now=now)
    return draw(
        "claims/claim.html",
        **things.head(actor, CLAIMED, claim_id, called=claim.title, status=claim.status, sides={}, side=things.FIRST)
        | {"place": _place(actor)},
        **things.offered(attendance.commands_on_claim(actor, claim_id, now=now)),
        claim=claim,
        brand=brands.current().get(claim.brand),
        demand_id=demands.demands_of_openings([claim.opening_id]).get(claim.opening_id),
        shifts=shifts_seen(actor, [claim.opening_id], now=now).get(claim.opening_id, []),
        on_pages=_ASKED,
    )


@bp.get(f"{_CLAIM}/<{one_of(_ASKED)}:step>")
@reads
def claim_step_page(actor: Actor, claim_id: UUID, step: str) -> Response:
    return ask(_ASKED[step], _about(actor, claim_id, _ASKED[step].command))


@bp.post(f"{_CLAIM}/<{one_of(_ASKED)}:step>")
@in_steps
def submit_claim_step(actor: Actor, claim_id: UUID, step: str) -> Response:
    asking = _ASKED[step]
    work = asking.work(actor, claim_id)
    return answered(
        asking, work, to=things.address_of(CLAIMED, claim_id), about=lambda: _about(actor, claim_id, asking.command, refused=True)
    )


def _about(actor: Actor, claim_id: UUID, command: ClaimCommand, *, refused: bool = False) -> About:
    now = clock.now()
    attendance.require_claim_command(actor, claim_id, command, now=now, refused=refused)
    claim = queries.claim(actor, claim_id, now=now)
    whose = f"{claim.claimant_kind.chinese}{claim.claimant_name}，{clock.span(claim.starts_at, claim.ends_at)}，{claim.role_name}"
    return About(actor, _place(actor), claim.title, things.address_of(CLAIMED, claim_id), [whose])


def _place(actor: Actor) -> Place:
    """Where its list is: what waits for the community, or our own."""
    return CLAIMED if queries.looks_after_some(actor) else OWN_CLAIMED
