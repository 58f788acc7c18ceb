"""A submission that is done once: by which key it comes, and what tells it from another under the same key.

A program names the key in a header, a form in a hidden field, which is drawn with it.
"""

import hashlib
import json
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
    """What address and content come to; the same key with another digest is refused."""
    in_parts = request.mimetype == "multipart/form-data" and face_in_hand().credential is Credential.COOKIE
    content = _parts() if in_parts else request.get_data(cache=True)
    return hashlib.sha256(request.path.encode() + b"\x00" + content).hexdigest()


def _parts() -> bytes:
    """The fields and files of a form without the line between them, which a browser draws anew each time."""
    files = []
    for name, file in request.files.items(multi=True):
        files.append((name, file.filename, hashlib.sha256(file.stream.read()).hexdigest()))
        file.stream.seek(0)
    return json.dumps([list(sent_form().items(multi=True)), files]).encode()


def submission(account_id: UUID, key: str) -> Submission:
    """This account's submission to the route in hand."""
    return Submission(account_id, f"{request.method} {request.url_rule}", key)
