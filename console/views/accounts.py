"""Logging in and out, one's password, and one's own page: who one is, in which roles, and where one is logged in."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request

from backend.accounts import queries, tokens
from backend.accounts import service as accounts
from backend.accounts.service import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    CredentialsWrong,
    InitialPasswordOver,
    LoginAsleep,
    LoginLocked,
    PasswordsBusy,
    SecondFactorNeeded,
)
from backend.accounts.tokens import AccessClaims
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.errors import HolderUnchecked, Refusal, Unprocessable
from backend.foundation.paging import PageRequest
from backend.people.queries import own_card
from console.addresses import ACCOUNT, HOME, LOGIN, PASSWORD, own_page
from console.drawing import draw, draw_again, lead_to
from console.places import OWN
from console.views.second_factors import ask_for_second_step
from web import cookie, forgery, passwords
from web.caller import logged_in_family
from web.edge import on_first_login, public, reads, writes
from web.inputs.accounts import PasswordChangeIn, PasswordLoginIn
from web.limits import CHANGING_PASSWORD, LOGGING_IN
from web.routes import at_most
from web.shapes import form_reader

bp = Blueprint("console_accounts", __name__)

_MOST_SHOWN = PageRequest(100)
_CANNOT_NOW = (LoginLocked, InitialPasswordOver, LoginAsleep, PasswordsBusy)
_login_form = form_reader(PasswordLoginIn)
_password_form = form_reader(PasswordChangeIn)


@bp.get(LOGIN)
@public
def login_page() -> Response:
    return draw("accounts/login.html", **_of_login_page())


@bp.post(LOGIN)
@public
@at_most(LOGGING_IN)
def submit_login() -> Response:
    forgery.refuse_other_sites()
    try:
        claims = _log_in(_login_form())
    except SecondFactorNeeded as needed:
        return ask_for_second_step(str(needed.facts["ticket"]))
    except (Unprocessable, CredentialsWrong, *_CANNOT_NOW) as refusal:
        locked = isinstance(refusal, LoginLocked)
        return draw_again("accounts/login.html", refusal, keep=["name"], asks_code=locked, **_of_login_page())
    answer = lead_to(own_page(request.args.get("next")))
    cookie.give(answer, claims)
    return answer


@bp.post("/console/logout")
@on_first_login
def submit_logout(actor: Actor) -> Response:
    with transaction():
        accounts.log_out(actor, logged_in_family(), now=clock.now())
    answer = lead_to(LOGIN)
    cookie.take_back(answer)
    return answer


@bp.get(PASSWORD)
@on_first_login
def password_page(actor: Actor) -> Response:
    return draw("accounts/password.html", **_of_password_page(actor))


@bp.post(PASSWORD)
@on_first_login
@at_most(CHANGING_PASSWORD)
def submit_password(actor: Actor) -> Response:
    try:
        passwords.change(actor, _password_form())
    except (Unprocessable, *_CANNOT_NOW) as refusal:
        return draw_again("accounts/password.html", refusal, **_of_password_page(actor))
    return lead_to(HOME)


@bp.get(ACCOUNT)
@reads
def account_page(actor: Actor) -> Response:
    now = clock.now()
    return draw(
        "accounts/account.html",
        viewer=actor,
        place=OWN,
        login=queries.own_password_login(actor, logged_in_family()),
        person=own_card(actor.person_id) if actor.person_id else None,
        unchecked=HolderUnchecked.detail if queries.papers_missing(actor) else None,
        roles=queries.own_roles(actor, now=now, page=_MOST_SHOWN),
        offers=queries.own_offers(actor, now=now, page=_MOST_SHOWN),
        sessions=queries.own_sessions(actor, logged_in_family(), now=now, page=_MOST_SHOWN),
    )


@bp.post("/console/sessions/<uuid:session_id>/ending")
@writes
def submit_session_end(actor: Actor, session_id: UUID) -> Response:
    accounts.end_session(actor, session_id, now=clock.now())
    return lead_to(ACCOUNT)


@bp.post("/console/role-grants/<uuid:grant_id>/acceptance")
@writes
def submit_acceptance(actor: Actor, grant_id: UUID) -> Response:
    accounts.accept_appointment(actor, grant_id, now=clock.now())
    return lead_to(ACCOUNT)


@bp.post("/console/role-grants/<uuid:grant_id>/refusal")
@writes
def submit_refusal(actor: Actor, grant_id: UUID) -> Response:
    accounts.decline_appointment(actor, grant_id, now=clock.now())
    return lead_to(ACCOUNT)


def _of_login_page() -> dict[str, Any]:
    return {
        "then": own_page(request.args.get("next")),
        "ended": "ended" in request.args,
        "rest_minutes": int(tokens.maker().browser_rest.total_seconds()) // 60,
    }


def _of_password_page(actor: Actor) -> dict[str, Any]:
    with transaction():
        return {"login_name": queries.own_login_name(actor), "shortest": SHORTEST_PASSWORD, "longest": LONGEST_PASSWORD}


def _log_in(body: PasswordLoginIn) -> AccessClaims:
    attempt, right = passwords.tried(body)
    with transaction():
        outcome = accounts.finish_browser_login(attempt, right=right, code=body.code, left=cookie.brought_claims(), now=clock.now())
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome
