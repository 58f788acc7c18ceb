"""What somebody may do with a correction as it stands now: asked once by whoever shows it."""

from datetime import datetime
from enum import StrEnum
from functools import partial
from uuid import UUID

from backend.accounts import commands
from backend.accounts import service as accounts
from backend.accounts.commands import Found
from backend.corrections.models import IdentityCorrection
from backend.corrections.service import CONFIRM, RETURN, known_correction, refuse_own, scope_of
from backend.foundation.actor import Actor
from backend.foundation.errors import Refusal


class CorrectionCommand(StrEnum):
    """What is done with a correction that was proposed."""

    CONFIRM = "confirm"
    RETURN = "return"


_STEPS = {CorrectionCommand.CONFIRM: (CONFIRM,), CorrectionCommand.RETURN: (RETURN,)}


def commands_on_correction(viewer: Actor, correction_id: UUID, *, now: datetime) -> Found[CorrectionCommand]:
    """What the viewer may do with a correction, and of each what stands in its way now (None: nothing). Raises Missing."""
    return _commands_on(viewer, known_correction(viewer, correction_id), now)


def require_correction_command(viewer: Actor, correction_id: UUID, command: CorrectionCommand, *, now: datetime, refused: bool) -> None:
    """Let pass who may do this with a correction now, or has that right and was `refused` it just now. Raises Missing, Forbidden, and
    unless it was refused already what stands in the way."""
    seen = known_correction(viewer, correction_id)
    commands.require_right(viewer, _STEPS, command, scope_of(seen))
    if not refused:
        commands.require_way(_STEPS, command, _commands_on(viewer, seen, now))


def _commands_on(viewer: Actor, seen: IdentityCorrection, now: datetime) -> Found[CorrectionCommand]:
    doable = commands.possible(viewer, _STEPS, seen.status, scope_of(seen))
    return {command: _hindrance(viewer, seen, now) if command is CorrectionCommand.CONFIRM else None for command in doable}


def _hindrance(viewer: Actor, seen: IdentityCorrection, now: datetime) -> type[Refusal] | None:
    return commands.hindrance(
        partial(refuse_own, viewer, seen.person_id),
        partial(accounts.require_second, viewer, seen.proposed_by, now=now),
        partial(accounts.require_above_holder, viewer, seen.person_id, now=now),
    )
