"""What somebody may do with a shift and what was served at it, as they stand now: asked once by whoever shows them, so that nothing is
offered that would be refused."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import exists, select

from backend.accounts import policy
from backend.accounts.commands import Found
from backend.accounts.policy import Permission, Scope
from backend.attendance.entitlement import allowed, seen_shift
from backend.attendance.models import Attendance, Shift, ShiftStatus
from backend.attendance.service.confirmation import awaiting_at, may_confirm_shift
from backend.attendance.service.records import signing_window_of
from backend.attendance.service.refusals import ShiftCancelled, ShiftNotBegun, ShiftOver
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


_BY = {
    ShiftCommand.SHOW_CODE: Permission.CODE_SHOW,
    ShiftCommand.CONFIRM: Permission.SERVICE_CONFIRM,
    ShiftCommand.ADD_RECORD: Permission.RECORD_ADD,
    ShiftCommand.CANCEL: Permission.SHIFT_CANCEL,
}
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
