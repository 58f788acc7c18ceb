"""A submission that is done once: by which key it comes, and what tells it from another under the same key.

A program names the key in a header, a form in a hidden field, which is drawn with it.
"""

import hashlib
import re
from uuid import UUID

from flask import request

from backend.foundation.idempotency import IdempotencyKeyMissing, Submission
from web.faces import Credential, face_in_hand
from web.shapes import SUBMISSION_KEY, sent_form

# Visible ASCII. A UUID fits.
IDEMPOTENCY_KEY_PATTERN = r"^[\x21-\x7e]{8,200}$"
_KEY = re.compile(IDEMPOTENCY_KEY_PATTERN)


def key() -> str:
    """The key that the request names. Raises IdempotencyKeyMissing."""
    if face_in_hand().credential is Credential.COOKIE:
        named = sent_form().get(SUBMISSION_KEY, "")
    else:
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
