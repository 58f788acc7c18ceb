"""What somebody may do with a social organisation as it stands now, beside what its own staff do: asked once by whoever shows it."""

from enum import StrEnum
from uuid import UUID

from backend.accounts import commands
from backend.accounts.commands import Found
from backend.foundation.actor import Actor
from backend.organisations.models import Filing, Organisation
from backend.organisations.service import rows
from backend.organisations.service.days import NotOnRecord
from backend.organisations.service.life import END, RENAME, RETURN, VERIFY, OriginDiffers
from backend.organisations.service.staff import HAND_OVER


class OrganisationCommand(StrEnum):
    """What is done with an organisation by its community."""

    VERIFY = "verify"
    RETURN = "return"
    HAND_OVER = "hand_over"
    RENAME = "rename"
    REGISTER = "register"
    END = "end"


_STEPS = {
    OrganisationCommand.VERIFY: (VERIFY,),
    OrganisationCommand.RETURN: (RETURN,),
    OrganisationCommand.HAND_OVER: (HAND_OVER,),
    OrganisationCommand.RENAME: (RENAME,),
    OrganisationCommand.REGISTER: (RENAME,),  # of one that is verified, by the same right
    OrganisationCommand.END: (END,),
}


def commands_on_organisation(viewer: Actor, organisation_id: UUID) -> Found[OrganisationCommand]:
    """What the viewer may do with an organisation, and of each what stands in its way now (None: nothing). Raises Missing."""
    return _commands_on(viewer, _seen(viewer, organisation_id))


def require_organisation_command(viewer: Actor, organisation_id: UUID, command: OrganisationCommand, *, refused: bool) -> None:
    """Let pass who may do this with an organisation now, or has that right and was `refused` it just now. Raises Missing, Forbidden, and
    unless it was refused already what stands in the way."""
    organisation = _seen(viewer, organisation_id)
    commands.require_right(viewer, _STEPS, command, rows.scope_of(organisation))
    if refused:
        return
    if command is OrganisationCommand.REGISTER and organisation.filing is not Filing.ON_RECORD:
        raise NotOnRecord
    commands.require_way(_STEPS, command, _commands_on(viewer, organisation))


def _seen(viewer: Actor, organisation_id: UUID) -> Organisation:
    organisation = rows.found(organisation_id)
    rows.require_seen(viewer, organisation)
    return organisation


def _commands_on(viewer: Actor, organisation: Organisation) -> Found[OrganisationCommand]:
    doable = commands.possible(viewer, _STEPS, organisation.status, rows.scope_of(organisation))
    was_other = OrganisationCommand.VERIFY in doable and _differs(organisation)
    if organisation.filing is not Filing.ON_RECORD and OrganisationCommand.REGISTER in doable:
        doable.remove(OrganisationCommand.REGISTER)
    return {command: OriginDiffers if was_other and command is OrganisationCommand.VERIFY else None for command in doable}


def _differs(organisation: Organisation) -> bool:
    former = rows.counted_before(organisation)
    return former is not None and former.origin is not organisation.origin
