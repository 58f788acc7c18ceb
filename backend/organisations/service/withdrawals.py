"""What ends in organisations when somebody agrees to nothing any more: nobody acts for one whose data are not used."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from backend.accounts.policy import Permission
from backend.foundation import audit
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.life import Step
from backend.foundation.outbox import Happening
from backend.organisations.events import OrganisationWithoutOfficer
from backend.organisations.models import Organisation, OrganisationChange, OrganisationStatus, Staff
from backend.organisations.service import rows
from backend.organisations.service.life import RETURN
from backend.organisations.service.staff import live_staff, stop_staff
from backend.people.models import Person
from backend.people.service import why_ended

LEAVE_ALONE = Step(
    Organisation,
    OrganisationChange,
    OrganisationStatus.VERIFIED,
    OrganisationStatus.VERIFIED,
    OrganisationWithoutOfficer,
    Permission.STAFF_LEAVE,
)


def end_for_withdrawn(happenings: Sequence[Happening], *, now: datetime) -> None:
    """Let these people act for no organisation, and give their applications back. An organisation whose officer one of them was has none
    until the community or the rest of its staff names another. Who agreed anew meanwhile keeps what they have."""
    ended_at = {one.subject_id: one.at for one in happenings}
    withdrawn = select(Person.id).where(Person.id.in_(list(ended_at)), Person.withdrawn_at.is_not(None))
    for person_id in db.session.scalars(withdrawn.order_by(Person.id)).all():
        for organisation_id in _touched_by(person_id):
            _end(organisation_id, person_id, why_ended(person_id, at=ended_at[person_id]), now=now)


def _touched_by(person_id: UUID) -> Sequence[UUID]:
    acts_for = select(Staff.organisation_id).where(Staff.person_id == person_id, Staff.is_live())
    live = (OrganisationStatus.APPLIED, OrganisationStatus.VERIFIED)
    heads = select(Organisation.id).where(Organisation.officer_person_id == person_id, Organisation.status.in_(live))
    return sorted(db.session.scalars(acts_for.union(heads)))


def _end(organisation_id: UUID, person_id: UUID, reason: str, *, now: datetime) -> None:
    actor, organisation = Actor.system(), rows.held(organisation_id)
    for staff in live_staff(organisation_id, Staff.person_id == person_id):
        ended = stop_staff(actor, staff, reason=reason, now=now)
        audit.record(actor, Permission.STAFF_LEAVE, ended, now=now)
    if organisation.officer_person_id == person_id:
        RETURN.take_all(actor, [organisation_id], now=now, reason=reason)
        LEAVE_ALONE.take_all(actor, [organisation_id], now=now, reason=reason, officer_person_id=None)
