"""A submission that is done once: by which key it comes, and what tells it from another under the same key."""

import hashlib
import re
from uuid import UUID

from flask import request

from backend.foundation.idempotency import IdempotencyKeyMissing, Submission

# Visible ASCII. A UUID fits.
IDEMPOTENCY_KEY_PATTERN = r"^[\x21-\x7e]{8,200}$"
_KEY = re.compile(IDEMPOTENCY_KEY_PATTERN)


def key() -> str:
    """The key that the request names. Raises IdempotencyKeyMissing."""
    named = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(named):
        raise IdempotencyKeyMissing
    return named


def digest() -> str:
    """What address and body come to; the same key with another digest is refused."""
    return hashlib.sha256(request.path.encode() + b"\x00" + request.get_data(cache=True)).hexdigest()


def submission(account_id: UUID, key: str) -> Submission:
    """This account's submission to the route in hand."""
    return Submission(account_id, f"{request.method} {request.url_rule}", key)
