"""The years of a team, an organisation, a unit and a person: services, hours and points, in sums, by person, and one by one.

A sum is that of the list behind it. What waits for its confirmation, or is looked at before, stands in the list and counts for nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Row, Select, Text, and_, case, cast, func, literal, or_, select, union_all

from backend.accounts import policy
from backend.accounts.policy import Permission, ScopeColumns
from backend.areas.queries import lies_in
from backend.attendance.models import Capacity, Confirmation, ServiceFlag, ServiceRecord
from backend.attendance.queries import LATEST_SERVED, ServiceLine, service_lines, service_values
from backend.foundation.actor import Actor
from backend.foundation.database import db, one_of
from backend.foundation.errors import Missing
from backend.foundation.paging import Order, Page, PageRequest
from backend.foundation.search import EVER, Days, as_asked, found
from backend.openings.models import Opening
from backend.organisations.models import Organisation
from backend.organisations.queries import officer_of
from backend.party.models import WorkUnit
from backend.people.models import Person
from backend.people.queries import name_for
from backend.points.queries import earned_by, own_person, points_by_year
from backend.teams.models import Team

MOST_YEARS = 100
_PERSON = ServiceRecord.person_id.label("person_id")
BY_PERSON = Order((_PERSON,))


@dataclass(frozen=True, slots=True)
class Body:
    """A team, an organisation or a unit."""

    capacity: Capacity
    id: UUID

    @property
    def scope(self) -> ScopeColumns:
        """As policy is asked; its person is the officer of the organisation."""
        body_id = literal(self.id)
        match self.capacity:
            case Capacity.TEAM:
                return ScopeColumns(team_id=body_id)
            case Capacity.ORGANISATION:
                return ScopeColumns(organisation_id=body_id, person_id=officer_of(body_id))
            case _:
                return ScopeColumns(work_unit_id=body_id)


@dataclass(frozen=True, slots=True)
class OwnBody:
    """A team, an organisation or a unit for which the viewer holds a role, by its name."""

    capacity: Capacity
    id: UUID
    name: str

    @property
    def body(self) -> Body:
        """As its years are asked for."""
        return Body(self.capacity, self.id)


@dataclass(frozen=True, slots=True)
class ServedLine(ServiceLine):
    """A service record, and the points that it has earned."""

    points: int


@dataclass(frozen=True, slots=True)
class Sums:
    """How many services count, for how many tenths of an hour and with how many points, and how many wait."""

    services: int = 0
    tenths_of_hours: int = 0
    waiting: int = 0
    points: int = 0

    @property
    def hours(self) -> str:
        """As they are told: 18.5."""
        return f"{self.tenths_of_hours // 10}.{self.tenths_of_hours % 10}"


@dataclass(frozen=True, slots=True)
class Year:
    """What was served in a year."""

    year: int
    sums: Sums


@dataclass(frozen=True, slots=True)
class PersonLine:
    """What somebody served in a year for a team, an organisation or a unit."""

    person_id: UUID
    name: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class ServedSearch:
    """Which services of a team, an organisation or a unit somebody looks for. `q`: the title; `days`: of service."""

    q: str | None = None
    year: int | None = None
    person_id: UUID | None = None
    brand: str | None = None
    community_id: UUID | None = None
    days: Days = EVER


def served_for(viewer: Actor, body: Body, search: ServedSearch, *, page: PageRequest, now: datetime) -> Page[ServedLine]:
    """The services for a team, an organisation or a unit that the viewer may see, the latest first: all of them for who leads it or is on
    its staff, those of their area for officers. Raises CursorInvalid."""
    wanted = service_lines(viewer, now).add_columns(earned_by(ServiceRecord.fact_id).label("points")).where(*_of(viewer, body, search.year))
    wanted = wanted.where(
        found(search.q, Opening.title),
        search.days.hold(ServiceRecord.served_on),
        as_asked((ServiceRecord.person_id, search.person_id), (ServiceRecord.brand, search.brand)),
        lies_in(ServiceRecord.area_path, search.community_id),
    )
    return LATEST_SERVED.page(wanted, page).map(lambda row: ServedLine(**service_values(row)))


def own_bodies(viewer: Actor) -> list[OwnBody]:
    """The teams that the viewer leads, the organisations for which they act and the units for which they speak, by name."""
    held: dict[Capacity, tuple[Any, list[UUID]]] = {
        Capacity.TEAM: (Team, [grant.team_id for grant in viewer.grants if grant.team_id]),
        Capacity.ORGANISATION: (Organisation, [grant.organisation_id for grant in viewer.grants if grant.organisation_id]),
        Capacity.WORK_UNIT: (WorkUnit, [grant.work_unit_id for grant in viewer.grants if grant.work_unit_id]),
    }
    wanted = [
        select(literal(capacity.value, Text).label("capacity"), model.id, model.name).where(one_of(model.id, ids))
        for capacity, (model, ids) in held.items()
        if ids
    ]
    if not wanted:
        return []
    found = [OwnBody(Capacity(row.capacity), row.id, row.name) for row in db.session.execute(union_all(*wanted))]
    return sorted(found, key=lambda body: (body.name, body.id))


def serves_for_some(viewer: Actor) -> bool:
    """Whether the viewer sees the services of a team, an organisation or a unit for which they hold a role."""
    return policy.could_for_a_body(viewer, Permission.RECORD_SEE)


def own_body(viewer: Actor, capacity: str, body_id: UUID) -> OwnBody:
    """One of `own_bodies`. Raises Missing."""
    for one in own_bodies(viewer):
        if (one.capacity, one.id) == (capacity, body_id):
            return one
    raise Missing


def years_of_body(viewer: Actor, body: Body) -> list[Year]:
    """The sums of the same by year, the latest first."""
    return _years(_summed(_YEAR).where(*_of(viewer, body, None)))


def people_of_year(viewer: Actor, body: Body, year: int, *, page: PageRequest, now: datetime) -> Page[PersonLine]:
    """The sums of the same by person, in one year; who registered first comes first. Raises CursorInvalid.

    First whose page it is, in the order of an index, then the sums of those: a page costs the same however many served.
    """
    theirs = _of(viewer, body, year)
    persons = BY_PERSON.page(select(_PERSON).where(*theirs).distinct(), page)
    on_page = one_of(ServiceRecord.person_id, [row.person_id for row in persons.items])
    served = _summed(_PERSON).where(*theirs, on_page).group_by(ServiceRecord.person_id).subquery()
    named = select(served, name_for(viewer, body.scope, now=now)).join(Person, Person.id == served.c.person_id).order_by(Person.id)
    return persons.holding([PersonLine(row.person_id, row.name, _sums(row)) for row in db.session.execute(named)])


def own_years(actor: Actor) -> list[Year]:
    """The years of the viewer, the latest first. Raises Missing before they are registered."""
    return years_of_person(own_person(actor))


def years_of_person(person_id: UUID) -> list[Year]:
    """Those of a person, whatever they served for; the points are those of the ledger. The caller has asked policy."""
    served = _years(_summed(_YEAR).where(ServiceRecord.person_id == person_id, ServiceRecord.is_current()))
    return _with_points({year.year: year.sums for year in served}, points_by_year(person_id))


def _with_points(served: Mapping[int, Sums], points: Mapping[int, int]) -> list[Year]:
    years = sorted(served.keys() | points.keys(), reverse=True)
    return [Year(year, replace(served.get(year, Sums()), points=points.get(year, 0))) for year in years]


_YEAR = cast(func.extract("year", ServiceRecord.served_on), Integer).label("year")


def _of(viewer: Actor, body: Body, year: int | None) -> list[ColumnElement[bool]]:
    """The current records of a body that the viewer may see, as `service_details` opens them."""
    seen = or_(
        policy.visible(viewer, Permission.RECORD_SEE, body.scope),
        policy.visible(viewer, Permission.RECORD_SEE, ScopeColumns(area_path=ServiceRecord.area_path)),
    )
    ways = [ServiceRecord.capacity_id == body.id, ServiceRecord.capacity == body.capacity, ServiceRecord.is_current(), seen]
    return ways if year is None else [*ways, ServiceRecord.served_on.between(date(year, 1, 1), date(year, 12, 31))]


def _summed(key: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """The sums by a key; the caller groups by it."""
    counts = and_(Confirmation.id.is_not(None), ~ServiceFlag.stands_on(ServiceRecord.fact_id))
    return (
        select(
            key,
            func.count().filter(counts).label("services"),
            func.coalesce(func.sum(case((counts, Confirmation.counted() / 6))), 0).label("tenths_of_hours"),
            func.count().filter(~counts).label("waiting"),
            func.coalesce(func.sum(earned_by(ServiceRecord.fact_id)), 0).label("points"),
        )
        .select_from(ServiceRecord)
        .outerjoin(Confirmation, and_(Confirmation.record_fact_id == ServiceRecord.fact_id, Confirmation.is_current()))
    )


def _years(wanted: Select[*tuple[Any, ...]]) -> list[Year]:
    latest = wanted.group_by(_YEAR).order_by(_YEAR.desc()).limit(MOST_YEARS)
    return [Year(row.year, _sums(row)) for row in db.session.execute(latest)]


def _sums(row: Row[*tuple[Any, ...]]) -> Sums:
    return Sums(row.services, int(row.tenths_of_hours), row.waiting, int(row.points))
