"""What somebody may do with a shift and what was served at it, as they stand now: asked once by whoever shows them, so that nothing is
offered that would be refused."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import exists, select

from backend.accounts import policy
from backend.accounts.commands import Found
from backend.accounts.policy import Permission, Scope, ScopeColumns
from backend.attendance.entitlement import allowed, seen_shift
from backend.attendance.models import Attendance, Confirmation, Confirmer, ServiceRecord, Shift, ShiftStatus
from backend.attendance.service import judging
from backend.attendance.service.confirmation import (
    AlreadyConfirmed,
    CommunityNeeded,
    DayFull,
    NotConfirmed,
    awaiting_at,
    confirmer_of,
    may_confirm_shift,
    refuse_to_confirm,
)
from backend.attendance.service.days import room_seen
from backend.attendance.service.flags import NotFlagged
from backend.attendance.service.records import RecordExists, attendance_to_record, confirmation_of, signing_window_of
from backend.attendance.service.refusals import (
    OwnService,
    OwnWord,
    RecordWithdrawn,
    ServiceIsFlagged,
    ServiceNotFound,
    ShiftCancelled,
    ShiftNotBegun,
    ShiftOver,
)
from backend.attendance.service.shifts import ShiftInUse, ShiftNotPlanned
from backend.attendance.service.signing import refuse_outside_window
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Forbidden, Refusal


class ShiftCommand(StrEnum):
    """What is done with a shift."""

    SHOW_CODE = "show_code"
    CONFIRM = "confirm"
    ADD_RECORD = "add_record"
    CANCEL = "cancel"


class ServiceCommand(StrEnum):
    """What is done with a service record."""

    CONFIRM = "confirm"
    CLEAR = "clear"
    ALLOW = "allow"
    CORRECT = "correct"
    WITHDRAW_CONFIRMATION = "withdraw_confirmation"
    WITHDRAW = "withdraw"


_BY = {
    ShiftCommand.SHOW_CODE: Permission.CODE_SHOW,
    ShiftCommand.CONFIRM: Permission.SERVICE_CONFIRM,
    ShiftCommand.ADD_RECORD: Permission.RECORD_ADD,
    ShiftCommand.CANCEL: Permission.SHIFT_CANCEL,
}
_BY_RECORD = {
    ServiceCommand.CONFIRM: Permission.SERVICE_CONFIRM,
    ServiceCommand.CLEAR: Permission.SERVICE_CLEAR,
    ServiceCommand.ALLOW: Permission.SERVICE_ALLOW,
    ServiceCommand.CORRECT: Permission.RECORD_CORRECT,
    ServiceCommand.WITHDRAW_CONFIRMATION: Permission.CONFIRMATION_WITHDRAW,
    ServiceCommand.WITHDRAW: Permission.RECORD_CORRECT,
}
_SAID_BY_THE_RECORD = (RecordWithdrawn, AlreadyConfirmed, NotConfirmed, NotFlagged, ServiceIsFlagged)
"""What its status tells already."""
_SAID_BY_THE_SHIFT = (ShiftCancelled, ShiftOver, ShiftNotPlanned)
"""What its status and its time tell already of a command that cannot be done."""


def commands_on_shift(viewer: Actor, shift_id: UUID, *, now: datetime) -> Found[ShiftCommand]:
    """What the viewer may do with a shift, and of each what stands in its way now (None: nothing). Records are confirmed where some await
    the viewer's word. Raises Missing."""
    shift, in_charge = seen_shift(viewer, shift_id, now=now)
    found = {command: _in_the_way(command, shift, now) for command in ShiftCommand if _has_right(viewer, command, shift, in_charge)}
    if ShiftCommand.CONFIRM in found and not awaiting_at(viewer, shift_id).remaining:
        del found[ShiftCommand.CONFIRM]
    return {command: refusal for command, refusal in found.items() if refusal not in _SAID_BY_THE_SHIFT}


def require_shift_command(viewer: Actor, shift_id: UUID, command: ShiftCommand, *, now: datetime, refused: bool) -> None:
    """Let pass who may do this with a shift now, or has that right and was `refused` it just now. Raises Missing, Forbidden, and unless it
    was refused already what stands in the way."""
    shift, in_charge = seen_shift(viewer, shift_id, now=now)
    if not _has_right(viewer, command, shift, in_charge):
        policy.require(viewer, _BY[command], Scope(area_path=shift.area_path))
        raise Forbidden(policy.who_may(_BY[command]))  # by whose word its records count, the community does not say
    refusal = None if refused else _in_the_way(command, shift, now)
    if refusal is not None:
        raise refusal


def _has_right(viewer: Actor, command: ShiftCommand, shift: Shift, in_charge: Sequence[Scope]) -> bool:
    match command:
        case ShiftCommand.SHOW_CODE:
            return allowed(viewer, Permission.CODE_SHOW, in_charge)
        case ShiftCommand.CONFIRM:
            return may_confirm_shift(viewer, shift)
        case _:
            return policy.allows(viewer, _BY[command], Scope(area_path=shift.area_path))


def _in_the_way(command: ShiftCommand, shift: Shift, now: datetime) -> type[Refusal] | None:
    match command:
        case ShiftCommand.SHOW_CODE:
            return _why_not_signed(shift, now)
        case ShiftCommand.CONFIRM:
            return None
        case ShiftCommand.ADD_RECORD:
            return ShiftCancelled if shift.status is ShiftStatus.CANCELLED else ShiftNotBegun if now <= shift.starts_at else None
        case ShiftCommand.CANCEL:
            return _why_not_cancelled(shift, now)


def _why_not_signed(shift: Shift, now: datetime) -> type[Refusal] | None:
    try:
        refuse_outside_window(shift, now=now)
    except (ShiftCancelled, ShiftNotBegun, ShiftOver) as refusal:
        return type(refusal)
    return None


def _why_not_cancelled(shift: Shift, now: datetime) -> type[Refusal] | None:
    if shift.status is not ShiftStatus.PLANNED or now > signing_window_of(shift).ends_at:
        return ShiftNotPlanned
    signed_in = db.session.scalar(select(exists().where(Attendance.shift_id == shift.id)))
    return ShiftInUse if signed_in else None


def commands_on_service(viewer: Actor, fact_id: UUID) -> Found[ServiceCommand]:
    """What the viewer may do with a service record, and of each what stands in its way now (None: nothing). Raises ServiceNotFound."""
    line, confirmed = _record_seen(viewer, fact_id), confirmation_of(fact_id)
    found = {command: _against(command, viewer, line, confirmed, fact_id) for command in ServiceCommand if _decides(viewer, command, line)}
    return {command: refusal for command, refusal in found.items() if refusal not in _SAID_BY_THE_RECORD}


def require_service_command(viewer: Actor, fact_id: UUID, command: ServiceCommand, *, refused: bool) -> None:
    """Let pass who may do this with a record now, or has that right and was `refused` it just now. Raises ServiceNotFound, Forbidden, and
    unless it was refused already what stands in the way."""
    line = _record_seen(viewer, fact_id)
    if not _decides(viewer, command, line):
        policy.require(viewer, _BY_RECORD[command], Scope(area_path=line.area_path))
        raise Forbidden(policy.who_may(_BY_RECORD[command]))
    refusal = None if refused else _against(command, viewer, line, confirmation_of(fact_id), fact_id)
    if refusal is not None:
        raise refusal


def may_add_record(viewer: Actor, attendance_ids: Sequence[UUID]) -> set[UUID]:
    """On which of these attendances, of people whom the viewer sees there, they may state by their word how long somebody served: those
    that have no record, or one that was withdrawn, and that are not their own."""
    has_one = exists().where(ServiceRecord.attendance_id == Attendance.id, ServiceRecord.is_current())
    mine = policy.visible(viewer, Permission.RECORD_ADD, ScopeColumns(area_path=Shift.area_path))
    bare = select(Attendance.id).join(Shift, Shift.id == Attendance.shift_id).where(Attendance.id.in_(attendance_ids), ~has_one, mine)
    return set(db.session.scalars(bare.where(Attendance.person_id.is_distinct_from(viewer.person_id))))


def require_record_to_add(viewer: Actor, attendance_id: UUID, *, refused: bool) -> None:
    """Let pass who may state so on an attendance, or has that right and was `refused` it just now. Raises Missing, Forbidden, and unless
    it was refused already OwnService, RecordExists."""
    attendance, _ = attendance_to_record(viewer, attendance_id)
    current = exists().where(ServiceRecord.attendance_id == attendance.id, ServiceRecord.is_current())
    if not refused and db.session.scalar(select(current)):
        raise RecordExists


def _record_seen(viewer: Actor, fact_id: UUID) -> judging.Line:
    line = judging.record_before(viewer, fact_id)
    if not judging.may_see(viewer, line):
        raise ServiceNotFound
    return line


def _decides(viewer: Actor, command: ServiceCommand, line: judging.Line) -> bool:
    if command is ServiceCommand.CONFIRM:
        return confirmer_of(viewer, line) is not None
    return policy.allows(viewer, _BY_RECORD[command], Scope(area_path=line.area_path))


def _against(
    command: ServiceCommand, viewer: Actor, line: judging.Line, confirmed: Confirmation | None, fact_id: UUID
) -> type[Refusal] | None:
    counts_whole = confirmed is not None and (confirmed.most_minutes is None or confirmed.most_minutes >= line.minutes)
    match command:
        case ServiceCommand.CORRECT | ServiceCommand.WITHDRAW:
            return OwnService if line.person_id == viewer.person_id else RecordWithdrawn if line.void else None
        case ServiceCommand.WITHDRAW_CONFIRMATION:
            return RecordWithdrawn if line.void else NotConfirmed if confirmed is None else None
        case ServiceCommand.CLEAR:
            return _own(line) if line.flagged else NotFlagged
        case ServiceCommand.ALLOW:
            state = ServiceIsFlagged if line.flagged else AlreadyConfirmed if counts_whole else None
            return NotConfirmed if confirmed is None else state or _own(line)
        case ServiceCommand.CONFIRM:
            return AlreadyConfirmed if counts_whole else _why_not_confirmed(viewer, line, confirmed, fact_id)


def _own(line: judging.Line) -> type[Refusal] | None:
    try:
        judging.refuse_own(line)
    except (OwnService, OwnWord, RecordWithdrawn) as refusal:
        return type(refusal)
    return None


def _why_not_confirmed(viewer: Actor, line: judging.Line, confirmed: Confirmation | None, fact_id: UUID) -> type[Refusal] | None:
    confirmer = confirmer_of(viewer, line)
    try:
        refuse_to_confirm(line, confirmer or Confirmer.COMMUNITY)
    except (OwnService, OwnWord, RecordWithdrawn, ServiceIsFlagged, CommunityNeeded) as refusal:
        return type(refusal)
    if confirmed is None or confirmed.most_minutes is None:
        return None
    room = room_seen([fact_id]).get(fact_id)
    return DayFull if room is not None and room <= confirmed.most_minutes else None
