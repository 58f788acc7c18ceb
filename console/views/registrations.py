"""双报到: the lists of registrations of serving Party members, one of them with what became of it, and what its community decides: whether
it takes the member in, and when the registration ends."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend.areas.queries import communities_in_use
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Refusal
from backend.foundation.paging import PageRequest
from backend.registration import commands, queries
from backend.registration import service as registrations
from backend.registration.commands import RegistrationCommand
from backend.registration.models import RegistrationStatus
from backend.registration.queries import RegistrationSort
from console import things
from console.addresses import REGISTRATIONS
from console.asking import About, Doing, answered, ask, one_of
from console.drawing import done, draw, draw_again
from console.forms import Form
from console.listing import NOTHING, list_reader, with_filters
from console.places import REGISTERED
from web.edge import in_steps, reads
from web.inputs.registration import EndingIn, RegistrationQuery, RegistrationReturnIn
from web.lists import registrations_listed

bp = Blueprint("console_registrations", __name__)

TO_REVIEW = with_filters(REGISTRATIONS, {"status": RegistrationStatus.APPLIED.value, "for_me": "true"})
"""The list of what waits for the community, first come first."""
_REGISTRATION = f"{REGISTRATIONS}/<uuid:registration_id>"
_MOST_STEPS = PageRequest(50)
_asked = list_reader(RegistrationQuery)


def _return(actor: Actor, registration_id: UUID, sent: RegistrationReturnIn, now: datetime) -> None:
    registrations.return_registration(actor, registration_id, reason=sent.in_words(), now=now)


def _end(actor: Actor, registration_id: UUID, sent: EndingIn, now: datetime) -> None:
    registrations.end_registration(actor, registration_id, reason=sent.in_words(), now=now)


_ASKED = {
    "return": Doing(
        RegistrationCommand.RETURN,
        "退回报到",
        "退回后，由本人修改以后重新提交。本人会收到消息，看得到理由。",
        "退回",
        Form(RegistrationReturnIn),
        _return,
    ),
    "ending": Doing(
        RegistrationCommand.END,
        "转出报到",
        "转出后，不再以在职党员身份认领需求；要恢复，须重新报到。已有的服务、时长、积分不变。本人看得到理由。",
        "转出",
        Form(EndingIn),
        _end,
    ),
}
"""The end of its address → the command."""


@bp.get(REGISTRATIONS)
@reads
def registrations_page(actor: Actor) -> Response:
    asked = _asked()
    query = asked.query
    found = NOTHING
    if asked.refusal is None:
        found = registrations_listed(actor, query, clock.now())
    return draw(
        "registrations/registrations.html",
        viewer=actor,
        place=REGISTERED,
        found=found,
        statuses=list(RegistrationStatus),
        sorts=list(RegistrationSort),
        communities=communities_in_use(queries.areas_looked_after(actor)),
        **asked.shown,
    )


@bp.get(_REGISTRATION)
@reads
def registration_page(actor: Actor, registration_id: UUID) -> Response:
    return _draw_registration(actor, registration_id)


@bp.post(f"{_REGISTRATION}/acceptance")
@in_steps
def submit_registration_acceptance(actor: Actor, registration_id: UUID) -> Response:
    def accept() -> None:
        registrations.accept_registration(actor, registration_id, now=clock.now())

    def again(refusal: Refusal) -> Response:
        return _draw_registration(actor, registration_id, refusal)

    return done(accept, to=things.address_of(REGISTERED, registration_id), again=again)


@bp.get(f"{_REGISTRATION}/<{one_of(_ASKED)}:step>")
@reads
def registration_step_page(actor: Actor, registration_id: UUID, step: str) -> Response:
    return ask(_ASKED[step], _about(actor, registration_id, _ASKED[step].command))


@bp.post(f"{_REGISTRATION}/<{one_of(_ASKED)}:step>")
@in_steps
def submit_registration_step(actor: Actor, registration_id: UUID, step: str) -> Response:
    asking = _ASKED[step]

    def about() -> About:
        return _about(actor, registration_id, asking.command, refused=True)

    return answered(asking, asking.work(actor, registration_id), to=things.address_of(REGISTERED, registration_id), about=about)


def _draw_registration(actor: Actor, registration_id: UUID, refusal: Refusal | None = None) -> Response:
    registration = queries.registration(actor, registration_id)
    sides = {things.FIRST: "概况"}
    head = things.head(
        actor, REGISTERED, registration.id, called=_called(registration.name), status=registration.status, sides=sides, side=things.FIRST
    )
    shown: dict[str, Any] = {
        **head,
        **things.offered(commands.commands_on_registration(actor, registration_id)),
        "registration": registration,
        "steps": queries.steps_of_registration(actor, registration_id, page=_MOST_STEPS),
        "on_pages": _ASKED,
    }
    template = "registrations/registration.html"
    return draw_again(template, refusal, **shown) if refusal else draw(template, **shown)


def _about(actor: Actor, registration_id: UUID, command: RegistrationCommand, *, refused: bool = False) -> About:
    commands.require_registration_command(actor, registration_id, command, refused=refused)
    registration = queries.registration(actor, registration_id)
    beside = [f"{registration.work_unit.name}，{registration.party_organisation_name}，{registration.community.name}"]
    if command is RegistrationCommand.END and registration.status is RegistrationStatus.ACCEPTED:
        places = commands.places_of_member(registration_id, now=clock.now())
        beside += [f"{places}个认领取消，名额收回"] if places else []
    return About(actor, REGISTERED, _called(registration.name), things.address_of(REGISTERED, registration_id), beside)


def _called(name: str) -> str:
    return f"{name}的报到"
