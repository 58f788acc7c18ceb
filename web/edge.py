"""The edge: who is calling, the transaction around the work, and answers that are given twice. It stands above every route.

`@public` knows nobody. `@reads` and `@writes` hand the view an `actor` and hold one transaction around it. What is written under a key of
the submission is done once, and its answer kept under it; `@creates` insists on a key. `@in_steps` hands over the actor only, for views
that call another server first and open their transactions themselves: no network call stands inside one; their work stands in a
`last_step` (submissions.py). `@on_first_login` does so for what is open to who logged in by an initial password, `@before_second_factor`
for what is to whose office asks for a second factor, and `@at_login` for what makes or ends log-ins, whose answers are kept for nobody.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from flask import Response, request

from backend.accounts.service import PasswordChangeNeeded, SecondFactorUnset, Stage, actor_beside, actor_of
from backend.accounts.tokens import TokenInvalid
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db, send_held_back, transaction
from backend.foundation.idempotency import Answer, Submission
from web import attempts, submissions
from web.caller import caller, known_claims, logged_in_claims, remember
from web.faces import Credential, face_in_hand
from web.routes import Access, contract_of, route_is, takes_key
from web.submissions import AnsweredBefore, Steps, begin_steps

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
    """Who is logged in may call it; one transaction. Under a key it is done once; without one, the state of things refuses a repeat."""

    @route_is(Access.WRITES, TokenInvalid, *_NOT_WHOLE)
    @takes_key
    @wraps(view)
    def writing(*args: Any, **kwargs: Any) -> Response:
        _receive(view)
        if _named_key() is not None:
            return _once(view, *args, **kwargs)
        with transaction():
            return view(*args, actor=caller(), **kwargs)

    return writing


def in_steps(view: View) -> View:
    """Who is logged in may call it; the view opens its transactions itself, after the calls that it makes to other servers. Its work
    stands in a `last_step`, so that under a key it is done once."""

    return route_is(Access.WRITES, TokenInvalid, *_NOT_WHOLE)(takes_key(_stepping(view, Stage.WHOLE)))


def on_first_login(view: View) -> View:
    """As `in_steps`, also for who logged in by an initial password: until that is changed, nothing else is open to them."""
    return route_is(Access.WRITES, TokenInvalid)(takes_key(_stepping(view, Stage.INITIAL)))


def before_second_factor(view: View) -> View:
    """As `in_steps`, also for whose office asks for a second factor that is not set up yet: until then, nothing else is open to them."""
    return route_is(Access.WRITES, TokenInvalid, PasswordChangeNeeded)(takes_key(_stepping(view, Stage.SINGLE)))


def at_login(view: View) -> View:
    """As `in_steps`, for what makes or ends log-ins: no key is heard, as tokens are kept for nobody."""

    return route_is(Access.WRITES, TokenInvalid, *_NOT_WHOLE)(_stepping(view, Stage.WHOLE))


def creates(view: View) -> View:
    """Who is logged in may call it, once per key of a submission: key, work and answer are committed as one.

    A repeat waits for the first and gets the same answer byte for byte, unless it was a secret (`@told_once`) or the caller holds less
    now; a refusal frees the key.
    """

    @route_is(Access.CREATES, TokenInvalid, *_NOT_WHOLE)
    @takes_key
    @wraps(view)
    def creating(*args: Any, **kwargs: Any) -> Response:
        return _once(view, *args, **kwargs)

    return creating


def _once(view: View, *args: Any, **kwargs: Any) -> Response:
    known_claims(clock.now())  # a stranger is told 401 first
    key, digest = submissions.key(), submissions.digest()
    now = clock.now()  # not before the body is here: see _receive
    claims = known_claims(now)
    submission = submissions.submission(claims.account_id, key)
    with transaction():
        actor, is_first = actor_beside(submission.taking(digest, now=now), claims, now=now)
        remember(claims)
        if not is_first:
            return _again(submission.first_answer(digest, actor))
        answer = view(*args, actor=actor, **kwargs)
        _keep(submission, answer, actor, view)
        return answer


def _again(first: Answer) -> Response:
    return Response(first.body, first.status, first.headers)


def _keep(submission: Submission, answer: Response, actor: Actor, view: View) -> None:
    """Keep the answer with the work. What creates takes nothing from its caller; of the rest who they are now is asked."""
    contract = contract_of(view)
    said = dict(answer.headers.to_wsgi_list())
    kept = Answer(answer.status_code, answer.get_data(), said.get("Content-Type"), said.get("Location"))
    holder = actor if contract.access is Access.CREATES else _left_of(actor)
    submission.keep(kept, holder, secret=contract.told_once)


def _left_of(actor: Actor) -> Actor:
    """Who calls, as the work left them; as they were, where it ended their log-in: then nobody comes by it again."""
    send_held_back()
    claims = logged_in_claims()
    try:
        return actor if claims is None else actor_of(claims, now=clock.now(), at_least=Stage.INITIAL)
    except TokenInvalid:
        return actor


def _named_key() -> str | None:
    """The key of what is written, where it comes under one; a stranger is told 401 before anything is said of it."""
    if request.method in ("GET", "HEAD"):
        return None
    known_claims(clock.now())
    return submissions.key_if_named()


def _stepping(view: View, at_least: Stage) -> View:
    contract = contract_of(view)  # before it is wrapped: what is said of the route later is said of this one

    @wraps(view)
    def stepping(*args: Any, **kwargs: Any) -> Response:
        _receive(view)
        key = _named_key() if contract.takes_key else None
        digest = "" if key is None else submissions.digest()
        submission: Submission | None = None
        with transaction():
            actor = caller(at_least=at_least)
            if key is not None and actor.account_id is not None:
                submission = submissions.submission(actor.account_id, key)
                first = submission.kept_answer(digest, actor, now=clock.now())
                if first is not None:
                    return _again(first)
        steps = Steps(submission, digest)
        begin_steps(steps)
        try:
            return _ended(steps, view(*args, actor=actor, **kwargs), actor, view)
        except AnsweredBefore:
            return _answered_meanwhile(steps, at_least)
        except BaseException:
            db.session.rollback()
            raise

    return stepping


def _ended(steps: Steps, answer: Response, actor: Actor, view: View) -> Response:
    """Commit the last step, with its answer under its key."""
    if steps.submission is not None and answer.status_code < 400:
        if not steps.is_open:
            raise RuntimeError(f"{view.__name__} did its work outside of a last_step, so it cannot be kept under its key")
        _keep(steps.submission, answer, actor, view)
    if steps.is_open:
        db.session.commit()
    return answer


def _answered_meanwhile(steps: Steps, at_least: Stage) -> Response:
    submission = cast(Submission, steps.submission)
    with transaction():
        return _again(submission.first_answer(steps.digest, caller(at_least=at_least)))


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
