"""Identifiers of rows: UUIDv7, so that indexes stay in the order of time and a phone may make one while it is offline."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh identifier, later than every one that this process made before."""
    return uuid7()
