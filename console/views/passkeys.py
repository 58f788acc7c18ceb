"""通行密钥: adding one, and the page of each, on which it is called otherwise and ended."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from backend.accounts import queries, relying_party
from backend.accounts import service as accounts
from backend.accounts.service import LastSecondFactor, LoginLocked, PasskeysOff, PasswordsBusy, TooManyPasskeys
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.errors import Refusal, Unprocessable
from console.addresses import ACCOUNT, PASSKEYS
from console.drawing import draw, draw_again, lead_to
from console.forms import Form
from web import passwords
from web.caller import logged_in_family
from web.edge import before_second_factor
from web.inputs.accounts import PasskeyIn, PasskeyNameIn, SecondFactorRemovalIn
from web.limits import CHANGING_PASSWORD
from web.routes import at_most
from web.shapes import form_reader, sent_form
from web.submissions import last_step
from web.whence import whence

bp = Blueprint("console_passkeys", __name__)

_FORM = Form(PasskeyIn, "name")
_NAME = Form(PasskeyNameIn)
_ending_form = form_reader(SecondFactorRemovalIn)
_PASSKEY = f"{PASSKEYS}/<uuid:passkey_id>"


@bp.post(PASSKEYS)
@before_second_factor
@at_most(CHANGING_PASSWORD)
def submit_passkey(actor: Actor) -> Response:
    seen = whence()
    return _ask_device(actor, name=f"{seen.system}上的{seen.browser}")


@bp.post(f"{PASSKEYS}/confirmation")
@before_second_factor
@at_most(CHANGING_PASSWORD)
def submit_made_passkey(actor: Actor) -> Response:
    try:
        body = _FORM.read()
        with transaction():
            outcome = accounts.add_passkey(actor, logged_in_family(), body.name, body.credential, now=clock.now())
        if isinstance(outcome, Refusal):
            raise outcome
    except (Unprocessable, TooManyPasskeys, PasskeysOff) as refusal:
        return _ask_device(actor, name=sent_form().get("name", ""), refusal=refusal)
    return draw("second_factors/recovery_codes.html", codes=outcome, passkey=True) if outcome else lead_to(ACCOUNT)


@bp.get(_PASSKEY)
@before_second_factor
def passkey_page(actor: Actor, passkey_id: UUID) -> Response:
    return _draw_passkey(actor, passkey_id)


@bp.post(f"{_PASSKEY}/name")
@before_second_factor
@at_most(CHANGING_PASSWORD)
def submit_passkey_name(actor: Actor, passkey_id: UUID) -> Response:
    try:
        body = _NAME.read()
        with last_step():
            accounts.rename_passkey(actor, logged_in_family(), passkey_id, body.name, now=clock.now())
    except Unprocessable as refusal:
        return _draw_passkey(actor, passkey_id, refusal)
    return lead_to(ACCOUNT)


@bp.post(f"{_PASSKEY}/ending")
@before_second_factor
@at_most(CHANGING_PASSWORD)
def submit_passkey_ending(actor: Actor, passkey_id: UUID) -> Response:
    try:
        passwords.end_passkey(actor, passkey_id, _ending_form())
    except (Unprocessable, LastSecondFactor, LoginLocked, PasswordsBusy) as refusal:
        return _draw_passkey(actor, passkey_id, refusal)
    return lead_to(ACCOUNT)


def _ask_device(actor: Actor, *, name: str, refusal: Refusal | None = None) -> Response:
    """The page on which the device makes the key. What it was asked before is used up, so it is asked anew."""
    shown: dict[str, Any] = {"form": _FORM, "request": None, "elsewhere": None}
    try:
        with transaction():
            shown["request"] = accounts.begin_passkey(actor, logged_in_family(), now=clock.now())
        origin = relying_party.current().origin
        shown["elsewhere"] = origin if origin != f"{request.scheme}://{request.host}" else None
    except (TooManyPasskeys, PasskeysOff) as unasked:
        refusal = unasked
    if refusal is None:
        return draw("passkeys/begun.html", typed={"name": name}, **shown)
    return draw_again("passkeys/begun.html", refusal, keep=["name"], **shown)


def _draw_passkey(actor: Actor, passkey_id: UUID, refusal: Refusal | None = None) -> Response:
    with transaction():
        shown: dict[str, Any] = {"passkey": queries.own_passkey(actor, logged_in_family(), passkey_id), "form": _NAME}
    page = "passkeys/passkey.html"
    return draw_again(page, refusal, keep=_NAME.names, **shown) if refusal else draw(page, **shown)
