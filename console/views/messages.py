"""消息: what the viewer was told, the newest first; each leads on to what it is about, where that has a page in one of their places."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Refusal
from backend.foundation.paging import Page
from backend.messages import queries
from backend.messages import service as messages
from backend.messages.occasions.occasion import About
from backend.messages.queries import MessageLine, Thing
from console.addresses import MESSAGES
from console.drawing import done, draw, draw_again
from console.forms import Form
from console.listing import NOTHING, Asked, list_reader
from console.places import (
    ACTED_FOR,
    APPOINTED,
    CLAIMED,
    CORRECTED,
    ENTERED_LATE,
    INBOX,
    LED,
    MOURNED,
    RECORDED,
    RECOVERED,
    REGISTERED,
    RELOCATED,
    SERVICES,
    SHIFTED,
    VERIFIED,
    VISITED,
    Place,
)
from console.things import address_of
from web.edge import in_steps, reads
from web.inputs.messages import MessagesQuery, ReadingsIn

bp = Blueprint("console_messages", __name__)

_asked = list_reader(MessagesQuery)
_FORM = Form(ReadingsIn)
_PLACES: Mapping[About, Place] = {
    About.DEMAND: SERVICES,
    About.CLAIM: CLAIMED,
    About.SHIFT: SHIFTED,
    About.SERVICE: RECORDED,
    About.LATE_ENTRY: ENTERED_LATE,
    About.TEAM: LED,
    About.ORGANISATION: VERIFIED,
    About.REGISTRATION: REGISTERED,
    About.PROXY: ACTED_FOR,
    About.BENEFICIARY: VISITED,
    About.RECOVERY: RECOVERED,
    About.CORRECTION: CORRECTED,
    About.DEATH: MOURNED,
    About.RELOCATION: RELOCATED,
    About.ROLE_GRANT: APPOINTED,
}
"""What a message is about → the place in which it has its page, by its id."""


@bp.get(MESSAGES)
@reads
def messages_page(actor: Actor) -> Response:
    return _draw_messages(actor, _asked())


@bp.post(f"{MESSAGES}/readings")
@in_steps
def submit_message_readings(actor: Actor) -> Response:
    def read() -> None:
        messages.mark_read_up_to(actor, _FORM.read().up_to, now=clock.now())

    return _done(actor, read)


@bp.post(f"{MESSAGES}/<uuid:message_id>/reading")
@in_steps
def submit_message_reading(actor: Actor, message_id: UUID) -> Response:
    def read() -> None:
        messages.mark_read(actor, message_id, now=clock.now())

    return _done(actor, read)


def _done(actor: Actor, read: Callable[[], None]) -> Response:
    return done(read, to=MESSAGES, again=lambda refusal: _draw_messages(actor, Asked(MessagesQuery(), None), refusal))


def addresses_of(viewer: Actor, found: Page[MessageLine]) -> dict[UUID, str]:
    """Where what each message is about has its page, in a place of the viewer's."""
    opening = {about for about, place in _PLACES.items() if place.is_of(viewer)}
    return {line.id: _address(line.about) for line in found.items if line.about and line.about.kind in opening}


def _address(about: Thing) -> str:
    return address_of(_PLACES[about.kind], about.id)


def _draw_messages(actor: Actor, asked: Asked[MessagesQuery], refusal: Refusal | None = None) -> Response:
    found, query = NOTHING, asked.query
    if asked.refusal is None:
        found = queries.own_messages(actor, query.search, sort=query.sort, page=query.page)
    shown: dict[str, Any] = {"viewer": actor, "place": INBOX, "found": found, "addresses": addresses_of(actor, found)}
    if refusal is not None:
        return draw_again("messages/messages.html", refusal, labels=_FORM.labels, asked=asked.shown["asked"], **shown)
    return draw("messages/messages.html", **shown, **asked.shown)
