"""Whom a reminder of the year may name: a word for each group of people."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select

from backend.registration.models import MemberRegistration, RegistrationStatus
from backend.volunteers.models import Volunteer

PEOPLE: Mapping[str, Select[*tuple[Any, ...]]] = {
    "registered_members": select(MemberRegistration.person_id.label("recipient_id"))
    .where(MemberRegistration.is_current(), MemberRegistration.status == RegistrationStatus.ACCEPTED)
    .distinct(),
    "volunteers": select(Volunteer.person_id.label("recipient_id")).where(Volunteer.is_live()).distinct(),
}
"""Each selects `recipient_id`, once."""
