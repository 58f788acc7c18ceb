"""按号码查找: whom an officer finds by the whole number that somebody at the desk shows or says; each try is written down."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from backend.dossiers.lookups import find_by_number, require_may_find
from backend.dossiers.queries import records_opened
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.errors import TooMany, Unprocessable
from console.addresses import LOOKUP, PEOPLE
from console.drawing import draw, draw_again
from console.forms import Form
from console.places import VISITED, VOLUNTEERING
from web.edge import in_steps, reads
from web.inputs.dossiers import LookupIn
from web.routes import told_once
from web.submissions import last_step

bp = Blueprint("console_lookups", __name__)

_FORM = Form(LookupIn)
_TEMPLATE = "search/lookup.html"
_SHOWN: Mapping[str, Any] = {"form": _FORM, "place": VOLUNTEERING, "address": LOOKUP, "records": PEOPLE, "visited": VISITED}


@bp.get(LOOKUP)
@reads
def lookup_page(actor: Actor) -> Response:
    require_may_find(actor)
    return draw(_TEMPLATE, viewer=actor, **_SHOWN)


@bp.post(LOOKUP)
@in_steps
@told_once
def submit_lookup(actor: Actor) -> Response:
    try:
        with last_step():
            sent, now = _FORM.read(), clock.now()
            found = find_by_number(actor, sent.kind, sent.number, now=now)
            opened = records_opened(actor, [person.id for person in found.people], now=now)
            return draw("search/found.html", viewer=actor, kind=sent.kind, found=found, opened=opened, **_SHOWN)
    except (Unprocessable, TooMany) as refusal:
        with transaction():
            return draw_again(_TEMPLATE, refusal, keep=["kind"], viewer=actor, labels=_FORM.labels, **_SHOWN)
