"""迁居: who asks to move here, and what the community answers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend.areas.queries import communities_in_use
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.paging import PageRequest
from backend.relocations import commands, queries
from backend.relocations import service as relocations
from backend.relocations.commands import RelocationCommand
from backend.relocations.models import RelocationStatus
from backend.relocations.queries import RelocationLine
from console import things
from console.addresses import RELOCATIONS
from console.asking import About, Doing, answered, ask, one_of
from console.drawing import draw
from console.forms import NO_FIELDS, Form
from console.listing import NOTHING, list_reader, with_filters
from console.places import RELOCATED
from web.edge import in_steps, reads
from web.inputs.common import ReasonIn
from web.inputs.relocations import RelocationsQuery
from web.lists import relocations_listed
from web.shapes import Body

bp = Blueprint("console_relocations", __name__)

TO_ANSWER = with_filters(RELOCATIONS, {"status": RelocationStatus.ASKED.value, "for_me": "true"})
"""The list of what waits for the community."""
_RELOCATION = f"{RELOCATIONS}/<uuid:relocation_id>"
_MOST_STEPS = PageRequest(50)
_asked = list_reader(RelocationsQuery)


def _accept(actor: Actor, relocation_id: UUID, _sent: Body, now: datetime) -> None:
    relocations.accept_relocation(actor, relocation_id, now=now)


def _refuse(actor: Actor, relocation_id: UUID, sent: ReasonIn, now: datetime) -> None:
    relocations.refuse_relocation(actor, relocation_id, reason=sent.reason, now=now)


_ASKED: dict[str, Doing[RelocationCommand]] = {
    "acceptance": Doing(
        RelocationCommand.ACCEPT,
        "同意迁入",
        "同意后随即生效，本人和原社区会收到消息。志愿者编号、注册日期、积分、星级和所在队伍都不变，以往的统计留在原社区；"
        "已报到的在职党员，原报到随之结束，并向本社区重新申请报到。",
        "同意迁入",
        NO_FIELDS,
        _accept,
    ),
    "refusal": Doing(
        RelocationCommand.REFUSE,
        "不同意迁入",
        "登记的社区不变。本人会收到消息，看得到理由；以后还可以再申请。",
        "不同意",
        Form(ReasonIn),
        _refuse,
    ),
}
"""The end of its address → the command."""


@bp.get(RELOCATIONS)
@reads
def relocations_page(actor: Actor) -> Response:
    asked, now = _asked(), clock.now()
    query, found = asked.query, NOTHING
    if asked.refusal is None:
        found = relocations_listed(actor, query, now)
    return draw(
        "relocations/relocations.html",
        viewer=actor,
        place=RELOCATED,
        found=found,
        statuses=list(RelocationStatus),
        communities=communities_in_use(queries.areas_looked_after(actor)),
        **asked.shown,
    )


@bp.get(_RELOCATION)
@reads
def relocation_page(actor: Actor, relocation_id: UUID) -> Response:
    relocation = queries.relocation(actor, relocation_id)
    sides = {things.FIRST: "概况"}
    shown: dict[str, Any] = {
        **things.head(
            actor, RELOCATED, relocation.id, called=_called(relocation), status=relocation.status, sides=sides, side=things.FIRST
        ),
        **things.offered(commands.commands_on_relocation(actor, relocation_id)),
        "relocation": relocation,
        "steps": queries.steps_of_relocation(relocation_id, page=_MOST_STEPS),
        "on_pages": _ASKED,
    }
    return draw("relocations/relocation.html", **shown)


@bp.get(f"{_RELOCATION}/<{one_of(_ASKED)}:step>")
@reads
def relocation_step_page(actor: Actor, relocation_id: UUID, step: str) -> Response:
    return ask(_ASKED[step], _about(actor, relocation_id, _ASKED[step].command))


@bp.post(f"{_RELOCATION}/<{one_of(_ASKED)}:step>")
@in_steps
def submit_relocation_step(actor: Actor, relocation_id: UUID, step: str) -> Response:
    asking = _ASKED[step]

    def about() -> About:
        return _about(actor, relocation_id, asking.command, refused=True)

    return answered(asking, asking.work(actor, relocation_id), to=things.address_of(RELOCATED, relocation_id), about=about)


def _about(actor: Actor, relocation_id: UUID, command: RelocationCommand, *, refused: bool = False) -> About:
    commands.require_relocation_command(actor, relocation_id, command, refused=refused)
    relocation = queries.relocation(actor, relocation_id)
    return About(actor, RELOCATED, _called(relocation), things.address_of(RELOCATED, relocation_id), [_moves(relocation)])


def _called(relocation: RelocationLine) -> str:
    return f"{relocation.person_name}的迁居申请"


def _moves(relocation: RelocationLine) -> str:
    return f"由{relocation.former_community.name}迁往{relocation.community.name}"
