"""Records that are looked at before they count, and the word that they are in order. Where they are not, the record is withdrawn."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend.accounts.policy import Permission
from backend.attendance.events import ServiceCleared, ServiceFlagged
from backend.attendance.models import FlagKind, ServiceFlag
from backend.attendance.service import judging
from backend.foundation import audit, facts, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict


class NotFlagged(Conflict):
    """Nobody has to look at it."""

    code: ClassVar[str] = "not_flagged"
    detail = "该服务记录没有存疑"


def flag_service(fact_id: UUID, kind: FlagKind, *, now: datetime) -> None:
    """Let a record count no more until somebody has looked at it; once for each kind. While its shift goes on, as signing does: a settled
    one is held first (`settling.wait_again`)."""
    flagged = facts.state_missing(
        ServiceFlag, Actor.system(), [{"record_fact_id": fact_id, "kind": kind}], key=["record_fact_id", "kind"], now=now
    )
    for flag in flagged:
        outbox.record(ServiceFlagged(flag.id), now=now)


def clear_service(actor: Actor, fact_id: UUID, *, reason: str, now: datetime) -> None:
    """Say that a flagged record is in order, as the community, with a reason; from now on it counts once it is confirmed.

    Raises ServiceNotFound, Forbidden, OwnService, OwnWord, RecordWithdrawn, NotFlagged, AlreadyCorrected (somebody else did it at the same
    time).
    """
    judging.refuse_own(judging.require(actor, Permission.SERVICE_CLEAR, fact_id))
    flags = db.session.scalars(select(ServiceFlag).where(ServiceFlag.record_fact_id == fact_id, ServiceFlag.is_current())).all()
    if not flags:
        raise NotFlagged
    for flag in flags:
        cleared = facts.revise(flag, actor, now=now, reason=reason, void=True)
        outbox.record(ServiceCleared(cleared.id), now=now)
        audit.record(actor, Permission.SERVICE_CLEAR, cleared.id, now=now, record=str(fact_id))
