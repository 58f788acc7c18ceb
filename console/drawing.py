"""Pages from templates, and forms drawn again after a refusal: with its sentence, and with what was typed."""

import math
from collections.abc import Collection
from typing import Any

from flask import Response, render_template

from backend.accounts import tokens
from backend.foundation.errors import Refusal, TooMany, Unprocessable
from web.caller import logged_in_claims
from web.shapes import sent_form

# A form that nobody has filled in yet.
_UNTOUCHED: dict[str, Any] = {"wrong": None, "errors": {}, "typed": {}}


def draw(template: str, *, status: int = 200, **shown: Any) -> Response:
    """A page; `form_token` is what its forms carry, where somebody is logged in."""
    claims = logged_in_claims()
    form_token = None if claims is None else tokens.maker().form_token(claims)
    return Response(render_template(template, form_token=form_token, **(_UNTOUCHED | shown)), status, mimetype="text/html")


def draw_again(template: str, refusal: Refusal, *, keep: Collection[str] = (), **shown: Any) -> Response:
    """The page of a form that was refused. Of what was typed only the fields in `keep` stand there again: never a password."""
    sent = sent_form()
    page = draw(
        template,
        status=refusal.status,
        wrong=_sentence(refusal),
        errors=refusal.errors if isinstance(refusal, Unprocessable) else {},
        typed={name: sent.get(name, "") for name in keep},
        **shown,
    )
    if isinstance(refusal, TooMany):
        page.headers["Retry-After"] = str(refusal.retry_after)
    return page


def lead_to(address: str) -> Response:
    """An answer that has the browser get another page, also after a form."""
    return Response(status=303, headers={"Location": address})


def _sentence(refusal: Refusal) -> str:
    if isinstance(refusal, TooMany):
        return f"{refusal.detail.removesuffix('，请稍后再试')}，请{math.ceil(refusal.retry_after / 60)}分钟后再试"
    return refusal.detail
