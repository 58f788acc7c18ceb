"""身份更正: what one officer read on papers, until a second one agrees."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend.areas.queries import communities_in_use
from backend.corrections import commands, queries
from backend.corrections import service as corrections
from backend.corrections.commands import CorrectionCommand
from backend.corrections.models import CorrectionStatus
from backend.corrections.queries import CorrectionLine
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.paging import PageRequest
from console import things
from console.addresses import CORRECTIONS
from console.asking import About, Doing, answered, ask, one_of
from console.drawing import draw
from console.forms import NO_FIELDS, Form
from console.listing import NOTHING, list_reader, with_filters
from console.places import CORRECTED
from web.edge import in_steps, reads
from web.inputs.common import ReasonIn
from web.inputs.corrections import IdentityCorrectionQuery
from web.lists import corrections_listed
from web.shapes import Body

bp = Blueprint("console_corrections", __name__)

TO_CONFIRM = with_filters(CORRECTIONS, {"status": CorrectionStatus.PROPOSED.value, "for_me": "true"})
"""The list of what waits for a second officer."""
_CORRECTION = f"{CORRECTIONS}/<uuid:correction_id>"
_MOST_STEPS = PageRequest(50)
_asked = list_reader(IdentityCorrectionQuery)


def _confirm(actor: Actor, correction_id: UUID, _sent: Body, now: datetime) -> None:
    corrections.confirm_correction(actor, correction_id, now=now)


def _return(actor: Actor, correction_id: UUID, sent: ReasonIn, now: datetime) -> None:
    corrections.return_correction(actor, correction_id, reason=sent.reason, now=now)


_ASKED: dict[str, Doing[CorrectionCommand]] = {
    "confirmation": Doing(
        CorrectionCommand.CONFIRM,
        "核对并同意更正",
        "请对照证件原件核对。同意后随即生效，本人会收到消息；以往的记录都保留在本人名下。",
        "核对无误，同意",
        NO_FIELDS,
        _confirm,
    ),
    "return": Doing(
        CorrectionCommand.RETURN,
        "退回更正",
        "登记的姓名和身份证号不变，填写的内容随即删除。本人看得到理由。",
        "退回",
        Form(ReasonIn),
        _return,
    ),
}
"""The end of its address → the command."""


@bp.get(CORRECTIONS)
@reads
def identity_corrections_page(actor: Actor) -> Response:
    asked, now = _asked(), clock.now()
    query, found = asked.query, NOTHING
    if asked.refusal is None:
        found = corrections_listed(actor, query, now)
    return draw(
        "corrections/corrections.html",
        viewer=actor,
        place=CORRECTED,
        found=found,
        statuses=list(CorrectionStatus),
        communities=communities_in_use(queries.areas_looked_after(actor)),
        **asked.shown,
    )


@bp.get(_CORRECTION)
@reads
def identity_correction_page(actor: Actor, correction_id: UUID) -> Response:
    correction = queries.correction(actor, correction_id)
    sides = {things.FIRST: "概况"}
    shown: dict[str, Any] = {
        **things.head(
            actor, CORRECTED, correction.id, called=_called(correction), status=correction.status, sides=sides, side=things.FIRST
        ),
        **things.offered(commands.commands_on_correction(actor, correction_id, now=clock.now())),
        "correction": correction,
        "steps": queries.steps_of_correction(correction_id, page=_MOST_STEPS),
        "on_pages": _ASKED,
    }
    return draw("corrections/correction.html", **shown)


@bp.get(f"{_CORRECTION}/<{one_of(_ASKED)}:step>")
@reads
def identity_correction_step_page(actor: Actor, correction_id: UUID, step: str) -> Response:
    return ask(_ASKED[step], _about(actor, correction_id, _ASKED[step].command))


@bp.post(f"{_CORRECTION}/<{one_of(_ASKED)}:step>")
@in_steps
def submit_identity_correction_step(actor: Actor, correction_id: UUID, step: str) -> Response:
    asking = _ASKED[step]

    def about() -> About:
        return _about(actor, correction_id, asking.command, refused=True)

    return answered(asking, asking.work(actor, correction_id), to=things.address_of(CORRECTED, correction_id), about=about)


def _about(actor: Actor, correction_id: UUID, command: CorrectionCommand, *, refused: bool = False) -> About:
    commands.require_correction_command(actor, correction_id, command, now=clock.now(), refused=refused)
    correction = queries.correction(actor, correction_id)
    return About(actor, CORRECTED, _called(correction), things.address_of(CORRECTED, correction_id), _compared(correction))


def _called(correction: CorrectionLine) -> str:
    return f"{correction.person_name}的身份更正"


def _compared(correction: CorrectionLine) -> list[str]:
    said = [f"证件：{correction.proof.chinese}"]
    if correction.of_name and correction.new_name:
        said.append(f"姓名更正为{correction.new_name}")
    if correction.of_id_number and correction.new_id_number:
        said.append(f"身份证号更正为{correction.new_id_number}")
    return said
