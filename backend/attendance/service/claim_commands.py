"""What somebody may do with a claim as it stands now: asked once by whoever shows it, so that nothing is offered that would be refused.
Claims are made below; whether a place is given back depends on who has signed in, which is known here."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select

from backend.accounts.commands import Found
from backend.attendance.service.releases import ClaimOver, require_release, why_not_released
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Forbidden, Missing, Refusal
from backend.openings import service as openings
from backend.openings.models import Claim, ClaimStatus
from backend.openings.service import ClaimAnswered, ClaimReleased, OwnClaim


class ClaimCommand(StrEnum):
    """What is done with a claim."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    RELEASE = "release"


_SAID_BY_THE_CLAIM = (ClaimAnswered, ClaimReleased, ClaimOver)
"""What its status and its time tell already of a command that cannot be done."""


def commands_on_claim(viewer: Actor, claim_id: UUID, *, now: datetime) -> Found[ClaimCommand]:
    """What the viewer may do with a claim that they may see, and of each what stands in its way now (None: nothing). Whoever answers what
    is asked for is not offered to withdraw it as well."""
    found: dict[ClaimCommand, type[Refusal] | None] = {}
    for command in ClaimCommand:
        try:
            found[command] = _require_right(viewer, claim_id, command) or _in_the_way(claim_id, command, now)
        except (Forbidden, Missing):
            continue
    if ClaimCommand.REFUSE in found and found[ClaimCommand.REFUSE] is None:
        found.pop(ClaimCommand.RELEASE, None)
    return {command: refusal for command, refusal in found.items() if refusal not in _SAID_BY_THE_CLAIM}


def require_claim_command(viewer: Actor, claim_id: UUID, command: ClaimCommand, *, now: datetime, refused: bool) -> None:
    """Let pass who may do this with a claim now, or has that right and was `refused` it just now. Raises Missing, Forbidden, OwnClaim, and
    unless it was refused already what stands in the way."""
    own = _require_right(viewer, claim_id, command)
    if own is not None:
        raise own
    refusal = None if refused else _in_the_way(claim_id, command, now)
    if refusal is not None:
        raise refusal


def _require_right(viewer: Actor, claim_id: UUID, command: ClaimCommand) -> type[Refusal] | None:
    """Raises Missing, Forbidden; whose own it is has the right, and is told why they do not use it."""
    if command is ClaimCommand.RELEASE:
        require_release(viewer, claim_id)
        return None
    try:
        openings.require_review(viewer, claim_id)
    except OwnClaim:
        return OwnClaim if _waits(claim_id) else ClaimAnswered
    return None


def _in_the_way(claim_id: UUID, command: ClaimCommand, now: datetime) -> type[Refusal] | None:
    if command is ClaimCommand.RELEASE:
        return why_not_released(claim_id, now=now)
    if not _waits(claim_id):
        return ClaimAnswered
    late = command is ClaimCommand.ACCEPT and db.session.scalar(select(openings.is_too_late(now)).where(Claim.id == claim_id))
    return ClaimAnswered if late else None


def _waits(claim_id: UUID) -> bool:
    return db.session.scalar(select(Claim.status).where(Claim.id == claim_id)) is ClaimStatus.ASKED
