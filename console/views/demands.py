"""服务需求: the lists of a community's demands, one demand with what became of it, and the commands of whoever decides on it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend import brands
from backend.areas.queries import communities_in_use
from backend.attendance.queries import shifts_seen
from backend.demands import queries
from backend.demands import service as demands
from backend.demands.models import DemandStatus
from backend.demands.service import DemandCommand
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Conflict, Refusal, TooMany, Unprocessable
from backend.foundation.paging import PageRequest
from console import things
from console.addresses import DEMANDS, NEW_DEMAND
from console.asking import About, Doing, answered, ask, one_of
from console.drawing import done, draw, draw_again, made
from console.forms import Form, by_name
from console.listing import NOTHING, list_reader
from console.places import CLAIMABLE, SERVICES, VISITED
from web.edge import in_steps, reads
from web.inputs.common import ReasonIn
from web.inputs.demands import DemandIn, DemandsInCareQuery, PublicationIn
from web.lists import demands_listed

bp = Blueprint("console_demands", __name__)

_DEMAND = f"{DEMANDS}/<uuid:demand_id>"
_MOST_STEPS = PageRequest(50)
_WHEN, _WORDS = (
    ("starts_at", "ends_at", "places", "people_per_place", "title"),
    ("content", "place_in_words", "conditions", "risks", "safeguards"),
)
_PUBLICATION = Form(PublicationIn, *_WHEN, *_WORDS)
_PUBLICATION_AT_PLACE = Form(PublicationIn, *_WHEN, "latitude", "longitude", *_WORDS)
_ASKING_FOR = Form(DemandIn, "community_id", "brand", "title", "details", "places")
_REASON = Form(ReasonIn)
_asked = list_reader(DemandsInCareQuery)


def _return(actor: Actor, demand_id: UUID, sent: ReasonIn, now: datetime) -> None:
    demands.return_demand(actor, demand_id, reason=sent.reason, now=now)


def _cancel(actor: Actor, demand_id: UUID, sent: ReasonIn, now: datetime) -> None:
    demands.cancel_demand(actor, demand_id, reason=sent.reason, now=now)


def _mark(actor: Actor, demand_id: UUID, sent: ReasonIn, now: datetime) -> None:
    demands.mark_not_carried_out(actor, demand_id, reason=sent.reason, now=now)


_ASKED = {
    "return": Doing(
        DemandCommand.RETURN,
        "退回需求",
        "退回后，由申请人（没有指定的，由登记的人）修改以后重新提交，编号不变。能看到这件需求的人都看得到理由。",
        "退回",
        _REASON,
        _return,
    ),
    "not-carried-out": Doing(
        DemandCommand.NOT_CARRIED_OUT,
        "登记为未开展",
        "用于服务时间已过、没有人服务的需求。认领保持不变，以往的统计数不变。",
        "登记为未开展",
        _REASON,
        _mark,
    ),
    "cancellation": Doing(
        DemandCommand.CANCEL,
        "取消需求",
        "取消后，场次不再开展，认领全部取消，申请人和认领方会收到消息。取消以后不能恢复。",
        "取消需求",
        _REASON,
        _cancel,
    ),
}
"""The end of its address → the command."""
_DRAWN = (DemandCommand.PUBLISH, DemandCommand.COMPLETE, *(asking.command for asking in _ASKED.values()))
"""What a demand's page offers; what is left to the mini-program is what who asked does."""


@bp.get(DEMANDS)
@reads
def demands_page(actor: Actor) -> Response:
    asked, now = _asked(), clock.now()
    query = asked.query
    found = NOTHING
    if asked.refusal is None:
        found = demands_listed(actor, query, now)
    return draw(
        "demands/demands.html",
        viewer=actor,
        place=SERVICES,
        found=found,
        statuses=list(DemandStatus),
        brands=brands.current(),
        new=NEW_DEMAND if queries.may_submit_some(actor) else None,
        **asked.shown,
    )


@bp.get(NEW_DEMAND)
@reads
def new_demand_page(actor: Actor) -> Response:
    return draw("demands/new.html", **_new(actor, _asked().query.beneficiary_id))


@bp.post(NEW_DEMAND)
@in_steps
def submit_new_demand(actor: Actor) -> Response:
    def submit() -> str:
        return things.address_of(SERVICES, demands.submit_demand(actor, _ASKING_FOR.read().demand(), now=clock.now()))

    def again(refusal: Refusal) -> Response:
        return draw_again("demands/new.html", _by_brand(refusal), keep=_ASKING_FOR.names, **_new(actor, _asked().query.beneficiary_id))

    return made(submit, again=again, kept_for=(Unprocessable, Conflict, TooMany))


@bp.get(_DEMAND)
@reads
def demand_page(actor: Actor, demand_id: UUID) -> Response:
    return _draw_demand(actor, demand_id)


@bp.get(f"{_DEMAND}/publication")
@reads
def publication_page(actor: Actor, demand_id: UUID) -> Response:
    return draw("demands/publication.html", **_of_publication(actor, demand_id))


@bp.post(f"{_DEMAND}/publication")
@in_steps
def submit_publication(actor: Actor, demand_id: UUID) -> Response:
    def publish() -> None:
        demands.publish_demand(actor, demand_id, _PUBLICATION.read().publication(), now=clock.now())

    def again(refusal: Refusal) -> Response:
        return draw_again(
            "demands/publication.html", refusal, keep=_PUBLICATION_AT_PLACE.names, **_of_publication(actor, demand_id, refused=True)
        )

    return done(publish, to=_address(demand_id), again=again)


@bp.get(f"{_DEMAND}/<{one_of(_ASKED)}:step>")
@reads
def demand_step_page(actor: Actor, demand_id: UUID, step: str) -> Response:
    return ask(_ASKED[step], _about(actor, demand_id, step))


@bp.post(f"{_DEMAND}/<{one_of(_ASKED)}:step>")
@in_steps
def submit_demand_step(actor: Actor, demand_id: UUID, step: str) -> Response:
    asking = _ASKED[step]
    work = asking.work(actor, demand_id)
    return answered(asking, work, to=_address(demand_id), about=lambda: _about(actor, demand_id, step, refused=True))


@bp.post(f"{_DEMAND}/completion")
@in_steps
def submit_completion(actor: Actor, demand_id: UUID) -> Response:
    def complete() -> None:
        demands.complete_demand(actor, demand_id, now=clock.now())

    def again(refusal: Refusal) -> Response:
        return _draw_demand(actor, demand_id, refusal)

    return done(complete, to=_address(demand_id), again=again)


def _address(demand_id: UUID) -> str:
    return f"{DEMANDS}/{demand_id}"


def _draw_demand(actor: Actor, demand_id: UUID, refusal: Refusal | None = None) -> Response:
    now = clock.now()
    demand = queries.demand(actor, demand_id, now=now)
    found = queries.demand_commands(actor, demand_id, now=now)
    commands = [command for command in _DRAWN if command in found and found[command] is None]
    in_the_way = [hindrance.detail for command in _DRAWN if (hindrance := found.get(command)) is not None]
    concerned = demand.details is not None
    shown: dict[str, Any] = {
        "viewer": actor,
        "place": SERVICES if queries.looks_after_some(actor) else CLAIMABLE,
        "demand": demand,
        "brand": brands.current().get(demand.brand),
        "commands": commands,
        "sees_claims": queries.may_list_claims(actor, demand_id),
        "shifts": shifts_seen(actor, [demand.opening_id], now=now).get(demand.opening_id, []) if demand.opening_id else [],
        "on_pages": _ASKED,
        "in_the_way": in_the_way if not commands or DemandCommand.PUBLISH in found else (),
        "steps": queries.steps_of_demand(actor, demand_id, page=_MOST_STEPS) if concerned else None,
        "changes": queries.changes_of_demand(actor, demand_id, page=_MOST_STEPS),
    }
    return draw_again("demands/demand.html", refusal, **shown) if refusal else draw("demands/demand.html", **shown)


def _about(actor: Actor, demand_id: UUID, step: str, *, refused: bool = False) -> About:
    demand = queries.demand_to(actor, demand_id, _ASKED[step].command, now=clock.now(), refused=refused)
    return About(actor, SERVICES, f"{demand.number}·{demand.title}", _address(demand_id))


def _of_publication(actor: Actor, demand_id: UUID, *, refused: bool = False) -> dict[str, Any]:
    demand = queries.demand_to(actor, demand_id, DemandCommand.PUBLISH, now=clock.now(), refused=refused)
    brand = brands.current().get(demand.brand)
    form = _PUBLICATION_AT_PLACE if brand is not None and brand.radius_m is not None else _PUBLICATION
    return {"viewer": actor, "place": SERVICES, "form": form, "demand": demand, "brand": brand}


def _by_brand(refusal: Refusal) -> Refusal:
    """Which brand wants somebody from the register is said of the brand: the form has no field for them."""
    if not isinstance(refusal, Unprocessable) or "beneficiary" not in refusal.errors:
        return refusal
    return Unprocessable(refusal.detail, errors={"brand": refusal.errors["beneficiary"]})


def _new(actor: Actor, beneficiary_id: UUID | None) -> dict[str, Any]:
    """For somebody on the register, where the address names them; else for nobody in particular."""
    communities, known_brands = communities_in_use(queries.areas_to_submit_for(actor)), brands.current()
    known = None if beneficiary_id is None else queries.beneficiary(actor, beneficiary_id, now=clock.now())
    return {
        "viewer": actor,
        "place": SERVICES,
        "form": _ASKING_FOR,
        "labels": _ASKING_FOR.labels,
        "whom": known,
        "choices": {
            "community_id": by_name(communities),
            "brand": [(code, brand.name) for code, brand in known_brands.items()],
        },
        "visits": [brand.name for brand in known_brands.values() if brand.needs_beneficiary],
        "register": VISITED if queries.keeps_register(actor) else None,
    }
