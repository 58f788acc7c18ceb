"""Who calls: the account behind the token or the cookie that a request brings, and the log-in that it belongs to.

The face says which of the two it takes, and the other one is not even looked at: a cookie opens nothing of the API, which therefore needs
no protection against forms of other sites.
"""

from datetime import datetime
from uuid import UUID

from backend.accounts import tokens
from backend.accounts.service import Stage, actor_of
from backend.accounts.tokens import AccessClaims, TokenInvalid
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.errors import Unauthenticated
from backend.foundation.tracing import bind_account_id
from web import cookie, forgery
from web.faces import Credential, face_in_hand
from web.in_hand import request_in_hand

_CLAIMS = "ejia.claims"
_GLANCE = "HTTP_EJIA_GLANCE"


def caller(*, at_least: Stage = Stage.WHOLE) -> Actor:
    """Who calls, with the roles that they hold now. Raises as known_claims, and what a log-in is refused that has not come so far."""
    now = clock.now()
    claims = known_claims(now)
    actor = actor_of(claims, now=now, at_least=at_least, is_use=not is_glance())
    remember(claims)
    return actor


def is_glance() -> bool:
    """Whether a page asks by itself how things stand, and nobody may sit before it (the header `Ejia-Glance`). Who leaves the header away
    only stays logged in for as long as they go on asking, as by any other request."""
    return _GLANCE in request_in_hand().environ


def known_claims(now: datetime) -> AccessClaims:
    """What the token or the cookie says, before the database is asked. Raises Unauthenticated, TokenInvalid, FormNotOurs."""
    if face_in_hand().credential is Credential.BEARER:
        return tokens.maker().read_access_token(_or_nobody(_brought_token()), now=now)
    claims = tokens.maker().read_cookie(_or_nobody(cookie.brought()))
    forgery.refuse_form_of_others(claims)
    return claims


def remember(claims: AccessClaims) -> None:
    """Keep for the rest of the request who calls and by which log-in."""
    request_in_hand().environ[_CLAIMS] = claims
    bind_account_id(claims.account_id)


def logged_in_claims() -> AccessClaims | None:
    """By what this request is logged in, where it is."""
    claims: AccessClaims | None = request_in_hand().environ.get(_CLAIMS)
    return claims


def logged_in_family() -> UUID:
    """The token family by which this request is logged in."""
    claims: AccessClaims = request_in_hand().environ[_CLAIMS]
    return claims.family_id


def brought_account() -> UUID | None:
    """Whose token or cookie the request brings, however old; None where it is none of ours. It lets nobody in."""
    if face_in_hand().credential is Credential.COOKIE:
        claims = cookie.brought_claims()
        return cookie.brought_device() if claims is None else claims.account_id
    try:
        return tokens.maker().account_of(_brought_token() or "")
    except TokenInvalid:
        return None


def _brought_token() -> str | None:
    scheme, _, token = request_in_hand().environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token else None


def _or_nobody(credential: str | None) -> str:
    if credential is None:
        raise Unauthenticated
    return credential
