"""Identifiers of rows: UUIDv7, so that indexes stay in the order of time and a phone may make one while it is offline."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh identifier, later than every one that this process made before."""
    return uuid7()


RANDOM_BITS = 74
"""Of an identifier; the other bits say its millisecond, its version and its variant (RFC 9562 §5.7)."""


def id_at(instant: datetime, random: int) -> UUID:
    """The identifier of that instant with these random bits, of which `RANDOM_BITS` are taken: the same for the same two."""
    upper, lower = random >> 62 & 0xFFF, random & (1 << 62) - 1
    return UUID(int=int(instant.timestamp() * 1000) << 80 | 7 << 76 | upper << 64 | 0b10 << 62 | lower)
