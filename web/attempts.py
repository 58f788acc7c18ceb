"""What the edge writes into the audit log beyond what commands do: attempts that were refused, and how much was read about people.

Policy decides what is written: it was asked, it said no, and the permission guards something (`Permission.guards`, `OF_PEOPLE`). Counters
keep a flooder from filling the log (backend/foundation/counted.py).
"""

from uuid import UUID

import structlog
from flask import request
from sqlalchemy.exc import SQLAlchemyError

from backend.accounts.permissions import OF_PEOPLE, Permission
from backend.foundation import asked, clock, counted
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.errors import Forbidden, Missing, Refusal, TooMany
from web.caller import logged_in_claims

log = structlog.get_logger(__name__)


def note_refused(refusal: Refusal) -> None:
    """Write down that somebody who is logged in tried what they may not; of what does not exist for them, where policy said so.

    In a transaction of its own: that of the attempt is rolled back. When it fails, the answer is still the refusal.
    """
    claims, what = logged_in_claims(), asked.current()
    refused = isinstance(refusal, Forbidden | TooMany) or (isinstance(refusal, Missing) and not what.allowed)
    if claims is None or what.last is None or not refused or not Permission(what.last).guards:
        return
    try:
        with transaction():
            counted.refused(Actor(claims.account_id), what.last, _subject(), route=_route(), code=refusal.code, now=clock.now())
    except SQLAlchemyError as error:
        log.error("audit.refusal_not_written", reason=type(error).__name__, code=refusal.code)


def note_read() -> None:
    """Count the rows about people that the request gave out, in its transaction."""
    claims, what = logged_in_claims(), asked.current()
    action = min(what.permissions & OF_PEOPLE, default=None)
    if claims is not None and what.rows and action is not None:
        counted.read(Actor(claims.account_id), action, route=_route(), rows=what.rows, now=clock.now())


def _route() -> str:
    return f"{request.method} {request.url_rule.rule if request.url_rule else ''}"


def _subject() -> UUID | None:
    """What the address names last."""
    return next((value for value in reversed((request.view_args or {}).values()) if isinstance(value, UUID)), None)
