"""Registrations whose community is merged into another one."""

from datetime import datetime

from backend.areas import transfers
from backend.areas.transfers import Handover
from backend.foundation import outbox
from backend.registration.events import RegistrationTransferred
from backend.registration.models import ACTIVE, MemberRegistration, RegistrationStatus


def hand_on_registrations(handover: Handover, *, now: datetime) -> int:
    """Let the registrations with a community, also those that wait or were returned, go on with its successor; returns how many."""
    open_ones = MemberRegistration.status.in_((*ACTIVE, RegistrationStatus.RETURNED))
    handed_on = transfers.hand_on_facts(MemberRegistration, open_ones, handover=handover, now=now, counted=True)
    outbox.record_all([RegistrationTransferred(one) for one in handed_on], now=now)
    return len(handed_on)
