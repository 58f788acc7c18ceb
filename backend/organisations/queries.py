"""Reads of social organisations: lists and sheets as they are shown, and what claims, attendance and statistics ask. Names are
masked, save for who must call the person."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope, ScopeColumns
from backend.areas.models import Area
from backend.areas.queries import lies_in
from backend.foundation.actor import Actor
from backend.foundation.database import Column, db
from backend.foundation.errors import Missing
from backend.foundation.facts import reason_in_words
from backend.foundation.life import StepLine, steps_of
from backend.foundation.masking import masked
from backend.foundation.paging import AnyRow, Order, Page, PageRequest, TimeSort
from backend.foundation.search import EVER, Days, as_asked, found
from backend.foundation.terms import Word
from backend.organisations.models import DayCorrection, Organisation, OrganisationChange, OrganisationStatus, Origin, Staff
from backend.people.models import Person
from backend.people.queries import name_for
from backend.volunteers.queries import person_sought

SCOPE = ScopeColumns(area_path=Organisation.area_path, organisation_id=Organisation.id, person_id=Organisation.officer_person_id)
NEWEST_FIRST = Order((Organisation.id,), latest_first=True, name="latest")
BY_NAME = Order((Organisation.name, Organisation.id), name="name")
LATEST_CORRECTED = Order((DayCorrection.id,), latest_first=True)
STAFF_ID = Staff.fact_id.label("id")
AS_THEY_JOINED = Order((STAFF_ID,))


class StaffUnknown(Missing):
    """Nobody who acts for this organisation has this id."""

    code: ClassVar[str] = "staff_unknown"
    detail = "没有找到这名工作人员"


class OrganisationSort(Word):
    """In which order organisations are listed: the latest application first, or by name."""

    LATEST = "latest", "新申请的在前"
    NAME = "name", "按名称"


@dataclass(frozen=True, slots=True)
class OrganisationSearch:
    """Which organisations somebody looks for. `q`: name, credit code and record number; `days`: from which they count."""

    q: str | None = None
    community_id: UUID | None = None
    origin: Origin | None = None
    days: Days = EVER


def organisations_of_status(
    viewer: Actor,
    status: OrganisationStatus | None,
    search: OrganisationSearch,
    *,
    sort: OrganisationSort,
    for_me: bool = False,
    in_care: bool = False,
    page: PageRequest,
) -> Page[AnyRow]:
    """Organisations of one status (None: of any): verified ones are public, of the others only what the viewer may see. `for_me`: only
    those that wait for the viewer; `in_care`: also of the verified ones only those that the viewer might see if they were not public."""
    sought = found(search.q, Organisation.name, Organisation.credit_code, Organisation.record_number)
    wanted = _lines().where(as_asked((Organisation.status, status)), sought, search.days.hold(Organisation.counted_on))
    if in_care or status is not OrganisationStatus.VERIFIED:
        wanted = wanted.where(policy.visible(viewer, Permission.ORGANISATION_SEE, SCOPE))
    wanted = wanted.where(as_asked((Organisation.origin, search.origin)), lies_in(Organisation.area_path, search.community_id))
    if for_me:
        wanted = wanted.where(or_(is_to_review(viewer), lacks_officer(viewer), is_to_amend(viewer)))
    return _ordered(sort).page(wanted, page)


def _ordered(sort: OrganisationSort) -> Order:
    return BY_NAME if sort is OrganisationSort.NAME else NEWEST_FIRST


def looks_after_some(viewer: Actor) -> bool:
    """Whether the viewer sees the organisations of some area, beside the public ones and their own."""
    return policy.could_by_area(viewer, Permission.ORGANISATION_SEE)


def areas_looked_after(viewer: Actor) -> list[str]:
    """The paths of the areas of which the viewer sees all organisations."""
    return policy.area_paths(viewer, Permission.ORGANISATION_SEE)


def is_to_review(viewer: Actor) -> ColumnElement[bool]:
    """Condition: the organisation was applied for, and the viewer is to verify or return it."""
    mine = policy.visible(viewer, Permission.ORGANISATION_REVIEW, ScopeColumns(area_path=Organisation.area_path))
    return and_(Organisation.status == OrganisationStatus.APPLIED, mine)


def lacks_officer(viewer: Actor) -> ColumnElement[bool]:
    """Condition: nobody heads the organisation, and the viewer is to name somebody, or to end it."""
    mine = policy.visible(viewer, Permission.ORGANISATION_HAND_OVER, ScopeColumns(area_path=Organisation.area_path))
    return and_(Organisation.status == OrganisationStatus.VERIFIED, Organisation.officer_person_id.is_(None), mine)


def is_to_amend(viewer: Actor) -> ColumnElement[bool]:
    """Condition: the viewer's application was returned."""
    mine = policy.visible(viewer, Permission.ORGANISATION_AMEND, ScopeColumns(person_id=Organisation.officer_person_id))
    return and_(Organisation.status == OrganisationStatus.RETURNED, mine)


def organisations_of_person(person_id: UUID | None, *, sort: OrganisationSort, page: PageRequest) -> Page[AnyRow]:
    """The organisations that a person (None: nobody) acts for, is the officer of or applied for, whatever became of them."""
    acts_for = select(Staff.organisation_id).where(Staff.person_id == person_id, Staff.is_live())
    heads = select(Organisation.id).where(Organisation.officer_person_id == person_id)
    return _ordered(sort).page(_lines().where(Organisation.id.in_(acts_for.union(heads))), page)


def organisation_sheet(viewer: Actor, organisation_id: UUID) -> AnyRow:
    """One organisation. Raises Missing where the viewer may not open it."""
    last = (
        select(reason_in_words(OrganisationChange.reason))
        .where(OrganisationChange.organisation_id == Organisation.id, OrganisationChange.to_status == Organisation.status)
        .where(Organisation.status.in_((OrganisationStatus.RETURNED, OrganisationStatus.ENDED)))
        .order_by(OrganisationChange.at.desc(), OrganisationChange.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    row = db.session.execute(
        _lines()
        .add_columns(
            Organisation.purpose,
            Organisation.ended_on,
            case((policy.visible(viewer, Permission.ORGANISATION_SEE, SCOPE), Organisation.proof)).label("proof"),
            Organisation.registered_on,
            Organisation.former_id.is_not(None).label("came_back"),
            Organisation.area_path,
            Organisation.officer_person_id,
            last.label("reason"),
        )
        .where(Organisation.id == organisation_id)
    ).one_or_none()
    if row is None:
        raise Missing
    if row.status is not OrganisationStatus.VERIFIED:
        scope = Scope(area_path=row.area_path, organisation_id=row.id, person_id=row.officer_person_id)
        policy.require_seen(viewer, Permission.ORGANISATION_SEE, scope)
    return row


def day_corrections(viewer: Actor, organisation_id: UUID, *, sort: TimeSort, page: PageRequest) -> Page[AnyRow]:
    """How the day from which an organisation counts was corrected, for who sees its papers. Raises Missing, Forbidden."""
    organisation = db.session.get(Organisation, organisation_id)
    if organisation is None:
        raise Missing
    scope = Scope(area_path=organisation.area_path, organisation_id=organisation.id, person_id=organisation.officer_person_id)
    policy.require_seen(viewer, Permission.ORGANISATION_SEE, scope)
    shown = (DayCorrection.id, DayCorrection.at, DayCorrection.reason, DayCorrection.was, DayCorrection.counted_on, DayCorrection.proof)
    return LATEST_CORRECTED.sorted_by(sort).page(select(*shown).where(DayCorrection.organisation_id == organisation_id), page)


def staff_of_organisation(viewer: Actor, organisation_id: UUID, *, search: str | None, now: datetime, page: PageRequest) -> Page[AnyRow]:
    """Those who act for an organisation now, in the order of joining; `search`: by number or name. Raises Missing, or Forbidden where the
    organisation is public."""
    _opened(viewer, Permission.STAFF_SEE, organisation_id)
    wanted = _staff(viewer, now).where(Staff.organisation_id == organisation_id, person_sought(viewer, search, now=now))
    return AS_THEY_JOINED.page(wanted, page)


def member_of_staff(viewer: Actor, organisation_id: UUID, staff_id: UUID, *, now: datetime) -> AnyRow:
    """One who acts for an organisation now, as its list shows them. Raises StaffUnknown, Missing, or Forbidden where the organisation is
    public."""
    _opened(viewer, Permission.STAFF_SEE, organisation_id)
    wanted = _staff(viewer, now).where(Staff.organisation_id == organisation_id, Staff.fact_id == staff_id)
    one = db.session.execute(wanted).one_or_none()
    if one is None:
        raise StaffUnknown
    return one


@dataclass(frozen=True, slots=True)
class OrganisationInsides:
    """What of an organisation the viewer may see beside its sheet."""

    staff: bool
    steps: bool


def insides_of_organisation(viewer: Actor, organisation: AnyRow) -> OrganisationInsides:
    """Asked of an organisation's sheet, before anything of it is offered."""
    scope = Scope(area_path=organisation.area_path, organisation_id=organisation.id, person_id=organisation.officer_person_id)
    staff, steps = (policy.allows(viewer, permission, scope) for permission in (Permission.STAFF_SEE, Permission.ORGANISATION_SEE))
    return OrganisationInsides(staff, steps)


def steps_of_organisation(viewer: Actor, organisation_id: UUID, *, page: PageRequest) -> Page[StepLine]:
    """What became of an organisation so far, the latest first. Raises Missing, or Forbidden where it is public."""
    _opened(viewer, Permission.ORGANISATION_SEE, organisation_id)
    return steps_of(OrganisationChange, organisation_id, page=page)


def staff_number(organisation_id: UUID) -> int:
    """How many act for an organisation now; the caller has asked policy."""
    return db.session.scalar(select(func.count()).where(Staff.organisation_id == organisation_id, Staff.is_live())) or 0


def staff_line(viewer: Actor, staff_id: UUID, *, now: datetime) -> AnyRow:
    """One who acts for an organisation; the caller has asked policy."""
    return db.session.execute(_staff(viewer, now).where(Staff.fact_id == staff_id)).one()


def was_staff(organisation_id: UUID, person_id: UUID, on: date) -> bool:
    """Whether the person acts for the organisation on a day, as is known now."""
    acts = and_(
        Staff.organisation_id == organisation_id,
        Staff.person_id == person_id,
        Staff.holds_on(on),
    )
    return bool(db.session.scalar(select(exists().where(acts))))


def officer_of(organisation_id: Column) -> ColumnElement[UUID | None]:
    """Who is the officer of an organisation, as a statement selects it; of nothing else by that id."""
    return select(Organisation.officer_person_id).where(Organisation.id == organisation_id).scalar_subquery()


def _opened(viewer: Actor, permission: Permission, organisation_id: UUID) -> Organisation:
    organisation = db.session.get(Organisation, organisation_id)
    if organisation is None:
        raise Missing
    scope = Scope(area_path=organisation.area_path, organisation_id=organisation.id, person_id=organisation.officer_person_id)
    public = organisation.status is OrganisationStatus.VERIFIED
    policy.require(viewer, permission, scope, seen_by=None if public else Permission.ORGANISATION_SEE)
    return organisation


def _lines() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Organisation.id,
            Organisation.name,
            Organisation.origin,
            Organisation.filing,
            Organisation.credit_code,
            Organisation.record_number,
            Organisation.area_id.label("community_id"),
            Area.name.label("community_name"),
            masked(Person.name).label("officer_name"),
            Organisation.status,
            Organisation.applied_at,
            Organisation.counted_on,
        )
        .join(Area, Area.id == Organisation.area_id)
        .outerjoin(Person, Person.id == Organisation.officer_person_id)
    )


def _staff(viewer: Actor, now: datetime) -> Select[*tuple[Any, ...]]:
    name = name_for(viewer, ScopeColumns(person_id=officer_of(Staff.organisation_id)), now=now)
    return (
        select(STAFF_ID, Staff.person_id, name, Staff.joined_on, Staff.is_officer)
        .join(Person, Person.id == Staff.person_id)
        .where(Staff.is_live())
    )
