"""Volunteers as lists name them, and one's own registration. Names are masked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select, true

from backend.accounts import policy
from backend.accounts.policy import Permission, ScopeColumns
from backend.areas.models import Area
from backend.areas.queries import lies_in
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.masking import masked
from backend.foundation.paging import AnyRow, Order, Page, PageRequest
from backend.foundation.search import EVER, Days, has_digit, holds, words_of
from backend.people.models import Person
from backend.people.queries import Community, is_named
from backend.volunteers.models import Volunteer

NEWEST_BY_COMMUNITY = Order((Volunteer.area_path, Volunteer.registered_on, Volunteer.id), latest_first=True)


def number_of(person_id: UUID) -> str | None:
    """The 志愿者编号 of a person who is a registered volunteer now."""
    return db.session.scalar(select(Volunteer.number).where(Volunteer.person_id == person_id, Volunteer.is_live()))


@dataclass(frozen=True, slots=True)
class OwnVolunteer:
    """One's own registration as volunteer."""

    id: UUID
    number: str
    registered_on: date
    community: Community


def own_registration(person_id: UUID) -> OwnVolunteer | None:
    """The registration of a person who is a volunteer now."""
    row = db.session.execute(
        select(Volunteer.fact_id, Volunteer.number, Volunteer.registered_on, Area.id.label("area_id"), Area.name.label("area_name"))
        .join(Area, Area.id == Volunteer.area_id)
        .where(Volunteer.person_id == person_id, Volunteer.is_live())
    ).one_or_none()
    return None if row is None else OwnVolunteer(row.fact_id, row.number, row.registered_on, Community(row.area_id, row.area_name))


@dataclass(frozen=True, slots=True)
class VolunteerLine:
    """One volunteer in a list."""

    id: UUID
    person_id: UUID
    number: str
    name: str
    community: Community
    registered_on: date


@dataclass(frozen=True, slots=True)
class PeopleSearch:
    """Whose rows somebody looks for, in a list about people. `q`: a part of the number, or of the name, by who may know it; `days`: those
    that the list goes by."""

    q: str | None = None
    community_id: UUID | None = None
    days: Days = EVER


def registered_volunteers(viewer: Actor, search: PeopleSearch, *, now: datetime, page: PageRequest) -> Page[VolunteerLine]:
    """Volunteers whom the viewer may see, community by community, the newest first. Raises paging.CursorInvalid."""
    wanted = (
        select(
            Volunteer.id,
            Volunteer.fact_id,
            Volunteer.person_id,
            Volunteer.number,
            Volunteer.registered_on,
            Volunteer.area_path,
            masked(Person.name),
            Area.id.label("area_id"),
            Area.name.label("area_name"),
        )
        .join(Person, Person.id == Volunteer.person_id)
        .join(Area, Area.id == Volunteer.area_id)
        .where(Volunteer.is_live())
        .where(policy.visible(viewer, Permission.PERSON_SEE, ScopeColumns(area_path=Volunteer.area_path, person_id=Volunteer.person_id)))
    )
    wanted = wanted.where(search.days.hold(Volunteer.registered_on), is_sought(viewer, search.q, now=now))
    wanted = wanted.where(lies_in(Volunteer.area_path, search.community_id))
    return NEWEST_BY_COMMUNITY.page(wanted, page).map(_line)


def looks_after_some(viewer: Actor) -> bool:
    """Whether the viewer sees the volunteers of some area, beside themselves."""
    return policy.could_by_area(viewer, Permission.PERSON_SEE)


def areas_looked_after(viewer: Actor) -> list[str]:
    """The paths of the areas of which the viewer sees all volunteers."""
    return policy.area_paths(viewer, Permission.PERSON_SEE)


def is_sought(viewer: Actor, search: str | None, *, now: datetime) -> ColumnElement[bool]:
    """Condition on a person beside their registration: each word is part of the number, where it has a digit, else of the name."""
    words = words_of(search)
    return and_(true(), *(holds(word, Volunteer.number) if has_digit(word) else is_named(viewer, word, now=now) for word in words))


def person_sought(viewer: Actor, search: str | None, *called_by: ScopeColumns, now: datetime) -> ColumnElement[bool]:
    """Condition on a person (None: whoever it is): each word is part of the name, by who may know it, or where it has a digit, of the
    志愿者编号 of one whom the viewer may see in the list of volunteers. `called_by`: as `people.queries.name_for` shows it in this list."""
    seen = policy.visible(viewer, Permission.PERSON_SEE, ScopeColumns(area_path=Volunteer.area_path, person_id=Volunteer.person_id))

    def numbered(word: str) -> ColumnElement[bool]:
        return Person.id.in_(select(Volunteer.person_id).where(Volunteer.is_live(), holds(word, Volunteer.number), seen))

    return and_(true(), *(numbered(word) if has_digit(word) else is_named(viewer, word, *called_by, now=now) for word in words_of(search)))


def people_sought(viewer: Actor, search: str | None, *, now: datetime) -> Select[UUID] | None:
    """The persons whom `person_sought` finds, as a statement of their ids, for lists that stand below this one (None: whoever it is)."""
    return None if search is None else select(Person.id).where(person_sought(viewer, search, now=now))


def _line(row: AnyRow) -> VolunteerLine:
    return VolunteerLine(
        id=row.fact_id,
        person_id=row.person_id,
        number=row.number,
        name=row.name,
        community=Community(row.area_id, row.area_name),
        registered_on=row.registered_on,
    )


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """By what a list names somebody: the masked name, and the 志愿者编号 where they have one."""

    name: str
    volunteer_number: str | None


def people_by_name(viewer: Actor, person_ids: Collection[UUID]) -> dict[UUID, KnownPerson]:
    """Those of the persons whom the viewer may see, as a list names them. One statement."""
    rows = db.session.execute(
        select(Person.id, masked(Person.name), Volunteer.number)
        .outerjoin(Volunteer, and_(Volunteer.person_id == Person.id, Volunteer.is_live()))
        .where(Person.id.in_(person_ids))
        .where(policy.visible(viewer, Permission.PERSON_SEE, ScopeColumns(area_path=Person.area_path, person_id=Person.id)))
    )
    return {row.id: KnownPerson(row.name, row.number) for row in rows}
