"""The life of a social organisation: applied for, verified or returned, ended. What it is counted as is fixed on verification."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select, true

from backend.accounts import allowances, policy
from backend.accounts.limits import Written
from backend.accounts.policy import Permission, Scope
from backend.areas import service as areas
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db, flush_or_refuse
from backend.foundation.errors import Conflict, Unprocessable
from backend.foundation.ids import new_id
from backend.foundation.life import Step, renamed_from
from backend.foundation.refusals import never
from backend.foundation.skeletons import skeleton
from backend.organisations.events import (
    OrganisationApplied,
    OrganisationEnded,
    OrganisationRenamed,
    OrganisationReturned,
    OrganisationVerified,
)
from backend.organisations.models import Filing, Organisation, OrganisationChange, OrganisationStatus, Origin
from backend.organisations.service import rows
from backend.organisations.service.days import read_credit_code, refuse_day
from backend.organisations.service.rows import NUMBERS, OrganisationNotApplied, OrganisationNotReturned, OrganisationNotVerified
from backend.organisations.service.staff import AlreadyStaff, live_staff, start_staff, stop_staff
from backend.party.service import CreditCodeInvalid
from backend.people import service as people

ENDED = "社会组织已终止"


class RecordNumberInvalid(Unprocessable):
    """One that is only on record has the community's record number, and no credit code yet."""

    code: ClassVar[str] = "record_number_invalid"
    detail = "备案编号不正确"


class OriginDiffers(Conflict):
    """The same body was counted in this street as the other: none is both introduced and incubated."""

    code: ClassVar[str] = "origin_differs"
    detail = "该组织在本街道曾以另一种来源计入，请退回申请，按原来的来源修改"


_RETURNED, _APPLIED, _VERIFIED = OrganisationStatus.RETURNED, OrganisationStatus.APPLIED, OrganisationStatus.VERIFIED
_step = partial(Step, Organisation, OrganisationChange)
APPLY = _step(None, _APPLIED, OrganisationApplied, Permission.ORGANISATION_APPLY)
AMEND = _step(_RETURNED, _APPLIED, OrganisationApplied, Permission.ORGANISATION_AMEND, OrganisationNotReturned, conflicts=NUMBERS)
VERIFY = _step(_APPLIED, _VERIFIED, OrganisationVerified, Permission.ORGANISATION_REVIEW, OrganisationNotApplied, "verified")
RETURN = _step(_APPLIED, _RETURNED, OrganisationReturned, Permission.ORGANISATION_REVIEW, OrganisationNotApplied, "returned")
RENAME = _step(
    _VERIFIED, _VERIFIED, OrganisationRenamed, Permission.ORGANISATION_REVIEW, OrganisationNotVerified, "renamed", conflicts=NUMBERS
)
END = _step(_VERIFIED, OrganisationStatus.ENDED, OrganisationEnded, Permission.ORGANISATION_REVIEW, OrganisationNotVerified, "ended")


@dataclass(frozen=True, slots=True)
class OrganisationPlan:
    """What an application says of the organisation: a credit code or a record number, as its filing has it."""

    name: str
    origin: Origin
    filing: Filing
    credit_code: str | None
    record_number: str | None
    purpose: str


def apply_for_organisation(actor: Actor, plan: OrganisationPlan, *, community_id: UUID, now: datetime) -> UUID:
    """Apply for an organisation in a community; who applies is to be its officer. Returns the organisation's id.

    Raises PersonNeeded, AdultNeeded, ConsentNeeded, CreditCodeInvalid, RecordNumberInvalid, NotACommunity, CreditCodeTaken,
    RecordNumberTaken, OrganisationNameTaken, TooManyToday, TooManyOpen.
    """
    person_id = people.adult_of(actor, now=now)
    policy.require(actor, Permission.ORGANISATION_APPLY, Scope(person_id=person_id))
    people.require_standing(actor, person_id)
    credit_code, record_number = _number(plan)
    community = areas.community(community_id)
    waiting = select(Organisation.id).where(Organisation.officer_person_id == person_id, Organisation.status == OrganisationStatus.APPLIED)
    allowances.take(actor, Written.ORGANISATION, waiting=waiting, now=now)
    organisation = Organisation(
        id=new_id(),
        name=plan.name,
        name_skeleton=skeleton(plan.name),
        origin=plan.origin,
        filing=plan.filing,
        credit_code=credit_code,
        record_number=record_number,
        area_id=community.id,
        area_path=community.path,
        purpose=plan.purpose,
        officer_person_id=person_id,
        status=OrganisationStatus.APPLIED,
        applied_at=now,
        applied_by=actor.account_id,
    )
    db.session.add(organisation)
    flush_or_refuse(NUMBERS)
    APPLY.begin(actor, organisation.id, now=now)
    return organisation.id


def amend_application(actor: Actor, organisation_id: UUID, plan: OrganisationPlan, *, now: datetime) -> None:
    """Send a returned application again, changed or not. Only the applicant may.

    Raises OrganisationNotReturned, CreditCodeInvalid, RecordNumberInvalid, CreditCodeTaken, RecordNumberTaken,
    OrganisationNameTaken, areas.NotACommunity.
    """
    organisation = rows.found(organisation_id)
    rows.require(actor, Permission.ORGANISATION_AMEND, organisation)
    areas.community(organisation.area_id)
    credit_code, record_number = _number(plan)
    AMEND.take(
        actor,
        organisation_id,
        now=now,
        name=plan.name,
        name_skeleton=skeleton(plan.name),
        origin=plan.origin,
        filing=plan.filing,
        credit_code=credit_code,
        record_number=record_number,
        purpose=plan.purpose,
        applied_at=now,
        applied_by=actor.account_id,
    )


@never(AlreadyStaff, because="an organisation has no staff before it is verified")
def verify_organisation(actor: Actor, organisation_id: UUID, *, agreed_on: date, proof: str, now: datetime) -> None:
    """Let an organisation work here; the applicant acts for it. It counts from the day of its agreement (引进) or record (培育), which a
    paper proves; a body that was counted in the street before is counted as no new one.

    Raises OrganisationNotApplied, AgreedOnInvalid, OriginDiffers.
    """
    organisation = rows.found(organisation_id)
    rows.require(actor, Permission.ORGANISATION_REVIEW, organisation)
    former = rows.counted_before(organisation)
    if former is not None and former.origin is not organisation.origin:
        raise OriginDiffers
    refuse_day(organisation, agreed_on, former, now=now)
    former_id = None if former is None else former.first_id
    VERIFY.take(actor, organisation_id, now=now, counted_on=agreed_on, proof=proof, former_id=former_id)
    assert organisation.officer_person_id is not None  # noqa: S101 - who applied
    start_staff(actor, organisation_id, organisation.officer_person_id, is_officer=True, now=now)


def return_organisation(actor: Actor, organisation_id: UUID, *, reason: str, now: datetime) -> None:
    """Give an application back with the reason, to be amended. Raises OrganisationNotApplied."""
    rows.require(actor, Permission.ORGANISATION_REVIEW, rows.found(organisation_id))
    RETURN.take(actor, organisation_id, now=now, reason=reason)


def rename_organisation(actor: Actor, organisation_id: UUID, name: str, *, reason: str, now: datetime) -> None:
    """Let an organisation go on under another name: it is the same body, counted once. The former name and why stand with the change.
    Raises OrganisationNotVerified, OrganisationNameTaken."""
    organisation = rows.held(organisation_id)
    rows.require(actor, Permission.ORGANISATION_REVIEW, organisation)
    why = renamed_from(organisation.name, reason)
    RENAME.take(actor, organisation_id, now=now, reason=why, name=name, name_skeleton=skeleton(name))


def end_organisation(actor: Actor, organisation_id: UUID, *, reason: str, now: datetime) -> None:
    """End an organisation's work here: nobody acts for it any more. Raises OrganisationNotVerified."""
    organisation = rows.held(organisation_id)
    rows.require(actor, Permission.ORGANISATION_REVIEW, organisation)
    rows.require_verified(organisation)
    END.take(actor, organisation_id, now=now, reason=reason, ended_on=clock.shanghai_day(now))
    for staff in live_staff(organisation_id, true()):
        stop_staff(actor, staff, reason=ENDED, now=now)


def _number(plan: OrganisationPlan) -> tuple[str | None, str | None]:
    """The credit code and the record number as they are kept: of one that is registered also the number under which it was on record
    before, by which it is known again; of one on record just that."""
    if plan.filing is Filing.ON_RECORD:
        _refuse_field("credit_code", plan.credit_code, RecordNumberInvalid)
        if plan.record_number is None:
            raise RecordNumberInvalid(errors={"record_number": ["必填"]})
        return None, plan.record_number
    if plan.credit_code is None:
        raise CreditCodeInvalid(errors={"credit_code": ["必填"]})
    return read_credit_code(plan.credit_code), plan.record_number


def _refuse_field(field: str, value: str | None, refusal: type[Unprocessable]) -> None:
    if value is not None:
        raise refusal(errors={field: ["不应填写"]})
