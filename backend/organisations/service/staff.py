"""Who acts for a social organisation: its officer adds and removes staff, hands over, and staff may leave.

Somebody acts from `joined_on` until the day before `left_on`. Volunteers are added by their number together with their name: who does not
know both learns nothing about either.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, select

from backend.accounts import allowances, policy
from backend.accounts import service as accounts
from backend.accounts.limits import Written
from backend.accounts.models import Account
from backend.accounts.policy import Permission, Scope
from backend.foundation import audit, clock, facts, outbox
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, one_of
from backend.foundation.errors import Conflict
from backend.foundation.life import Step
from backend.foundation.refusals import never
from backend.organisations.events import OrganisationHandedOver, StaffAdded, StaffRemoved
from backend.organisations.models import Organisation, OrganisationChange, OrganisationStatus, Staff
from backend.organisations.queries import StaffUnknown
from backend.organisations.service import rows
from backend.organisations.service.rows import OrganisationNotVerified
from backend.people import service as people
from backend.volunteers.service import VolunteerUnknown, volunteer_of_number

HANDED_OVER = "更换负责人"


HAND_OVER = Step(
    Organisation,
    OrganisationChange,
    OrganisationStatus.VERIFIED,
    OrganisationStatus.VERIFIED,
    OrganisationHandedOver,
    Permission.ORGANISATION_HAND_OVER,
    OrganisationNotVerified,
)


class AlreadyStaff(Conflict):
    """The person acts for the organisation."""

    code: ClassVar[str] = "already_staff"
    detail = "已经是该组织的工作人员"


class NotStaff(Conflict):
    """The person does not act for the organisation, or no longer."""

    code: ClassVar[str] = "not_staff"
    detail = "不是该组织的工作人员"


class OfficerMustHandOver(Conflict):
    """The officer leaves only after another of the staff is officer."""

    code: ClassVar[str] = "officer_must_hand_over"
    detail = "请先指定新的负责人"


class AlreadyOfficer(Conflict):
    """The one named as successor is the officer."""

    code: ClassVar[str] = "already_officer"
    detail = "该工作人员已经是负责人"


def add_staff(actor: Actor, organisation_id: UUID, *, volunteer_number: str, name: str, now: datetime) -> UUID:
    """Let a registered volunteer act for the organisation from today. Returns the id by which the fact is named.

    Raises OrganisationNotVerified, VolunteerUnknown, AdultNeeded, AlreadyStaff, TooManyToday.
    """
    organisation = rows.held(organisation_id)
    rows.require(actor, Permission.STAFF_CHANGE, organisation)
    rows.require_verified(organisation)
    allowances.take(actor, Written.STAFF, now=now)
    person_id = volunteer_of_number(volunteer_number, name)
    if person_id is None:
        raise VolunteerUnknown(errors={"volunteer_number": [VolunteerUnknown.detail]})
    people.require_adult(person_id, now=now)
    staff = start_staff(actor, organisation_id, person_id, is_officer=False, now=now)
    audit.record(actor, Permission.STAFF_CHANGE, staff.id, now=now, step="added")
    return staff.fact_id


def remove_staff(actor: Actor, organisation_id: UUID, staff_id: UUID, *, reason: str, now: datetime) -> None:
    """Let somebody act no longer, with the reason. Raises OrganisationNotVerified, StaffUnknown, OfficerMustHandOver."""
    organisation = rows.held(organisation_id)
    rows.require(actor, Permission.STAFF_CHANGE, organisation)
    rows.require_verified(organisation)
    staff = _one(organisation_id, Staff.fact_id == staff_id)
    if staff is None:
        raise StaffUnknown
    if staff.person_id == organisation.officer_person_id:
        raise OfficerMustHandOver
    audit.record(actor, Permission.STAFF_CHANGE, stop_staff(actor, staff, reason=reason, now=now), now=now, step="removed")


def leave_organisation(actor: Actor, organisation_id: UUID, *, now: datetime) -> None:
    """Act for an organisation no longer, by one's own will. Raises PersonNeeded, NotStaff, OfficerMustHandOver."""
    organisation = rows.held(organisation_id)
    rows.require_seen(actor, organisation)
    person_id = people.person_of(actor)
    policy.require(actor, Permission.STAFF_LEAVE, Scope(person_id=person_id))
    staff = _one(organisation_id, Staff.person_id == person_id)
    if staff is None:
        raise NotStaff
    if person_id == organisation.officer_person_id:
        raise OfficerMustHandOver
    audit.record(actor, Permission.STAFF_LEAVE, stop_staff(actor, staff, reason=None, now=now), now=now)


@never(facts.AlreadyCorrected, because="the organisation is held")
def hand_over(actor: Actor, organisation_id: UUID, *, staff_id: UUID, now: datetime) -> None:
    """Let another of the staff be officer: by the officer, or by the community where the officer is gone. The former stays on the staff.

    Raises OrganisationNotVerified, StaffUnknown, AlreadyOfficer, DataWithdrawn, ConsentNeeded.
    """
    organisation = rows.held(organisation_id)
    rows.require(actor, Permission.ORGANISATION_HAND_OVER, organisation)
    rows.require_verified(organisation)
    successor = _one(organisation_id, Staff.fact_id == staff_id)
    if successor is None:
        raise StaffUnknown
    former = _one(organisation_id, Staff.is_officer.is_(True))
    if successor.is_officer:
        raise AlreadyOfficer
    people.require_standing(actor, successor.person_id)
    if former is not None:
        facts.revise(former, actor, now=now, reason=HANDED_OVER, is_officer=False)
    facts.revise(successor, actor, now=now, reason=HANDED_OVER, is_officer=True)
    HAND_OVER.take(
        actor,
        organisation_id,
        now=now,
        reason=HANDED_OVER,
        details={"to_person_id": str(successor.person_id)},
        officer_person_id=successor.person_id,
    )


def start_staff(actor: Actor, organisation_id: UUID, person_id: UUID, *, is_officer: bool, now: datetime) -> Staff:
    """State that the person acts for the organisation from today, with the role. The caller holds it. Raises AlreadyStaff."""
    staff = facts.state(
        Staff,
        actor,
        now=now,
        conflicts={"uq_organisation_staff_person": AlreadyStaff},
        organisation_id=organisation_id,
        person_id=person_id,
        is_officer=is_officer,
        joined_on=clock.shanghai_day(now),
    )
    accounts.grant_to_person(actor, person_id, _act_for(organisation_id), now=now)
    outbox.record(StaffAdded(staff.id), now=now)
    return staff


@never(facts.AlreadyCorrected, because="the organisation is held")
def stop_staff(actor: Actor, staff: Staff, *, reason: str | None, now: datetime) -> UUID:
    """State that the person acts for the organisation no longer, and withdraw the role. The caller holds it. Returns the revision."""
    ended = facts.revise(staff, actor, now=now, reason=reason, left_on=clock.shanghai_day(now))
    accounts.withdraw_from_person(actor, staff.person_id, _act_for(staff.organisation_id), reason=reason or "离开", now=now)
    outbox.record(StaffRemoved(ended.id), now=now)
    return ended.id


def let_act(account_ids: Sequence[UUID], *, now: datetime) -> None:
    """Let who acts for an organisation do so from the account by which they are known from now on: they did before they had one."""
    acting = (
        select(Staff.organisation_id, Staff.person_id)
        .join(Account, Account.person_id == Staff.person_id)
        .where(one_of(Account.id, account_ids), Staff.is_live())
        .order_by(Staff.organisation_id)
    )
    for organisation_id, person_id in db.session.execute(acting).all():
        accounts.grant_to_person(Actor.system(), person_id, _act_for(organisation_id), now=now)


def live_staff(organisation_id: UUID, which: ColumnElement[bool]) -> Sequence[Staff]:
    """Those who act for this organisation now and meet the condition."""
    return db.session.scalars(
        select(Staff).where(Staff.organisation_id == organisation_id, which, Staff.is_live()).order_by(Staff.fact_id)
    ).all()


def _one(organisation_id: UUID, which: ColumnElement[bool]) -> Staff | None:
    return next(iter(live_staff(organisation_id, which)), None)


def _act_for(organisation_id: UUID) -> Grant:
    return Grant(Role.ORGANISATION_STAFF, organisation_id=organisation_id)
