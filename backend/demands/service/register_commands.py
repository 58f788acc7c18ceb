"""What somebody may do with who is on record as it stands now: asked once by whoever shows it, so that nothing is offered that would be
refused."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial
from uuid import UUID

from backend.accounts import commands, policy
from backend.accounts.commands import Found
from backend.accounts.policy import Permission, Scope
from backend.attendance import service as attendance
from backend.attendance.service import NoDoorCode
from backend.demands.models import Beneficiary
from backend.demands.service.bases import BasisMissing, BasisStated, BeneficiaryEnded, require_age_known, require_readable, standing_basis
from backend.demands.service.beneficiaries import require_reader
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Forbidden, Missing, Refusal


class BeneficiaryCommand(StrEnum):
    """What is done with somebody on record."""

    REVEAL = "reveal"
    STATE_CONSENT = "state_consent"
    STATE_CARE = "state_care"
    WITHDRAW_BASIS = "withdraw_basis"
    ISSUE_DOOR_CODE = "issue_door_code"
    END_DOOR_CODE = "end_door_code"
    MOVE = "move"
    MERGE = "merge"
    END = "end"


_RIGHTS: Mapping[BeneficiaryCommand, tuple[Permission, ...]] = {
    BeneficiaryCommand.REVEAL: (Permission.BENEFICIARY_REVEAL,),
    BeneficiaryCommand.STATE_CONSENT: (Permission.BENEFICIARY_CHANGE,),
    BeneficiaryCommand.STATE_CARE: (Permission.BENEFICIARY_CHANGE, Permission.DEMAND_SUBMIT),  # as _require_fit of bases.py asks
    BeneficiaryCommand.WITHDRAW_BASIS: (Permission.BENEFICIARY_CHANGE,),
    BeneficiaryCommand.ISSUE_DOOR_CODE: (Permission.DOOR_CODE_ISSUE,),
    BeneficiaryCommand.END_DOOR_CODE: (Permission.DOOR_CODE_ISSUE,),
    BeneficiaryCommand.MOVE: (Permission.BENEFICIARY_SETTLE,),
    BeneficiaryCommand.MERGE: (Permission.BENEFICIARY_SETTLE,),
    BeneficiaryCommand.END: (Permission.BENEFICIARY_SETTLE,),
}
"""By whose right each is done: all of these."""
_OVER: Mapping[BeneficiaryCommand, type[Refusal]] = {
    BeneficiaryCommand.STATE_CONSENT: BasisStated,
    BeneficiaryCommand.STATE_CARE: BasisStated,
    BeneficiaryCommand.WITHDRAW_BASIS: BasisMissing,
    BeneficiaryCommand.END_DOOR_CODE: NoDoorCode,
}
"""By what is refused what cannot be done as basis and door code stand."""


def require_may_add(viewer: Actor) -> None:
    """Let pass who may put somebody on record in some area that they see. Raises Forbidden."""
    if not may_add(viewer):
        raise Forbidden(policy.who_may(Permission.BENEFICIARY_ADD))


def may_add(viewer: Actor) -> bool:
    """Whether the viewer may put somebody on record, and sees them then."""
    return all(policy.area_paths(viewer, needed) for needed in (Permission.BENEFICIARY_ADD, Permission.BENEFICIARY_SEE))


def commands_on_beneficiary(viewer: Actor, beneficiary_id: UUID, *, now: datetime) -> Found[BeneficiaryCommand]:
    """What the viewer may do with somebody on record, and of each what stands in its way now (None: nothing). Raises Missing."""
    return _commands_on(viewer, _known(viewer, beneficiary_id), now)


def require_beneficiary_command(
    viewer: Actor, beneficiary_id: UUID, command: BeneficiaryCommand, *, now: datetime, refused: bool = False
) -> None:
    """Let pass who may do this with somebody now, or has that right and was `refused` it just now. Raises Missing, Forbidden, and unless it
    was refused already what stands in the way."""
    seen = _known(viewer, beneficiary_id)
    for needed in _RIGHTS[command]:
        policy.require(viewer, needed, _scope_of(seen))
    if refused:
        return
    found = _commands_on(viewer, seen, now)
    refusal = found[command] if command in found else BeneficiaryEnded if seen.ended_at is not None else _OVER[command]
    if refusal is not None:
        raise refusal


def _known(viewer: Actor, beneficiary_id: UUID) -> Beneficiary:
    beneficiary = db.session.get(Beneficiary, beneficiary_id)
    if beneficiary is None:
        raise Missing
    policy.require_seen(viewer, Permission.BENEFICIARY_SEE, _scope_of(beneficiary))
    return beneficiary


def _scope_of(beneficiary: Beneficiary) -> Scope:
    return Scope(area_path=beneficiary.area_path)


def _commands_on(viewer: Actor, seen: Beneficiary, now: datetime) -> Found[BeneficiaryCommand]:
    if seen.ended_at is not None:
        return {}
    over: set[type[Refusal]] = {BasisMissing if standing_basis(seen.id) is None else BasisStated}
    if not attendance.has_door_code(seen.id):
        over.add(NoDoorCode)
    doable = [
        command
        for command, rights in _RIGHTS.items()
        if _OVER.get(command) not in over and all(policy.allows(viewer, needed, _scope_of(seen)) for needed in rights)
    ]
    return {command: _hindrance(viewer, seen, command, now) for command in doable}


def _hindrance(viewer: Actor, seen: Beneficiary, command: BeneficiaryCommand, now: datetime) -> type[Refusal] | None:
    match command:
        case BeneficiaryCommand.REVEAL:
            return commands.hindrance(partial(require_reader, viewer, seen, now=now), partial(require_readable, seen))
        case BeneficiaryCommand.STATE_CONSENT:
            return commands.hindrance(partial(require_age_known, seen))
        case _:
            return None
