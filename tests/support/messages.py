"""The inbox in tests: what happened is told, and who reads it."""

from typing import Any

from backend.foundation import clock, outbox
from backend.foundation.database import db
from tests.support.phone import Phone


def tell_all() -> int:
    """Let everybody hear what happened until now. Returns of how many events that was."""
    told = 0
    while taken := outbox.deliver_batch("messages", now=clock.now()):
        told += taken
    db.session.remove()
    return told


def inbox(phone: Phone, **wanted: str) -> list[dict[str, Any]]:
    """The messages of the phone's holder, the newest first, after everybody heard what happened."""
    tell_all()
    items: list[dict[str, Any]] = phone.seen("/me/messages", limit=100, **wanted)["items"]
    return items


def kinds(phone: Phone, **wanted: str) -> list[str]:
    """Of which kinds these are."""
    return [message["kind"] for message in inbox(phone, **wanted)]
