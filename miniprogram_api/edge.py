"""The edge: who is calling, the transaction around the work, and answers that are given twice. It stands above every route.

`@public` knows nobody. `@reads` and `@writes` hand the view an `actor` and hold one transaction around it; `@creates` also asks for an
`Idempotency-Key` and keeps the answer under it. `@in_steps` hands over the actor only, for views that call another server first and
open their transaction afterwards: no network call stands inside a transaction. `@changes_password` does so for the one route that is open
to who logged in by an initial password.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any
from uuid import UUID

from flask import Response, g, request

from backend.accounts import tokens
from backend.accounts.service import PasswordChangeNeeded, actor_beside, actor_of
from backend.accounts.tokens import AccessClaims, TokenInvalid
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.errors import Unauthenticated
from backend.foundation.idempotency import Answer, IdempotencyKeyMissing, IdempotencyKeyReused, Submission
from backend.foundation.tracing import bind_account_id
from miniprogram_api.contract import Access, contract_of, route_is

View = Callable[..., Response]

_KEY = re.compile(r"[\x21-\x7e]{8,200}")


def public(view: View) -> View:
    """Anybody may call it; the view opens its transactions itself."""
    return route_is(Access.PUBLIC)(view)


def reads(view: View) -> View:
    """Who is logged in may call it; one transaction, nothing is kept."""

    @route_is(Access.READS, TokenInvalid, PasswordChangeNeeded)
    @wraps(view)
    def reading(*args: Any, **kwargs: Any) -> Response:
        with transaction():
            return view(*args, actor=_actor(), **kwargs)

    return reading


def writes(view: View) -> View:
    """Who is logged in may call it; one transaction. For what is harmless when repeated: the state of things refuses a second time."""

    @route_is(Access.WRITES, TokenInvalid, PasswordChangeNeeded)
    @wraps(view)
    def writing(*args: Any, **kwargs: Any) -> Response:
        _receive(view)
        with transaction():
            return view(*args, actor=_actor(), **kwargs)

    return writing


def in_steps(view: View) -> View:
    """Who is logged in may call it; the view opens its transactions itself, after the calls that it makes to other servers."""

    @route_is(Access.WRITES, TokenInvalid, PasswordChangeNeeded)
    @wraps(view)
    def stepping(*args: Any, **kwargs: Any) -> Response:
        _receive(view)
        with transaction():
            actor = _actor()
        return view(*args, actor=actor, **kwargs)

    return stepping


def changes_password(view: View) -> View:
    """As `in_steps`, also for who logged in by an initial password: until that is changed, this is all that is open to them."""

    @route_is(Access.WRITES, TokenInvalid)
    @wraps(view)
    def changing(*args: Any, **kwargs: Any) -> Response:
        _receive(view)
        with transaction():
            actor = _actor(even_by_initial_password=True)
        return view(*args, actor=actor, **kwargs)

    return changing


def creates(view: View) -> View:
    """Who is logged in may call it, once per `Idempotency-Key`: key, work and answer are committed as one.

    A repeat waits for the first and gets its 2xx answer byte for byte; a refusal frees the key.
    """

    @route_is(Access.CREATES, TokenInvalid, PasswordChangeNeeded, IdempotencyKeyMissing, IdempotencyKeyReused)
    @wraps(view)
    def creating(*args: Any, **kwargs: Any) -> Response:
        _known_token(clock.now())  # a stranger is told 401 first
        key, digest = _key(), _digest()
        now = clock.now()  # not before the body is here: see _receive
        claims = _known_token(now)
        submission = Submission(claims.account_id, f"{request.method} {request.url_rule}", key)
        with transaction():
            actor, is_first = actor_beside(submission.taking(digest, now=now), claims, now=now)
            _remember(actor, claims.family_id)
            if not is_first:
                first = submission.first_answer(digest)
                return Response(first.body, first.status, mimetype="application/json")
            answer = view(*args, actor=actor, **kwargs)
            submission.keep(Answer(answer.status_code, answer.get_data()))
            return answer

    return creating


def logged_in_family() -> UUID:
    """The token family by which this request is logged in."""
    family: UUID = g.family_id
    return family


def _receive(view: View) -> None:
    """Have the whole body before anybody asks who sends it and what they may do, and before a transaction is open.

    A body may take hours to come, by a bad line or on purpose; a role that is withdrawn meanwhile must not be in force when it is there.
    """
    if contract_of(view).body is not None:
        _known_token(clock.now())  # a stranger is told 401 first
        request.get_data(cache=True)


def _actor(*, even_by_initial_password: bool = False) -> Actor:
    actor, family_id = actor_of(_token(), now=clock.now(), even_by_initial_password=even_by_initial_password)
    _remember(actor, family_id)
    return actor


def _remember(actor: Actor, family_id: UUID) -> None:
    g.family_id = family_id
    bind_account_id(actor.account_id)


def _known_token(now: datetime) -> AccessClaims:
    return tokens.maker().read_access_token(_token(), now=now)


def _token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    return token.strip()


def _key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise IdempotencyKeyMissing
    return key


def _digest() -> str:
    return hashlib.sha256(request.path.encode() + b"\x00" + request.get_data(cache=True)).hexdigest()
