"""Who calls: the account behind the token that a request brings, and the log-in that the token belongs to."""

from datetime import datetime
from uuid import UUID

from flask import g, request

from backend.accounts import tokens
from backend.accounts.service import actor_of
from backend.accounts.tokens import AccessClaims
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Unauthenticated
from backend.foundation.tracing import bind_account_id


def caller(*, even_by_initial_password: bool = False) -> Actor:
    """Who calls, with the roles that they hold now. Raises Unauthenticated, TokenInvalid or PasswordChangeNeeded."""
    actor, family_id = actor_of(_token(), now=clock.now(), even_by_initial_password=even_by_initial_password)
    remember(actor, family_id)
    return actor


def known_token(now: datetime) -> AccessClaims:
    """What the token says, before the database is asked. Raises Unauthenticated or TokenInvalid."""
    return tokens.maker().read_access_token(_token(), now=now)


def remember(actor: Actor, family_id: UUID) -> None:
    """Keep for the rest of the request who calls and by which log-in."""
    g.family_id = family_id
    bind_account_id(actor.account_id)


def logged_in_family() -> UUID:
    """The token family by which this request is logged in."""
    family: UUID = g.family_id
    return family


def brought_token() -> str | None:
    """The token that the request brings, whatever it is worth."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token else None


def _token() -> str:
    token = brought_token()
    if token is None:
        raise Unauthenticated
    return token
