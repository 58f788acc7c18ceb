"""Registrations as their community, their member and the member's unit see them. Names are masked, save one's own."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Row, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from backend.accounts import policy
from backend.accounts.policy import Permission, ScopeColumns
from backend.areas.models import Area
from backend.areas.queries import lies_in
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Missing
from backend.foundation.life import StepLine
from backend.foundation.masking import masked_name
from backend.foundation.paging import Order, Page, PageRequest
from backend.foundation.search import EVER, Days, as_asked, found
from backend.foundation.terms import Word
from backend.party.models import PartyMember, UnitMembership, WorkUnit
from backend.people.models import Person
from backend.people.notices import NoticeName
from backend.people.service import took_back
from backend.registration.models import MemberRegistration, RegistrationStatus
from backend.registration.units import is_unit_of
from backend.volunteers.queries import person_sought

FIRST_COME = Order((MemberRegistration.id,), name="first_come")
LATEST_FIRST = Order((MemberRegistration.id,), latest_first=True, name="latest")


@dataclass(frozen=True, slots=True)
class Named:
    """A community or a unit by its name."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class RegistrationLine:
    """One registration as it stands, or stood; unit and Party organisation are those of its day (units.py)."""

    id: UUID
    status: RegistrationStatus
    person_id: UUID
    name: str
    community: Named
    work_unit: Named
    party_organisation_name: str
    party_organisation_id: UUID | None
    joined_party_on: date | None
    skills: str | None
    receipt_number: str | None
    applied_at: datetime
    accepted_on: date | None
    ended_on: date | None
    reason: str | None


class RegistrationSort(Word):
    """In which order registrations are listed: first come first, or the latest first."""

    FIRST_COME = "first_come", "先申请的在前"
    LATEST = "latest", "后申请的在前"


@dataclass(frozen=True, slots=True)
class RegistrationSearch:
    """Which registrations somebody looks for. `q`: the receipt number; `person`: the member, by number or name; `days`: of application.
    `on` looks back: as they stood at the end of that day, for the units of that day."""

    q: str | None = None
    status: RegistrationStatus | None = None
    community_id: UUID | None = None
    work_unit_id: UUID | None = None
    party_organisation_id: UUID | None = None
    person: str | None = None
    on: date | None = None
    days: Days = EVER


def registrations(
    viewer: Actor, search: RegistrationSearch, *, sort: RegistrationSort, for_me: bool = False, now: datetime, page: PageRequest
) -> Page[RegistrationLine]:
    """Those that the viewer may see: the review list of a community. `for_me`: only what waits for the viewer. Raises CursorInvalid."""
    wanted = _visible_to(viewer, search.on).where(
        found(search.q, MemberRegistration.receipt_number),
        person_sought(viewer, search.person, now=now),
        search.days.hold(MemberRegistration.applied_at),
    )
    wanted = wanted.where(as_asked((MemberRegistration.status, search.status)), lies_in(MemberRegistration.area_path, search.community_id))
    if search.work_unit_id is not None:
        wanted = wanted.where(WorkUnit.id == search.work_unit_id, MemberRegistration.person_id.in_(_ever_of_unit(search.work_unit_id)))
    if search.party_organisation_id is not None:
        # By its index, as the unit is: which Party organisation a registration shows is known only when its two rows are joined.
        of_one = select(PartyMember.person_id).where(PartyMember.party_organisation_id == search.party_organisation_id)
        wanted = wanted.where(as_asked((_SHOWN_ORGANISATION, search.party_organisation_id)), MemberRegistration.person_id.in_(of_one))
    if for_me:
        wanted = wanted.where(or_(is_to_review(viewer), is_to_amend(viewer)))
    return _ordered(sort).page(wanted, page).map(lambda row: _line(viewer, row))


def _ordered(sort: RegistrationSort) -> Order:
    return LATEST_FIRST if sort is RegistrationSort.LATEST else FIRST_COME


def is_to_review(viewer: Actor) -> ColumnElement[bool]:
    """Condition: somebody else applied, and the viewer is to take them in or not."""
    mine = policy.visible(viewer, Permission.REGISTRATION_REVIEW, ScopeColumns(area_path=MemberRegistration.area_path))
    return and_(
        MemberRegistration.is_current(),
        MemberRegistration.status == RegistrationStatus.APPLIED,
        MemberRegistration.person_id.is_distinct_from(viewer.person_id),
        mine,
    )


def is_to_amend(viewer: Actor) -> ColumnElement[bool]:
    """Condition: the viewer's last application was returned, and they have not applied anew."""
    later, mine = (
        aliased(MemberRegistration),
        policy.visible(viewer, Permission.REGISTRATION_AMEND, ScopeColumns(person_id=MemberRegistration.person_id)),
    )
    again = exists().where(later.person_id == MemberRegistration.person_id, later.is_current(), later.fact_id > MemberRegistration.fact_id)
    return and_(MemberRegistration.is_current(), MemberRegistration.status == RegistrationStatus.RETURNED, mine, ~again)


def own_registrations(viewer: Actor, *, sort: RegistrationSort, page: PageRequest) -> Page[RegistrationLine]:
    """The viewer's own. Raises CursorInvalid."""
    wanted = registrations_on_record().where(MemberRegistration.person_id == viewer.person_id)
    return _ordered(sort).page(wanted, page).map(lambda row: _line(viewer, row))


def registration(viewer: Actor, registration_id: UUID) -> RegistrationLine:
    """One registration. Raises Missing for whom may not see it."""
    row = db.session.execute(_visible_to(viewer).where(MemberRegistration.fact_id == registration_id)).one_or_none()
    if row is None:
        raise Missing
    return _line(viewer, row)


def looks_after_some(viewer: Actor) -> bool:
    """Whether the viewer sees the registrations of some area, beside their own and those of a unit."""
    return policy.could_by_area(viewer, Permission.REGISTRATION_SEE)


def areas_looked_after(viewer: Actor) -> list[str]:
    """The paths of the areas of which the viewer sees all registrations."""
    return policy.area_paths(viewer, Permission.REGISTRATION_SEE)


def steps_of_registration(viewer: Actor, registration_id: UUID, *, page: PageRequest) -> Page[StepLine]:
    """What became of a registration so far, the latest first, for its community and the member; nothing of what others see of it. The
    community in which it lies now sees all of it, also what was done where it lay before."""
    now = aliased(MemberRegistration)
    theirs = policy.visible(viewer, Permission.REGISTRATION_SEE, ScopeColumns(area_path=now.area_path, person_id=now.person_id))
    before = func.lag(MemberRegistration.status).over(order_by=MemberRegistration.id)
    columns = (MemberRegistration.id, MemberRegistration.recorded_at, before, MemberRegistration.status, MemberRegistration.reason)
    wanted = select(*columns).where(
        MemberRegistration.fact_id == registration_id, exists().where(now.fact_id == registration_id, now.is_current(), theirs)
    )
    return LATEST_FIRST.page(wanted, page).map(lambda row: StepLine(*row))


_OF_ITS_DAY = func.coalesce(UnitMembership.party_organisation_name, PartyMember.party_organisation_name)
_SHOWN_ORGANISATION = case((PartyMember.party_organisation_name == _OF_ITS_DAY, PartyMember.party_organisation_id))


def registrations_on_record(on: date | None = None) -> Select[*tuple[Any, ...]]:
    """Registrations with the names that go with them, not masked: `name`, and unit and Party organisation as of their day (units.py).
    `on`: as they stood at the end of that day. To be narrowed to what the reader may see."""
    end_of_day = None if on is None else clock.start_of_day(on + timedelta(days=1))
    return (
        select(
            MemberRegistration,
            MemberRegistration.id,
            Person.name,
            Area.name.label("area_name"),
            _OF_ITS_DAY.label("party_organisation_name"),
            _SHOWN_ORGANISATION.label("party_organisation_id"),
            PartyMember.joined_party_on,
            WorkUnit.id.label("unit_id"),
            WorkUnit.name.label("unit_name"),
        )
        .join(Person, Person.id == MemberRegistration.person_id)
        .join(Area, Area.id == MemberRegistration.area_id)
        .join(PartyMember, PartyMember.id == MemberRegistration.party_member_id)
        # Who was registered by the former release while this one came has the unit that they gave, until they give one anew.
        .outerjoin(UnitMembership, is_unit_of(on))
        .join(WorkUnit, WorkUnit.id == func.coalesce(UnitMembership.work_unit_id, PartyMember.work_unit_id))
        .where(MemberRegistration.known_at(end_of_day))
    )


def _ever_of_unit(work_unit_id: UUID) -> CompoundSelect[*tuple[Any, ...]]:
    # By their indexes: the unit of a registration's day is known only when its two rows are joined.
    by_fact = select(UnitMembership.person_id).where(UnitMembership.work_unit_id == work_unit_id, UnitMembership.is_current())
    return by_fact.union(select(PartyMember.person_id).where(PartyMember.work_unit_id == work_unit_id))


def _visible_to(viewer: Actor, on: date | None = None) -> Select[*tuple[Any, ...]]:
    theirs = ScopeColumns(area_path=MemberRegistration.area_path, person_id=MemberRegistration.person_id)
    seen = policy.visible(viewer, Permission.REGISTRATION_SEE, theirs)
    of_unit = policy.visible(viewer, Permission.REGISTRATION_SEE, ScopeColumns(work_unit_id=UnitMembership.work_unit_id))
    # The unit is told of nobody who took that consent back, also not of what was.
    is_told = ~took_back(MemberRegistration.person_id, NoticeName.PARTY_MEMBER)
    return registrations_on_record(on).where(or_(seen, and_(of_unit, is_told)))


def _line(viewer: Actor, row: Row[*tuple[Any, ...]]) -> RegistrationLine:
    fact: MemberRegistration = row.MemberRegistration
    return RegistrationLine(
        id=fact.fact_id,
        status=fact.status,
        person_id=fact.person_id,
        name=row.name if fact.person_id == viewer.person_id else masked_name(row.name),
        community=Named(fact.area_id, row.area_name),
        work_unit=Named(row.unit_id, row.unit_name),
        party_organisation_name=row.party_organisation_name,
        party_organisation_id=row.party_organisation_id,
        joined_party_on=row.joined_party_on,
        skills=fact.skills,
        receipt_number=fact.receipt_number,
        applied_at=fact.applied_at,
        accepted_on=fact.accepted_on,
        ended_on=fact.ended_on,
        reason=fact.reason,
    )
