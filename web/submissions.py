"""A submission that is done once: by which key it comes, and what tells it from another under the same key.

A program names the key in a header, a form in a hidden field, which is drawn with it.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn
from uuid import UUID

from flask import g, request

from backend.foundation import clock
from backend.foundation.database import db
from backend.foundation.errors import Refusal
from backend.foundation.idempotency import IdempotencyKeyMissing, Submission
from web.faces import Credential, face_in_hand
from web.in_hand import request_in_hand
from web.shapes import SUBMISSION_KEY, sent_form

# Visible ASCII. A UUID fits.
IDEMPOTENCY_KEY_PATTERN = r"^[\x21-\x7e]{8,200}$"
_KEY = re.compile(IDEMPOTENCY_KEY_PATTERN)


def key() -> str:
    """The key that the request names. Raises IdempotencyKeyMissing."""
    named = key_if_named()
    if named is None:
        raise IdempotencyKeyMissing
    return named


def key_if_named() -> str | None:
    """The same, None where it names none. Raises IdempotencyKeyMissing where what it names is no key."""
    if face_in_hand().credential is Credential.COOKIE:
        named = sent_form().get(SUBMISSION_KEY) if request.method == "POST" else None
    else:
        named = request_in_hand().environ.get("HTTP_IDEMPOTENCY_KEY")
    if named is not None and not _KEY.fullmatch(named):
        raise IdempotencyKeyMissing
    return named


def digest() -> str:
    """What address and content come to; the same key with another digest is refused."""
    sent = request_in_hand()
    content = _parts() if sent.mimetype == "multipart/form-data" else sent.get_data(cache=True)
    query = b"?" + sent.query_string if sent.query_string else b""
    return hashlib.sha256(sent.path.encode() + query + b"\x00" + content).hexdigest()


def _parts() -> bytes:
    """The fields and files of a form without the line between them, which a browser or a phone draws anew each time."""
    files = []
    for name, file in request.files.items(multi=True):
        files.append((name, file.filename, hashlib.sha256(file.stream.read()).hexdigest()))
        file.stream.seek(0)
    return json.dumps([list(sent_form().items(multi=True)), files]).encode()


def submission(account_id: UUID, key: str) -> Submission:
    """This account's submission to the route in hand."""
    sent = request_in_hand()
    return Submission(account_id, f"{sent.method} {sent.url_rule}", key)


class AnsweredBefore(Exception):
    """What is being done was done meanwhile under the same key; the edge answers as then."""


@dataclass
class Steps:
    """What the edge and a view `@in_steps` share: the submission, if it comes under a key, and whether the last step stands open."""

    submission: Submission | None
    digest: str
    is_open: bool = False


def begin_steps(steps: Steps) -> None:
    """Hand them to the view."""
    g.steps = steps


@contextmanager
def last_step() -> Iterator[None]:
    """The transaction of a view `@in_steps` in which its work is done. It stays open: the edge commits it with the answer.

    So the key, the work and the answer under it are there or not there as one, as with `@writes`.
    """
    steps: Steps = g.steps
    try:
        if steps.submission is not None and not steps.submission.take(steps.digest, now=clock.now()):
            raise AnsweredBefore
        yield
    except BaseException:
        db.session.rollback()
        raise
    steps.is_open = True


def refuse_in_last_step(refusal: Refusal) -> NoReturn:
    """Refuse, and keep what the step wrote down of the attempt; the key is free again."""
    steps: Steps = g.steps
    if steps.submission is not None:
        steps.submission.free()
    db.session.commit()
    raise refusal
