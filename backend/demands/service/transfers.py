"""Demands, and who is served, of a community that is merged into another one."""

from datetime import datetime

from backend.areas import transfers
from backend.areas.transfers import Handover
from backend.demands.events import DemandTransferred
from backend.demands.models import Beneficiary, Demand, DemandStatus
from backend.foundation import outbox

_OPEN = (DemandStatus.SUBMITTED, DemandStatus.RETURNED, DemandStatus.PUBLISHED)


def hand_on_demands(handover: Handover, *, now: datetime) -> int:
    """Let the demands of a community that are not over be those of its successor; returns how many. That they were published and claimed
    counts where it was."""
    handed_on = transfers.hand_on(Demand, Demand.status.in_(_OPEN), handover=handover, now=now)
    outbox.record_all([DemandTransferred(one) for one in handed_on], now=now)
    return len(handed_on)


def hand_on_register(handover: Handover, *, now: datetime) -> int:
    """Let who is on record in a community or grid be so in its successor; returns how many. Who ended stays where they were."""
    return len(transfers.hand_on(Beneficiary, Beneficiary.ended_at.is_(None), handover=handover, now=now))
