"""What somebody may do with a past activity as it stands now: asked once by whoever shows it."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import exists, select

from backend.accounts import policy
from backend.accounts.commands import Found
from backend.accounts.policy import Permission, Scope
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Forbidden, Missing, Refusal
from backend.late_entries.models import LateEntry, LateEntryStatus, LateProof
from backend.late_entries.proofs import LateEntryUnproven, require_open_to_proof
from backend.late_entries.refusals import LateEntryDecided
from backend.late_entries.service import own_in


class LateEntryCommand(StrEnum):
    """What is done with it."""

    APPROVE = "approve"
    REFUSE = "refuse"


def commands_on_late_entry(viewer: Actor, entry_id: UUID) -> Found[LateEntryCommand]:
    """What the viewer may do with it, and of each what stands in its way now (None: nothing). Raises Missing."""
    return _commands_on(viewer, _seen(viewer, entry_id))


def require_late_entry_command(viewer: Actor, entry_id: UUID, command: LateEntryCommand, *, refused: bool) -> None:
    """Let pass who may do this with it now, or has that right and was `refused` it just now. Raises Missing, Forbidden, and unless it
    was refused already what stands in the way."""
    seen = _seen(viewer, entry_id)
    if not policy.allows(viewer, Permission.LATE_ENTRY_DECIDE, Scope(area_path=seen.area_path)):
        raise Forbidden(policy.who_may(Permission.LATE_ENTRY_DECIDE))
    refusal = _commands_on(viewer, seen).get(command, LateEntryDecided)
    if refusal is not None and not refused:
        raise refusal


def may_enter_some(viewer: Actor) -> bool:
    """Whether there is a community of which the viewer may enter past activities."""
    return policy.could_by_area(viewer, Permission.LATE_ENTRY_ENTER)


def areas_to_enter_for(viewer: Actor) -> list[str]:
    """The paths of the areas of which the viewer may enter past activities. Raises Forbidden where there is none."""
    return policy.require_areas(viewer, Permission.LATE_ENTRY_ENTER)


def may_prove(viewer: Actor, entry_id: UUID) -> bool:
    """Whether the viewer may bring files that prove it: they entered it, and nobody decided yet. Raises Missing."""
    try:
        require_open_to_proof(viewer, entry_id)
    except (Forbidden, LateEntryDecided):
        return False
    return True


def may_read_proofs(viewer: Actor, entry_id: UUID) -> bool:
    """Whether the viewer may fetch the files that prove it. Raises Missing."""
    return policy.allows(viewer, Permission.LATE_ENTRY_DECIDE, Scope(area_path=_seen(viewer, entry_id).area_path))


def _commands_on(viewer: Actor, seen: LateEntry) -> Found[LateEntryCommand]:
    if seen.status is not LateEntryStatus.SUBMITTED:
        return {}
    if not policy.allows(viewer, Permission.LATE_ENTRY_DECIDE, Scope(area_path=seen.area_path)):
        return {}
    own: type[Refusal] | None = own_in(viewer, seen)
    return {LateEntryCommand.APPROVE: own or _unproven(seen), LateEntryCommand.REFUSE: own}


def _unproven(seen: LateEntry) -> type[Refusal] | None:
    proven = seen.no_file_because or db.session.scalar(select(exists().where(LateProof.entry_id == seen.id)))
    return None if proven else LateEntryUnproven


def _seen(viewer: Actor, entry_id: UUID) -> LateEntry:
    entry = db.session.get(LateEntry, entry_id)
    if entry is None:
        raise Missing
    policy.require_seen(viewer, Permission.LATE_ENTRY_SEE, Scope(area_path=entry.area_path))
    return entry
