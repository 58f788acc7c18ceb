"""What somebody may do with an application for an account as it stands now: asked once by whoever shows it."""

from datetime import datetime
from enum import StrEnum
from functools import partial
from uuid import UUID

from backend.accounts import commands
from backend.accounts import service as accounts
from backend.accounts.commands import Found
from backend.foundation.actor import Actor
from backend.foundation.errors import Refusal
from backend.recoveries.models import AccountRecovery
from backend.recoveries.service.applications import CONFIRM, RETURN, RETURN_SEEN, SEE, known_recovery, refuse_own, scope_of


class RecoveryCommand(StrEnum):
    """What is done with an application by the community, a second officer, or whose account it is."""

    CHECK = "check"
    APPROVE = "approve"
    RETURN = "return"


_STEPS = {
    RecoveryCommand.CHECK: (SEE,),
    RecoveryCommand.APPROVE: (CONFIRM,),
    RecoveryCommand.RETURN: (RETURN, RETURN_SEEN),
}


def commands_on_recovery(viewer: Actor, recovery_id: UUID, *, now: datetime) -> Found[RecoveryCommand]:
    """What the viewer may do with an application, and of each what stands in its way now (None: nothing). Raises Missing."""
    return _commands_on(viewer, known_recovery(viewer, recovery_id), now)


def require_recovery_command(viewer: Actor, recovery_id: UUID, command: RecoveryCommand, *, now: datetime, refused: bool) -> None:
    """Let pass who may do this with an application now, or has that right and was `refused` it just now. Raises Missing, Forbidden, and
    unless it was refused already what stands in the way."""
    seen = known_recovery(viewer, recovery_id)
    commands.require_right(viewer, _STEPS, command, scope_of(seen))
    if not refused:
        commands.require_way(_STEPS, command, _commands_on(viewer, seen, now))


def _commands_on(viewer: Actor, seen: AccountRecovery, now: datetime) -> Found[RecoveryCommand]:
    doable = commands.possible(viewer, _STEPS, seen.status, scope_of(seen))
    return {command: _hindrance(viewer, seen, command, now) for command in doable}


def _hindrance(viewer: Actor, seen: AccountRecovery, command: RecoveryCommand, now: datetime) -> type[Refusal] | None:
    is_holder = viewer.person_id is not None and viewer.person_id == seen.person_id
    if seen.person_id is None or command is RecoveryCommand.RETURN or (is_holder and command is RecoveryCommand.APPROVE):
        return None
    by_another = [partial(accounts.require_second, viewer, seen.seen_by, now=now)] if command is RecoveryCommand.APPROVE else []
    above = partial(accounts.require_above_holder, viewer, seen.person_id, now=now)
    return commands.hindrance(partial(refuse_own, viewer, seen), *by_another, above)
