"""Organisations whose community is merged into another one."""

from datetime import datetime

from backend.areas import transfers
from backend.areas.transfers import Handover
from backend.foundation import outbox
from backend.organisations.events import OrganisationTransferred
from backend.organisations.models import Organisation, OrganisationStatus
from backend.organisations.service.rows import NUMBERS


def hand_on_organisations(handover: Handover, *, now: datetime) -> int:
    """Let the organisations of a community go on in its successor; returns how many. Those that ended stay where they were.

    Raises OrganisationNameTaken, RecordNumberTaken.
    """
    live = Organisation.status != OrganisationStatus.ENDED
    handed_on = transfers.hand_on(Organisation, live, handover=handover, now=now, refusals=NUMBERS)
    outbox.record_all([OrganisationTransferred(one) for one in handed_on], now=now)
    return len(handed_on)
