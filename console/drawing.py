"""Pages from templates, and forms drawn again after a refusal: with its sentence, and with what was typed."""

import math
from collections.abc import Callable, Collection
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from flask import Response, render_template

from backend.accounts import tokens
from backend.accounts.queries import own_login_name
from backend.foundation.actor import Actor
from backend.foundation.clock import SHANGHAI, moment
from backend.foundation.database import transaction
from backend.foundation.errors import Conflict, Refusal, TooMany, Unprocessable
from backend.people.queries import own_name
from console.addresses import SEARCH
from console.places import TAKEN_ALONG, Place, places_of
from console.searching import KINDS
from web import cookie
from web.caller import logged_in_claims
from web.shapes import sent_form
from web.submissions import last_step

# A form that nobody has filled in yet.
_UNTOUCHED: dict[str, Any] = {"wrong": None, "errors": {}, "typed": {}}


def draw(template: str, *, status: int = 200, viewer: Actor | None = None, place: Place | None = None, **shown: Any) -> Response:
    """A page; `form_token` is what its forms carry, where somebody is logged in, and `submission_key` what each of its forms is known by.
    Of a `viewer` it shows how they are called and their places, and marks the one in which it lies."""
    claims, places = logged_in_claims(), places_of(viewer) if viewer else []
    ours = {
        "form_token": None if claims is None else tokens.maker().form_token(claims),
        "submission_key": str(uuid4()),
        "places": places,
        "own_name": _called(viewer) if viewer else None,
        "search": SEARCH if not set(places).isdisjoint(KINDS) else None,
        "takes_along": TAKEN_ALONG in places,
        "place": place,
    }
    ours["is_done"] = viewer is not None and cookie.is_done()
    page = Response(render_template(template, **ours, **(_UNTOUCHED | shown)), status, mimetype="text/html")
    if ours["is_done"]:
        cookie.forget_done(page)
    return page


def draw_again(template: str, refusal: Refusal, *, keep: Collection[str] = (), **shown: Any) -> Response:
    """The page of a form that was refused. Of what was typed only the fields in `keep` stand there again: never a password."""
    sent = sent_form()
    page = draw(template, typed={name: sent.get(name, "") for name in keep}, **of_refusal(refusal), **shown)
    if isinstance(refusal, TooMany):
        page.headers["Retry-After"] = str(refusal.retry_after)
    return page


def of_refusal(refusal: Refusal) -> dict[str, Any]:
    """What a page shows of what was refused."""
    errors = refusal.errors if isinstance(refusal, Unprocessable) else {}
    return {"status": refusal.status, "wrong": _sentence(refusal), "errors": errors}


def done(work: Callable[[], None], *, to: str, again: Callable[[Refusal], Response]) -> Response:
    """Do the work of a form as its last step and lead on; what is refused is drawn again, and has changed nothing."""

    def done_to() -> str:
        work()
        return to

    answer = made(done_to, again=again)
    if answer.status_code == HTTPStatus.SEE_OTHER:
        cookie.note_done(answer)
    return answer


def made(
    make: Callable[[], str], *, again: Callable[[Refusal], Response], kept_for: tuple[type[Refusal], ...] = (Unprocessable, Conflict)
) -> Response:
    """The same of a form that makes something: `make` gives the address of what it made. `kept_for`: the refusals that come back on the
    form."""
    try:
        with last_step():
            address = make()
    except kept_for as refusal:
        with transaction():
            return again(refusal)
    return lead_to(address)


def as_written(value: str | int | None) -> str:
    """A value that was kept as it stood in a field: an instant as people read it, nothing as such."""
    if value is None:
        return "（空）"
    try:
        return moment(datetime.fromisoformat(value)) if isinstance(value, str) and "T" in value else str(value)
    except ValueError:
        return str(value)


def in_field(instant: datetime) -> str:
    """An instant as a browser's field shows it: by the clock on the wall, with the seconds where it has some."""
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M:%S" if instant.second else "%Y-%m-%dT%H:%M")


def _called(viewer: Actor) -> str | None:
    """By what somebody knows at a shared desk whose page it is."""
    return own_login_name(viewer) or own_name(viewer)


def lead_to(address: str) -> Response:
    """An answer that has the browser get another page, also after a form."""
    return Response(status=303, headers={"Location": address})


def _sentence(refusal: Refusal) -> str:
    if isinstance(refusal, TooMany):
        return f"{refusal.detail.removesuffix('，请稍后再试')}，请{math.ceil(refusal.retry_after / 60)}分钟后再试"
    return refusal.detail
