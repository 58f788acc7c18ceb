"""Social organisations that a street brings with it: verified since the day of their agreement or record, with their officer and staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select

from backend.accounts import service as accounts
from backend.accounts.policy import Permission
from backend.areas.models import Area
from backend.foundation import audit, clock, facts, outbox
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, one_of
from backend.foundation.facts import UNDONE
from backend.foundation.ids import new_id
from backend.foundation.life import Step
from backend.foundation.skeletons import skeleton
from backend.organisations.events import OrganisationEnded, OrganisationVerified, StaffAdded, StaffRemoved
from backend.organisations.models import Filing, Organisation, OrganisationChange, OrganisationStatus, Origin, Staff

BRING = Step(Organisation, OrganisationChange, None, OrganisationStatus.VERIFIED, OrganisationVerified, Permission.IMPORT_ENTER)
TAKE_BACK = Step(
    Organisation, OrganisationChange, OrganisationStatus.VERIFIED, OrganisationStatus.ENDED, OrganisationEnded, Permission.IMPORT_ENTER
)
_LIVE = (OrganisationStatus.APPLIED, OrganisationStatus.VERIFIED)


@dataclass(frozen=True, slots=True)
class StatedOrganisation:
    """What is said of one of them, with the numbers of its filing."""

    name: str
    community: Area
    origin: Origin
    filing: Filing
    credit_code: str | None
    record_number: str | None
    purpose: str
    counted_on: date
    proof: str


@dataclass(frozen=True, slots=True)
class BroughtOrganisation:
    """One of them; its officer is a registered volunteer and an adult."""

    stated: StatedOrganisation
    officer_id: UUID


@dataclass(frozen=True, slots=True)
class BroughtStaff:
    """That somebody acts for an organisation since a day."""

    organisation: Organisation
    person_id: UUID
    joined_on: date
    is_officer: bool = False


def standing_in(area_paths: Sequence[str], codes: Sequence[str]) -> Sequence[Organisation]:
    """Those of these communities, and whoever has one of the credit codes; also who ended here, because a body is counted once."""
    of_them = or_(one_of(Organisation.area_path, area_paths), one_of(Organisation.credit_code, codes))
    counted = or_(Organisation.status.in_(_LIVE), Organisation.counted_on.is_not(None))
    return db.session.scalars(select(Organisation).where(of_them, counted)).all()


def staff_of(organisation_ids: Sequence[UUID]) -> set[tuple[UUID, UUID]]:
    """Who acts for which of these organisations now."""
    live = select(Staff.organisation_id, Staff.person_id).where(one_of(Staff.organisation_id, organisation_ids), Staff.is_live())
    return {(row.organisation_id, row.person_id) for row in db.session.execute(live)}


def enter_organisations(actor: Actor, brought: Sequence[BroughtOrganisation], *, of: UUID, now: datetime) -> tuple[list[UUID], list[UUID]]:
    """Let them work here since their day, each with its officer. Returns the organisations and the staff. The caller has asked policy, and
    that numbers and names are free: of two imports at once the unique indexes let one pass."""
    made = [_verified(actor, one, now=now) for one in brought]
    db.session.add_all(made)
    db.session.flush()
    for organisation in made:
        BRING.begin(actor, organisation.id, now=now)
    officers = [
        BroughtStaff(organisation, one.officer_id, one.stated.counted_on, is_officer=True)
        for organisation, one in zip(made, brought, strict=True)
    ]
    return [organisation.id for organisation in made], enter_staff(actor, officers, of=of, now=now)


def enter_staff(actor: Actor, brought: Sequence[BroughtStaff], *, of: UUID, now: datetime) -> list[UUID]:
    """Let them act for their organisations since their days; who does is left out. Returns the facts. The caller has asked policy."""
    stated = [
        {"organisation_id": one.organisation.id, "person_id": one.person_id, "is_officer": one.is_officer, "joined_on": one.joined_on}
        for one in brought
    ]
    made = facts.state_missing(Staff, actor, stated, key=["organisation_id", "person_id"], among=Staff.is_live(), now=now)
    for staff in made:
        accounts.grant_to_person(actor, staff.person_id, _act_for(staff.organisation_id), now=now)
    outbox.record_all([StaffAdded(staff.id) for staff in made], now=now)
    audit.record(actor, Permission.IMPORT_ENTER, of, now=now, staff=len(made))
    return [staff.fact_id for staff in made]


def have_others(organisation_ids: Sequence[UUID], staff_ids: Sequence[UUID]) -> bool:
    """Whether somebody acts for one of them by another fact than these."""
    others = select(Staff.id).where(one_of(Staff.organisation_id, organisation_ids), ~one_of(Staff.fact_id, staff_ids), Staff.is_current())
    return db.session.scalar(others.limit(1)) is not None


def lead_or_left(staff_ids: Sequence[UUID]) -> bool:
    """Whether one of the staff is officer by now, or left."""
    moved = select(Staff.id).where(
        one_of(Staff.fact_id, staff_ids), Staff.superseded_at.is_(None), or_(Staff.left_on.is_not(None), Staff.void, Staff.is_officer)
    )
    return db.session.scalar(moved.limit(1)) is not None


def undo_staff(actor: Actor, staff_ids: Sequence[UUID], *, of: UUID, now: datetime) -> None:
    """Take back that they act for their organisations. The caller has asked policy. Raises AlreadyCorrected."""
    for staff in db.session.scalars(select(Staff).where(one_of(Staff.fact_id, staff_ids), Staff.is_current())).all():
        ended = facts.revise(staff, actor, now=now, reason=UNDONE, void=True)
        accounts.withdraw_from_person(actor, staff.person_id, _act_for(staff.organisation_id), reason=UNDONE, now=now)
        outbox.record(StaffRemoved(ended.id), now=now)
    audit.record(actor, Permission.IMPORT_ENTER, of, now=now, undone=len(staff_ids))


def undo_organisations(actor: Actor, organisation_ids: Sequence[UUID], staff_ids: Sequence[UUID], *, of: UUID, now: datetime) -> None:
    """Take organisations back: they are ended, and counted on no day. Raises AlreadyCorrected."""
    undo_staff(actor, staff_ids, of=of, now=now)
    TAKE_BACK.take_all(actor, organisation_ids, now=now, reason=UNDONE, counted_on=None, ended_on=clock.shanghai_day(now))


def _verified(actor: Actor, one: BroughtOrganisation, *, now: datetime) -> Organisation:
    stated = one.stated
    return Organisation(
        id=new_id(),
        name=stated.name,
        name_skeleton=skeleton(stated.name),
        origin=stated.origin,
        filing=stated.filing,
        credit_code=stated.credit_code,
        record_number=stated.record_number,
        area_id=stated.community.id,
        area_path=stated.community.path,
        purpose=stated.purpose,
        officer_person_id=one.officer_id,
        status=OrganisationStatus.VERIFIED,
        counted_on=stated.counted_on,
        proof=stated.proof,
        applied_at=now,
        applied_by=actor.account_id,
    )


def _act_for(organisation_id: UUID) -> Grant:
    return Grant(Role.ORGANISATION_STAFF, organisation_id=organisation_id)
