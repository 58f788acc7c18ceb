"""What a decision about a service record is made from: the record as it stands, and how who decides stands to it."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, or_, select

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.attendance.entitlement import allowed, concerned_by_service
from backend.attendance.models import ServiceFlag, ServiceRecord, Shift
from backend.attendance.own import is_of_group_of, is_own, is_own_word
from backend.attendance.service.refusals import OwnService, OwnWord, RecordWithdrawn, ServiceNotFound
from backend.foundation.actor import Actor
from backend.foundation.database import db

Line = Row[*tuple[Any, ...]]


def record_before(actor: Actor, fact_id: UUID) -> Line:
    """The record, whether it is the actor's `own` or rests on their `own_word`, and whether one of the `asking_side` served. Raises
    ServiceNotFound."""
    asked: Select[*tuple[Any, ...]] = (
        select(
            ServiceRecord.void,
            ServiceRecord.shift_id,
            ServiceRecord.person_id,
            ServiceRecord.area_path,
            ServiceRecord.capacity_id,
            ServiceRecord.minutes,
            ServiceRecord.evidence,
            Shift.requester_person_id,
            Shift.confirmers,
            ServiceFlag.stands_on(ServiceRecord.fact_id).label("flagged"),
            is_own(actor).label("own"),
            is_own_word(actor).label("own_word"),
            is_of_asking_side(actor).label("of_asking_side"),
        )
        .join(Shift, Shift.id == ServiceRecord.shift_id)
        .where(ServiceRecord.fact_id == fact_id, ServiceRecord.superseded_at.is_(None))
    )
    line = db.session.execute(asked).one_or_none()
    if line is None:
        raise ServiceNotFound
    return line


def may_see(actor: Actor, line: Line) -> bool:
    """Whether the record concerns the actor, so that they are told what there is to tell of it."""
    scopes = concerned_by_service(
        area_path=line.area_path, requester_id=line.requester_person_id, person_id=line.person_id, capacity_id=line.capacity_id
    )
    return allowed(actor, Permission.RECORD_SEE, scopes)


def require(actor: Actor, permission: Permission, fact_id: UUID) -> Line:
    """The record, seen by who decides for its community. Raises ServiceNotFound, Forbidden."""
    line = record_before(actor, fact_id)
    if not may_see(actor, line):
        raise ServiceNotFound
    policy.require(actor, permission, Scope(area_path=line.area_path))
    return line


def refuse_own(line: Line) -> None:
    """Nobody decides about what they served or said, nor about what was taken back. Raises OwnService, OwnWord, RecordWithdrawn."""
    if line.own:
        raise OwnService
    if line.own_word:
        raise OwnWord
    if line.void:
        raise RecordWithdrawn


def is_of_asking_side(actor: Actor) -> ColumnElement[bool]:
    """Condition on records: somebody served for a group to which the requester belonged, or the proxy who speaks for them."""
    of_requester = is_of_group_of(Shift.requester_person_id)
    return of_requester if actor.person_id is None else or_(of_requester, is_of_group_of(actor.person_id))
