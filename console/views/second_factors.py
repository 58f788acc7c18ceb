"""两步验证: the second step of the log-in, and setting an app up or removing it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request

from backend.accounts import queries
from backend.accounts import service as accounts
from backend.accounts.service import (
    LoginLocked,
    PasswordsBusy,
    SecondFactorIsSet,
    SecondFactorNotBegun,
    SecondFactorNotSet,
    TicketOver,
)
from backend.accounts.tokens import AccessClaims
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.errors import Refusal, Unprocessable
from backend.foundation.paging import PageRequest
from console.addresses import PASSKEY_STEP, SECOND_FACTOR, SECOND_STEP, own_page
from console.charts import qr_code
from console.drawing import draw, draw_again, lead_to
from web import cookie, forgery, passwords
from web.caller import logged_in_family
from web.edge import before_second_factor, public
from web.inputs.accounts import PasskeyStepIn, SecondFactorCodeIn, SecondFactorRemovalIn, SecondStepIn
from web.limits import CHANGING_PASSWORD, LOGGING_IN
from web.routes import at_most
from web.shapes import form_reader, sent_form

bp = Blueprint("console_second_factors", __name__)

_step_form = form_reader(SecondStepIn)
_passkey_form = form_reader(PasskeyStepIn)
_code_form = form_reader(SecondFactorCodeIn)
_removal_form = form_reader(SecondFactorRemovalIn)


def ask_for_second_step(ticket: str, refusal: Refusal | None = None) -> Response:
    """The page of the second step, after the right password; again, where that was refused."""
    then = own_page(request.args.get("next"))
    try:
        with transaction():
            step = accounts.begin_second_step(ticket, now=clock.now())
    except TicketOver as over:
        return draw_again("accounts/login.html", over, then=then, ended=False)
    shown: dict[str, Any] = {"ticket": ticket, "then": then, "step": step}
    return draw_again("second_factors/step.html", refusal, **shown) if refusal else draw("second_factors/step.html", **shown)


@bp.post(SECOND_STEP)
@public
@at_most(LOGGING_IN)
def submit_second_step() -> Response:
    def prove() -> AccessClaims | Refusal:
        body, left = _step_form(), cookie.brought_claims()
        with transaction():
            return accounts.finish_browser_second_step(body.ticket, body.code, passwords.source(), left=left, now=clock.now())

    return _let_in(prove)


@bp.post(PASSKEY_STEP)
@public
@at_most(LOGGING_IN)
def submit_passkey_step() -> Response:
    def prove() -> AccessClaims | Refusal:
        body, left = _passkey_form(), cookie.brought_claims()
        with transaction():
            return accounts.finish_browser_passkey_step(body.ticket, body.credential, passwords.source(), left=left, now=clock.now())

    return _let_in(prove)


def _let_in(prove: Callable[[], AccessClaims | Refusal]) -> Response:
    forgery.refuse_other_sites()
    try:
        outcome = prove()
        if isinstance(outcome, Refusal):
            raise outcome
    except (Unprocessable, LoginLocked, TicketOver) as refusal:
        return ask_for_second_step(sent_form().get("ticket", ""), refusal)
    answer = lead_to(own_page(request.args.get("next")))
    cookie.give(answer, outcome)
    return answer


@bp.get(SECOND_FACTOR)
@before_second_factor
def second_factor_page(actor: Actor) -> Response:
    return draw("second_factors/second_factor.html", **_of_page(actor))


@bp.post(SECOND_FACTOR)
@before_second_factor
@at_most(CHANGING_PASSWORD)
def submit_second_factor(actor: Actor) -> Response:
    try:
        with transaction():
            begun = accounts.begin_second_factor(actor, logged_in_family(), now=clock.now())
    except SecondFactorIsSet as refusal:
        return draw_again("second_factors/second_factor.html", refusal, **_of_page(actor))
    return draw("second_factors/begun.html", secret=begun.secret, picture=qr_code(begun.uri, scale=5))


@bp.post(f"{SECOND_FACTOR}/confirmation")
@before_second_factor
@at_most(CHANGING_PASSWORD)
def submit_first_code(actor: Actor) -> Response:
    try:
        body = _code_form()
        with transaction():
            codes = accounts.confirm_second_factor(actor, logged_in_family(), body.code, now=clock.now())
    except Unprocessable as refusal:  # the secret was shown once: the app has it, or one begins anew
        return draw_again("second_factors/begun.html", refusal, secret=None, picture=None)
    except (SecondFactorIsSet, SecondFactorNotBegun) as refusal:
        return draw_again("second_factors/second_factor.html", refusal, **_of_page(actor))
    return draw("second_factors/recovery_codes.html", codes=codes)


@bp.post(f"{SECOND_FACTOR}/removal")
@before_second_factor
@at_most(CHANGING_PASSWORD)
def submit_second_factor_removal(actor: Actor) -> Response:
    try:
        passwords.remove_second_factor(actor, _removal_form())
    except (Unprocessable, SecondFactorNotSet, LoginLocked, PasswordsBusy) as refusal:
        return draw_again("second_factors/second_factor.html", refusal, **_of_page(actor))
    return lead_to(SECOND_FACTOR)


def _of_page(actor: Actor) -> dict[str, Any]:
    with transaction():
        ways = queries.own_logins(actor, page=PageRequest(100)).items
        by_password = [way for way in ways if way.name is not None]
        return {"login": next(iter(by_password), None)}
