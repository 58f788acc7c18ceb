"""What a community may do with a wish to move here as it stands now: asked once by whoever shows it."""

from enum import StrEnum
from uuid import UUID

from backend.accounts import commands
from backend.accounts.commands import Found
from backend.foundation.actor import Actor
from backend.relocations.models import Relocation
from backend.relocations.service import ACCEPT, REFUSE, OwnRelocation, known_relocation, scope_of


class RelocationCommand(StrEnum):
    """What is done with a wish by the community that is asked."""

    ACCEPT = "accept"
    REFUSE = "refuse"


_STEPS = {RelocationCommand.ACCEPT: (ACCEPT,), RelocationCommand.REFUSE: (REFUSE,)}


def commands_on_relocation(viewer: Actor, relocation_id: UUID) -> Found[RelocationCommand]:
    """What the viewer may do with a wish, and of each what stands in its way now (None: nothing). Raises Missing."""
    return _commands_on(viewer, known_relocation(viewer, relocation_id))


def require_relocation_command(viewer: Actor, relocation_id: UUID, command: RelocationCommand, *, refused: bool) -> None:
    """Let pass who may do this with a wish now, or has that right and was `refused` it just now. Raises Missing, Forbidden, and unless it
    was refused already what stands in the way."""
    seen = known_relocation(viewer, relocation_id)
    commands.require_right(viewer, _STEPS, command, scope_of(seen))
    if not refused:
        commands.require_way(_STEPS, command, _commands_on(viewer, seen))


def _commands_on(viewer: Actor, seen: Relocation) -> Found[RelocationCommand]:
    doable = commands.possible(viewer, _STEPS, seen.status, scope_of(seen))
    # Who takes back their consent takes the wish back with it, so that nothing else is left to stand in the way.
    return dict.fromkeys(doable, OwnRelocation if viewer.person_id == seen.person_id else None)
