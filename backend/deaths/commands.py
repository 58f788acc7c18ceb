"""What an officer may do with the report of a death as it stands now: asked once by whoever shows it."""

from datetime import datetime
from enum import StrEnum
from functools import partial
from uuid import UUID

from backend.accounts import commands
from backend.accounts import service as accounts
from backend.accounts.commands import Found
from backend.deaths.models import Death
from backend.deaths.service import (
    CONFIRM,
    RETURN,
    UNDO,
    known_death,
    refuse_own,
    refuse_served_since,
    require_lives_here,
    scope_of,
)
from backend.foundation.actor import Actor
from backend.foundation.errors import Refusal


class DeathCommand(StrEnum):
    """What is done with the report of a death."""

    CONFIRM = "confirm"
    RETURN = "return"
    UNDO = "undo"


_STEPS = {DeathCommand.CONFIRM: (CONFIRM,), DeathCommand.RETURN: (RETURN,), DeathCommand.UNDO: (UNDO,)}


def commands_on_death(viewer: Actor, death_id: UUID, *, now: datetime) -> Found[DeathCommand]:
    """What the viewer may do with a report, and of each what stands in its way now (None: nothing). Raises Missing."""
    return _commands_on(viewer, known_death(viewer, death_id), now)


def require_death_command(viewer: Actor, death_id: UUID, command: DeathCommand, *, now: datetime, refused: bool) -> None:
    """Let pass who may do this with a report now, or has that right and was `refused` it just now. Raises Missing, Forbidden, and unless it
    was refused already what stands in the way."""
    seen = known_death(viewer, death_id)
    commands.require_right(viewer, _STEPS, command, scope_of(seen))
    if not refused:
        commands.require_way(_STEPS, command, _commands_on(viewer, seen, now))


def _commands_on(viewer: Actor, seen: Death, now: datetime) -> Found[DeathCommand]:
    doable = commands.possible(viewer, _STEPS, seen.status, scope_of(seen))
    return {command: _hindrance(viewer, seen, command, now) for command in doable}


def _hindrance(viewer: Actor, seen: Death, command: DeathCommand, now: datetime) -> type[Refusal] | None:
    match command:
        case DeathCommand.RETURN:
            return None
        case DeathCommand.UNDO:
            return commands.hindrance(partial(accounts.require_second, viewer, seen.confirmed_by, now=now))
        case DeathCommand.CONFIRM:
            return commands.hindrance(
                partial(refuse_own, viewer, seen.person_id),
                partial(accounts.require_second, viewer, seen.reported_by, now=now),
                partial(accounts.require_above_holder, viewer, seen.person_id, now=now),
                partial(require_lives_here, seen),
                partial(refuse_served_since, seen.person_id, seen.died_on),
            )
