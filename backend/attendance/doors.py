"""Printed door codes: what stands by the door of somebody who is visited, for visitors to scan or to type.

Eight letters and digits that no hand confuses, drawn at random. Only a keyed hash is kept, so that a code is shown once, when it is
issued. It proves that somebody was once at that door: the grade of what it proves is one of its own.
"""

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass
from uuid import UUID

from backend.attendance import codes

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8

_QR = "EJD1."
_MISREAD = str.maketrans("OIL", "011", " -")


@dataclass(frozen=True, slots=True, repr=False)
class PrintedCode:
    """A code as it is printed: in two groups to be typed, and as the content of a QR code. Without a repr, so that no log line holds it."""

    text: str
    qr: str


def draw() -> str:
    """A new code."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def printed(code: str) -> PrintedCode:
    """As it is printed."""
    return PrintedCode(f"{code[:4]}-{code[4:]}", _QR + code)


def read(text: str) -> str | None:
    """The code in what was scanned or typed, in whatever case and grouping; None where it is no door code."""
    folded = unicodedata.normalize("NFKC", text).strip().upper().removeprefix(_QR).translate(_MISREAD)
    return folded if len(folded) == LENGTH and set(folded) <= set(ALPHABET) else None


def proof_of(code: str, home_id: UUID) -> bytes:
    """What is kept of the code of one home."""
    return hmac.digest(codes.maker().key, b"door code" + home_id.bytes + code.encode(), hashlib.sha256)
