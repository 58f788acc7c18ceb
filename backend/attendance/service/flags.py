"""Records that are looked at before they count, and the word that they are in order. Where they are not, the record is withdrawn."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.attendance.entitlement import allowed, concerned_by_service
from backend.attendance.events import ServiceCleared, ServiceFlagged
from backend.attendance.models import FlagKind, ServiceFlag, ServiceRecord, Shift
from backend.attendance.own import is_own, is_own_word
from backend.attendance.service.refusals import OwnService, OwnWord, RecordWithdrawn, ServiceNotFound
from backend.foundation import audit, facts, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict


class NotFlagged(Conflict):
    """Nobody has to look at it."""

    code: ClassVar[str] = "not_flagged"
    detail = "该服务记录没有存疑"


def flag_service(fact_id: UUID, kind: FlagKind, *, now: datetime) -> None:
    """Let a record count no more until somebody has looked at it; once for each kind."""
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
    line = db.session.execute(
        select(
            ServiceRecord.void,
            ServiceRecord.person_id,
            ServiceRecord.area_path,
            ServiceRecord.capacity_id,
            Shift.requester_person_id,
            is_own(actor).label("own"),
            is_own_word(actor).label("own_word"),
        )
        .join(Shift, Shift.id == ServiceRecord.shift_id)
        .where(ServiceRecord.fact_id == fact_id, ServiceRecord.superseded_at.is_(None))
    ).one_or_none()
    if line is None:
        raise ServiceNotFound
    scopes = concerned_by_service(
        area_path=line.area_path, requester_id=line.requester_person_id, person_id=line.person_id, capacity_id=line.capacity_id
    )
    if not allowed(actor, Permission.RECORD_SEE, scopes):
        raise ServiceNotFound
    policy.require(actor, Permission.SERVICE_CLEAR, Scope(area_path=line.area_path))
    if line.own:
        raise OwnService
    if line.own_word:
        raise OwnWord
    if line.void:
        raise RecordWithdrawn
    flags = db.session.scalars(select(ServiceFlag).where(ServiceFlag.record_fact_id == fact_id, ServiceFlag.is_current())).all()
    if not flags:
        raise NotFlagged
    for flag in flags:
        cleared = facts.revise(flag, actor, now=now, reason=reason, void=True)
        outbox.record(ServiceCleared(cleared.id), now=now)
        audit.record(actor, Permission.SERVICE_CLEAR, cleared.id, now=now, record=str(fact_id))
