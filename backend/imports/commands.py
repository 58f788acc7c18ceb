"""What an officer may do with an import as it stands now: asked once by whoever shows it."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from uuid import UUID

from backend.accounts import policy
from backend.accounts.commands import Found
from backend.accounts.policy import Permission, Scope
from backend.foundation.actor import Actor
from backend.imports.models import Import, ImportKind, ImportStatus
from backend.imports.service import KINDS, OPERATED, ImportNotReady, known_import
from backend.imports.work import TO_CHECK, TO_ENTER, TO_UNDO, ImportAtWork, is_at_work


class ImportCommand(StrEnum):
    """What is done with it, each as long work."""

    ENTER = "enter"
    CHECK = "check"
    UNDO = "undo"


_READY: Mapping[ImportCommand, Collection[ImportStatus]] = {
    ImportCommand.ENTER: TO_ENTER,
    ImportCommand.CHECK: TO_CHECK,
    ImportCommand.UNDO: TO_UNDO,
}


def kinds_to_bring() -> list[ImportKind]:
    """Those that officers bring, in the order in which they refer to one another."""
    return [kind for kind in KINDS if kind not in OPERATED]


def areas_to_bring_for(viewer: Actor) -> list[str]:
    """The paths of the areas for which the viewer may bring workbooks. Raises Forbidden where there is none."""
    return policy.require_areas(viewer, Permission.IMPORT_ENTER)


def may_bring_some(viewer: Actor) -> bool:
    """Whether there is an area for which the viewer may bring workbooks."""
    return policy.could_by_area(viewer, Permission.IMPORT_ENTER)


def commands_on_import(viewer: Actor, import_id: UUID) -> Found[ImportCommand]:
    """What the viewer may do with it, and of each what stands in its way now (None: nothing). Raises Missing."""
    return _commands_on(viewer, known_import(viewer, import_id))


def require_import_command(viewer: Actor, import_id: UUID, command: ImportCommand, *, refused: bool) -> None:
    """Let pass who may do this with it now, or has that right and was `refused` it just now. Raises Missing, Forbidden, and unless it was
    refused already ImportAtWork, ImportNotReady."""
    known = known_import(viewer, import_id)
    policy.require(viewer, Permission.IMPORT_ENTER, Scope(area_path=known.area_path))
    refusal = _commands_on(viewer, known).get(command, ImportNotReady)
    if refusal is not None and not refused:
        raise refusal


def _commands_on(viewer: Actor, known: Import) -> Found[ImportCommand]:
    if ImportKind(known.kind) in OPERATED or not policy.allows(viewer, Permission.IMPORT_ENTER, Scope(area_path=known.area_path)):
        return {}
    hindrance = ImportAtWork if is_at_work(known) else None
    return {command: hindrance for command, ready in _READY.items() if known.status in ready}
