"""What is begun from a person's record: a value read in clear, 身份更正 and 去世登记 as the papers on the desk have them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend.corrections import service as corrections
from backend.deaths import service as deaths
from backend.dossiers import commands
from backend.dossiers.commands import PersonCommand
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.reveals import service as reveals
from backend.reveals.purposes import PersonalField
from backend.reveals.service import Purposeful, Revealed
from backend.volunteers.queries import people_by_name
from console.addresses import CORRECTIONS, DEATHS, PEOPLE
from console.asking import About, Asking, ask, ask_again, one_of
from console.drawing import made
from console.forms import Form
from console.places import VOLUNTEERING
from console.revealing import choices, revealed, to_reveal
from web.edge import in_steps, reads
from web.inputs.corrections import IdentityCorrectionIn
from web.inputs.deaths import DeathIn
from web.routes import told_once

bp = Blueprint("console_people", __name__)

_PERSON = f"{PEOPLE}/<uuid:person_id>"
_KEPT = (PersonalField.NAME, PersonalField.ID_NUMBER, PersonalField.PHONE)


@dataclass(frozen=True, slots=True)
class _Beginning(Asking[PersonCommand]):
    """A command that makes a matter of its own, among `matters`. `begin` gives its id."""

    matters: str
    begin: Callable[[Actor, UUID, Any, datetime], UUID]


def _correct(actor: Actor, person_id: UUID, sent: IdentityCorrectionIn, now: datetime) -> UUID:
    return corrections.propose_correction(actor, person_id, sent.wanted(), now=now)


def _report(actor: Actor, person_id: UUID, sent: DeathIn, now: datetime) -> UUID:
    return deaths.report_death(actor, person_id, sent.reported(), now=now)


_REVEAL = to_reveal(PersonCommand.REVEAL)
_ASKED = {
    "correction": _Beginning(
        PersonCommand.CORRECT,
        "更正身份信息",
        "见到本人和证件原件后，按证件填写完整的姓名和身份证号。由另一位工作人员核对后生效，本人会收到消息并可以退回；以往的记录都保留在本人名下。",
        "提出更正",
        Form(IdentityCorrectionIn, "name", "name_confirmed", "id_number", "proof"),
        CORRECTIONS,
        _correct,
    ),
    "death": _Beginning(
        PersonCommand.REPORT_DEATH,
        "登记去世",
        "见到证明原件后填写。由另一位工作人员核对后生效，此前没有任何变化。",
        "登记去世",
        Form(DeathIn),
        DEATHS,
        _report,
    ),
}
"""The end of its address → the command."""
ON_PAGES: dict[str, Asking[PersonCommand]] = {"reveal": _REVEAL, **_ASKED}
"""Those of a record."""


@bp.get(f"{_PERSON}/reveal")
@reads
def person_reveal_page(actor: Actor, person_id: UUID) -> Response:
    return ask(_REVEAL, _about(actor, person_id, PersonCommand.REVEAL))


@bp.post(f"{_PERSON}/reveal")
@in_steps
@told_once
def submit_person_reveal(actor: Actor, person_id: UUID) -> Response:
    def read(wanted: Purposeful, now: datetime) -> Revealed:
        return reveals.reveal_person(actor, person_id, wanted, now=now)

    return revealed(_REVEAL, read, about=lambda: _about(actor, person_id, PersonCommand.REVEAL, refused=True))


@bp.get(f"{_PERSON}/<{one_of(_ASKED)}:step>")
@reads
def person_step_page(actor: Actor, person_id: UUID, step: str) -> Response:
    return ask(_ASKED[step], _about(actor, person_id, _ASKED[step].command))


@bp.post(f"{_PERSON}/<{one_of(_ASKED)}:step>")
@in_steps
def submit_person_step(actor: Actor, person_id: UUID, step: str) -> Response:
    asking = _ASKED[step]

    def begin() -> str:
        return f"{asking.matters}/{asking.begin(actor, person_id, asking.form.read(), clock.now())}"

    return made(begin, again=lambda refusal: ask_again(asking, refusal, _about(actor, person_id, asking.command, refused=True)))


def _about(actor: Actor, person_id: UUID, command: PersonCommand, *, refused: bool = False) -> About:
    commands.require_person_command(actor, person_id, command, now=clock.now(), refused=refused)
    known = people_by_name(actor, [person_id]).get(person_id)
    beside = [" ".join(said for said in (known.name, known.volunteer_number) if said)] if known else []
    chosen = choices(_KEPT) if command is PersonCommand.REVEAL else {}
    return About(actor, VOLUNTEERING, "个人档案", f"{PEOPLE}/{person_id}", beside, choices=chosen)
