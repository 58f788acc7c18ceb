"""可认领的需求: what is published and has room, for whoever can claim; a claim for one of those for whom they may; and our own claims."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from flask import Blueprint, Response

from backend import brands
from backend.brands import ClaimantKind
from backend.demands import queries as demands
from backend.demands.queries import DemandView, openings_numbered
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Missing, Refusal
from backend.openings import queries
from backend.openings import service as openings
from backend.openings.models import ClaimStatus
from backend.openings.offer_queries import Offer
from console.addresses import CLAIMS, DEMANDS, OPEN_DEMANDS, OWN_CLAIMS
from console.asking import About, Asking, ask, ask_again
from console.drawing import done, draw
from console.forms import NO_FIELDS, Form
from console.listing import NOTHING, list_reader
from console.places import CLAIMABLE, OWN_CLAIMED
from web.edge import in_steps, reads
from web.inputs.demands import OpenDemandsQuery
from web.inputs.openings import ClaimFormIn, ClaimsQuery, claimant_written

bp = Blueprint("console_open_demands", __name__)

_asked = list_reader(OpenDemandsQuery)
_own_asked = list_reader(ClaimsQuery)
_CLAIMING = Asking(
    ClaimStatus.HELD,
    "认领",
    "认领以后请按时到场，用现场的签到码签到、签退。不能去的请尽早取消认领，名额留给别人。",
    "认领",
    Form(ClaimFormIn),
)


@bp.get(OPEN_DEMANDS)
@reads
def open_demands_page(actor: Actor) -> Response:
    asked, now, found = _asked(), clock.now(), NOTHING
    query = asked.query
    if asked.refusal is None:
        found = demands.open_demands(actor, query.search, sort=query.sort, with_room=query.with_room, now=now, page=query.page)
    return draw(
        "open_demands/open_demands.html",
        viewer=actor,
        place=CLAIMABLE,
        found=found,
        demands=DEMANDS,
        sorts=list(demands.DemandSort),
        brands=brands.current(),
        **asked.shown,
    )


@bp.get(f"{DEMANDS}/<uuid:demand_id>/claim")
@reads
def new_claim_page(actor: Actor, demand_id: UUID) -> Response:
    demand = demands.demand_to_claim(actor, demand_id, now=clock.now())
    return ask(_asking(demand.may_claim_as), _about(actor, demand))


@bp.post(f"{DEMANDS}/<uuid:demand_id>/claim")
@in_steps
def submit_new_claim(actor: Actor, demand_id: UUID) -> Response:
    def claim() -> None:
        sent, now = _CLAIMING.form.read(), clock.now()
        role_id = demands.demand_to_claim(actor, demand_id, now=now).role_id
        if role_id is None:
            raise Missing
        openings.claim_place(actor, role_id, sent.of(actor), overlap_confirmed=sent.overlap_confirmed, now=now)

    def again(refusal: Refusal) -> Response:
        demand = demands.demand_to_claim(actor, demand_id, now=clock.now(), refused=True)
        return ask_again(_asking(demand.may_claim_as), refusal, _about(actor, demand))

    return done(claim, to=OWN_CLAIMS, again=again)


@bp.get(OWN_CLAIMS)
@reads
def own_claims_page(actor: Actor) -> Response:
    asked, now, found = _own_asked(), clock.now(), NOTHING
    query = asked.query
    if asked.refusal is None:
        search = query.search(openings_numbered(query.demand_number, query.demand_id), status=query.status)
        found = queries.my_claims(actor, search, sort=query.sort, page=query.page, now=now)
    return draw(
        "open_demands/own_claims.html",
        viewer=actor,
        place=OWN_CLAIMED,
        found=found,
        claims=CLAIMS,
        statuses=list(ClaimStatus),
        sorts=list(queries.ClaimSort),
        brands=brands.current(),
        **asked.shown,
    )


def _asking(offers: Sequence[Offer]) -> Asking[ClaimStatus]:
    """What is asked of who may claim for these: which of them, where there are several; and what is asked of a person alone."""
    several = ["claimant"] if len(offers) != 1 else []
    of_person = ["overlap_confirmed"] if any(offer.claimant_kind is ClaimantKind.PERSON for offer in offers) else []
    names = [*several, *of_person]
    return replace(_CLAIMING, form=Form(ClaimFormIn, *names) if names else NO_FIELDS)


def _about(actor: Actor, demand: DemandView) -> About:
    offers = demand.may_claim_as
    written = [claimant_written(offer.claimant_kind, offer.claimant_id) for offer in offers]
    called = [f"{offer.claimant_kind.chinese}·{offer.claimant_name}" for offer in offers]
    return About(
        actor,
        CLAIMABLE,
        f"{demand.number}·{demand.title}",
        f"{DEMANDS}/{demand.id}",
        _told(demand, called),
        seen={"claimant": written[0]} if len(offers) == 1 else {},
        choices={"claimant": list(zip(written, called, strict=True))},
    )


def _told(demand: DemandView, called: Sequence[str]) -> list[str]:
    told = [f"由{called[0]}认领"] if len(called) == 1 else []
    if demand.starts_at is not None and demand.ends_at is not None:
        told.append(f"服务时间：{clock.span(demand.starts_at, demand.ends_at)}")
    if any(offer.asks_first for offer in demand.may_claim_as):
        told.append("上门服务须经社区同意，同意以后名额才归认领方")
    return told
