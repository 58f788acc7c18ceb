"""The edge: who is calling, the transaction around the work, and answers that are given twice. It stands above every route.

`@public` knows nobody. `@reads` and `@writes` hand the view an `actor` and hold one transaction around it; `@creates` also asks for the
key of the submission and keeps the answer under it. `@in_steps` hands over the actor only, for views that call another server first and
open their transaction afterwards: no network call stands inside a transaction. `@on_first_login` does so for what is open
to who logged in by an initial password, `@before_second_factor` for what is to whose office asks for a second factor.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, request

from backend.accounts.service import PasswordChangeNeeded, SecondFactorUnset, Stage, actor_beside
from backend.accounts.tokens import TokenInvalid
from backend.foundation import clock
from backend.foundation.database import transaction
from backend.foundation.idempotency import Answer, AnswerNotKept, IdempotencyKeyMissing, IdempotencyKeyReused
from web import attempts, submissions
from web.caller import caller, known_claims, remember
from web.faces import Credential, face_in_hand
from web.routes import Access, contract_of, route_is

View = Callable[..., Response]

_NOT_WHOLE = (PasswordChangeNeeded, SecondFactorUnset)
"""What a log-in is refused of which something is still asked."""


def public(view: View) -> View:
    """Anybody may call it; the view opens its transactions itself."""
    return route_is(Access.PUBLIC)(view)


def reads(view: View) -> View:
    """Who is logged in may call it; one transaction, nothing is kept but how much was read about people (attempts.py)."""

    @route_is(Access.READS, TokenInvalid, *_NOT_WHOLE)
    @wraps(view)
    def reading(*args: Any, **kwargs: Any) -> Response:
        with transaction():
            answer = view(*args, actor=caller(), **kwargs)
            attempts.note_read()
            return answer

    return reading


def writes(view: View) -> View:
    """Who is logged in may call it; one transaction. For what is harmless when repeated: the state of things refuses a second time."""

    @route_is(Access.WRITES, TokenInvalid, *_NOT_WHOLE)
    @wraps(view)
    def writing(*args: Any, **kwargs: Any) -> Response:
        _receive(view)
        with transaction():
            return view(*args, actor=caller(), **kwargs)

    return writing


def in_steps(view: View) -> View:
    """Who is logged in may call it; the view opens its transactions itself, after the calls that it makes to other servers."""

    return route_is(Access.WRITES, TokenInvalid, *_NOT_WHOLE)(_stepping(view, Stage.WHOLE))


def on_first_login(view: View) -> View:
    """As `in_steps`, also for who logged in by an initial password: until that is changed, nothing else is open to them."""
    return route_is(Access.WRITES, TokenInvalid)(_stepping(view, Stage.INITIAL))


def before_second_factor(view: View) -> View:
    """As `in_steps`, also for whose office asks for a second factor that is not set up yet: until then, nothing else is open to them."""
    return route_is(Access.WRITES, TokenInvalid, PasswordChangeNeeded)(_stepping(view, Stage.SINGLE))


def creates(view: View) -> View:
    """Who is logged in may call it, once per key of a submission: key, work and answer are committed as one.

    A repeat waits for the first and gets the same answer byte for byte, unless it was a secret (`@told_once`) or the caller holds less
    now; a refusal frees the key.
    """

    @route_is(Access.CREATES, TokenInvalid, *_NOT_WHOLE, IdempotencyKeyMissing, IdempotencyKeyReused, AnswerNotKept)
    @wraps(view)
    def creating(*args: Any, **kwargs: Any) -> Response:
        known_claims(clock.now())  # a stranger is told 401 first
        key, digest = submissions.key(), submissions.digest()
        now = clock.now()  # not before the body is here: see _receive
        claims = known_claims(now)
        submission = submissions.submission(claims.account_id, key)
        with transaction():
            actor, is_first = actor_beside(submission.taking(digest, now=now), claims, now=now)
            remember(claims)
            if not is_first:
                first = submission.first_answer(digest, actor)
                return Response(first.body, first.status, first.headers)
            answer = view(*args, actor=actor, **kwargs)
            kept = Answer(answer.status_code, answer.get_data(), answer.content_type, answer.location)
            submission.keep(kept, actor, secret=contract_of(view).told_once)
            return answer

    return creating


def _stepping(view: View, at_least: Stage) -> View:
    @wraps(view)
    def stepping(*args: Any, **kwargs: Any) -> Response:
        _receive(view)
        with transaction():
            actor = caller(at_least=at_least)
        return view(*args, actor=actor, **kwargs)

    return stepping


def _receive(view: View) -> None:
    """Have the whole body before anybody asks who sends it and what they may do, and before a transaction is open.

    A body may take hours to come, by a bad line or on purpose; a role that is withdrawn meanwhile must not be in force when it is there.
    """
    contract = contract_of(view)
    if contract.largest_body is not None:
        request.max_content_length = contract.largest_body
    if contract.body is not None or face_in_hand().credential is Credential.COOKIE:
        known_claims(clock.now())  # a stranger is told 401 first
        request.get_data(cache=True)
