"""Two rows that are one work unit: whatever names the one goes to the other."""

from datetime import datetime
from uuid import UUID

from backend.accounts import service as accounts
from backend.foundation.actor import Actor
from backend.openings import service as openings
from backend.party import service as party


def merge_work_units(actor: Actor, given_id: UUID, kept_id: UUID, *, now: datetime) -> None:
    """Say that two rows are one unit: its members, also those of before, who acts for it, its claims and invitations go to the row that
    stays, and so do the registrations, which are of the unit where the member works.

    Raises WorkUnitsDiffer, AlreadyCorrected, Missing, Forbidden.
    """
    party.hand_on_unit(actor, given_id, kept_id, now=now)
    party.hand_on_members(actor, given_id, kept_id, now=now)
    openings.hand_on_unit(actor, given_id, kept_id, now=now)
    accounts.hand_on_unit(actor, given_id, kept_id, now=now)
