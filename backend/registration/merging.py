"""Two rows that are one work unit: whatever names the one goes to the other. And a unit that ends."""

from datetime import datetime
from uuid import UUID

from backend.accounts import service as accounts
from backend.foundation.actor import Actor
from backend.openings import service as openings
from backend.party import service as party

UNIT_ENDED = "单位已终止"


def merge_work_units(actor: Actor, given_id: UUID, kept_id: UUID, *, now: datetime) -> None:
    """Say that two rows are one unit: its members, also those of before, who acts for it, its claims and invitations go to the row that
    stays, and so do the registrations, which are of the unit where the member works.

    Raises WorkUnitsDiffer, AlreadyCorrected, Missing, Forbidden.
    """
    party.hand_on_unit(actor, given_id, kept_id, now=now)
    party.hand_on_members(actor, given_id, kept_id, now=now)
    openings.hand_on_unit(actor, given_id, kept_id, now=now)
    accounts.hand_on_unit(actor, given_id, kept_id, now=now)


def end_work_unit(actor: Actor, unit_id: UUID, *, reason: str, now: datetime) -> None:
    """Say that a unit is no employer any more: nobody acts for it or chooses it, and its invitations end. Registrations of who worked there
    go on, and nothing that was counted moves. Raises AlreadyCorrected (an invitation ends at this moment), Missing, Forbidden."""
    party.end_unit(actor, unit_id, reason=reason, now=now)
    openings.end_invitations_of_unit(actor, unit_id, reason=UNIT_ENDED, now=now)
    accounts.withdraw_from_unit(actor, unit_id, reason="work_unit_ended", now=now)
