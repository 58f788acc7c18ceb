"""Reads of service records, for those who may confirm them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, or_, select

from backend.accounts import policy
from backend.accounts.policy import Permission, ScopeColumns
from backend.areas.models import Area
from backend.areas.queries import lies_in
from backend.attendance.entitlement import allowed, concerned_by_service
from backend.attendance.hours import hours
from backend.attendance.models import Capacity, Confirmation, Confirmer, Evidence, ServiceRecord, Shift
from backend.attendance.queries.bodies import called_by, served_for
from backend.attendance.queries.deciding import FLAGGED, is_to_allow, is_to_clear, is_to_confirm, may_wait
from backend.attendance.service.refusals import ServiceNotFound
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.paging import AnyRow, Order, Page, PageRequest
from backend.foundation.search import EVER, Days, as_asked, found
from backend.foundation.terms import Word
from backend.openings.models import Opening
from backend.openings.queries import Openings
from backend.people.models import Person
from backend.people.queries import name_for
from backend.volunteers.queries import person_sought

MOST_REVISIONS = 100
LATEST_SERVED = Order((ServiceRecord.served_on, ServiceRecord.id), latest_first=True, name="latest")
EARLIEST_SERVED = Order((ServiceRecord.served_on, ServiceRecord.id), name="earliest")


class ServiceSort(Word):
    """In which order records are listed: the latest served first, or the earliest first."""

    LATEST = "latest", "后服务的在前"
    EARLIEST = "earliest", "先服务的在前"


class ServiceStatus(Word):
    """Whether a record counts; partly, where a correction raised it since, or the day was full.
    A flagged one is looked at first."""

    AWAITING_CONFIRMATION = "awaiting_confirmation", "待确认"
    CONFIRMED = "confirmed", "已确认"
    PARTLY_CONFIRMED = "partly_confirmed", "部分确认"
    FLAGGED = "flagged", "有疑问，待核查"
    WITHDRAWN = "withdrawn", "已撤销"


@dataclass(frozen=True, slots=True)
class ServiceSearch:
    """Which records somebody looks for; without a status all that were not withdrawn. `q`: the title; `person`: who served, by number or
    name; team, organisation and unit: for whom they served; `days`: of service; `openings`: of one of these. `overlapping`: whose person
    is recorded elsewhere at that time, which only old ones can be."""

    q: str | None = None
    status: ServiceStatus | None = None
    shift_id: UUID | None = None
    overlapping: bool = False
    brand: str | None = None
    community_id: UUID | None = None
    team_id: UUID | None = None
    organisation_id: UUID | None = None
    work_unit_id: UUID | None = None
    person_id: UUID | None = None
    person: str | None = None
    openings: Openings | None = None
    days: Days = EVER


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A service record as lists show it: its latest revision, which a correction must name. `served_for` names the team,
    organisation or unit."""

    fact_id: UUID
    revision_id: UUID
    shift_id: UUID
    opening_id: UUID
    title: str
    brand: str
    area_path: str
    community: str
    person_id: UUID
    name: str
    capacity: Capacity
    capacity_id: UUID
    served_for: str | None
    served_on: date
    started_at: datetime
    ended_at: datetime
    minutes: int
    hours: str
    evidence: Evidence
    late_entry: bool
    confirmers: list[str]
    confirmer: Confirmer | None
    confirmed_at: datetime | None
    counted_minutes: int | None
    status: ServiceStatus


@dataclass(frozen=True, slots=True)
class ServiceDetails:
    """A record with its revisions, the first one first; of more than a hundred the latest."""

    line: ServiceLine
    revisions: Sequence[AnyRow]


def services(
    actor: Actor, search: ServiceSearch, *, sort: ServiceSort, for_me: bool = False, now: datetime, page: PageRequest
) -> Page[ServiceLine]:
    """The records that the viewer as officer or requester may see. `for_me`: only those that wait for the viewer."""
    wanted = service_lines(actor, now).where(
        _visible(actor),
        search.days.hold(ServiceRecord.served_on),
        found(search.q, Opening.title),
        person_sought(actor, search.person, now=now),
    )
    wanted = wanted.where(
        as_asked((ServiceRecord.brand, search.brand), (ServiceRecord.person_id, search.person_id)),
        lies_in(ServiceRecord.area_path, search.community_id),
    )
    for body_id in (search.team_id, search.organisation_id, search.work_unit_id):
        if body_id is not None:
            wanted = wanted.where(ServiceRecord.capacity_id == body_id)
    if search.openings is not None:
        wanted = wanted.where(ServiceRecord.opening_id.in_(search.openings))
    if search.shift_id is not None:
        wanted = wanted.where(ServiceRecord.shift_id == search.shift_id)
    if search.overlapping:
        wanted = wanted.where(ServiceRecord.overlaps_another())
    if for_me:
        wanted = wanted.where(_waits_for(actor, search.status))
    order = EARLIEST_SERVED if sort is ServiceSort.EARLIEST else LATEST_SERVED
    return order.page(_of_status(wanted, search.status), page).map(_line)


def _of_status(wanted: Select[*tuple[Any, ...]], status: ServiceStatus | None) -> Select[*tuple[Any, ...]]:
    match status:
        case ServiceStatus.WITHDRAWN:
            return wanted.where(ServiceRecord.superseded_at.is_(None), ServiceRecord.void)
        case ServiceStatus.CONFIRMED:
            counted = (Confirmation.id.is_not(None), Confirmation.is_partial().is_not(True), ~FLAGGED)
            return wanted.where(ServiceRecord.is_current(), *counted)
        case ServiceStatus.PARTLY_CONFIRMED:
            return wanted.where(may_wait(), ServiceRecord.is_current(), Confirmation.is_partial(), ~FLAGGED)
        case ServiceStatus.AWAITING_CONFIRMATION:
            return wanted.where(may_wait(), ServiceRecord.is_current(), Confirmation.id.is_(None), ~FLAGGED)
        case ServiceStatus.FLAGGED:
            return wanted.where(may_wait(), ServiceRecord.is_current(), FLAGGED)
        case None:
            return wanted.where(ServiceRecord.is_current())


def _waits_for(actor: Actor, status: ServiceStatus | None) -> ColumnElement[bool]:
    match status:
        case ServiceStatus.AWAITING_CONFIRMATION:
            return is_to_confirm(actor)
        case ServiceStatus.PARTLY_CONFIRMED:
            return is_to_allow(actor)
        case ServiceStatus.FLAGGED:
            return is_to_clear(actor)
        case _:
            return or_(is_to_confirm(actor), is_to_allow(actor), is_to_clear(actor))


def service_details(actor: Actor, fact_id: UUID, *, now: datetime) -> ServiceDetails:
    """One record with its revisions, for officers, the requester, who served, and who leads those for whom they served or is on their
    staff.

    Raises ServiceNotFound.
    """
    latest = (ServiceRecord.fact_id == fact_id, ServiceRecord.superseded_at.is_(None))
    row = db.session.execute(service_lines(actor, now).where(*latest)).one_or_none()
    if row is None:
        raise ServiceNotFound
    scopes = concerned_by_service(
        area_path=row.area_path, requester_id=row.requester_person_id, person_id=row.person_id, capacity_id=row.capacity_id
    )
    if not allowed(actor, Permission.RECORD_SEE, scopes):
        raise ServiceNotFound
    revisions = db.session.execute(
        select(
            ServiceRecord.id,
            ServiceRecord.recorded_at,
            ServiceRecord.superseded_at,
            ServiceRecord.void,
            ServiceRecord.reason,
            ServiceRecord.started_at,
            ServiceRecord.ended_at,
            ServiceRecord.minutes,
            ServiceRecord.evidence,
        )
        .where(ServiceRecord.fact_id == fact_id)
        .order_by(ServiceRecord.recorded_at.desc(), ServiceRecord.id.desc())
        .limit(MOST_REVISIONS)
    ).all()
    return ServiceDetails(_line(row), revisions[::-1])


def _visible(actor: Actor) -> ColumnElement[bool]:
    return policy.visible(
        actor, Permission.RECORD_SEE, ScopeColumns(area_path=ServiceRecord.area_path, person_id=Shift.requester_person_id)
    )


def service_lines(viewer: Actor, now: datetime) -> Select[*tuple[Any, ...]]:
    """All records, of each revision, as `service_values` reads them; the caller says which, and asks policy."""
    return (
        select(
            ServiceRecord.fact_id,
            ServiceRecord.id,
            ServiceRecord.shift_id,
            ServiceRecord.opening_id,
            Opening.title,
            ServiceRecord.brand,
            ServiceRecord.area_path,
            Area.name.label("community"),
            ServiceRecord.person_id,
            name_for(viewer, *called_by(ServiceRecord), now=now),
            ServiceRecord.capacity,
            ServiceRecord.capacity_id,
            served_for(ServiceRecord),
            ServiceRecord.served_on,
            ServiceRecord.started_at,
            ServiceRecord.ended_at,
            ServiceRecord.minutes,
            ServiceRecord.evidence,
            ServiceRecord.late_entry,
            ServiceRecord.void,
            FLAGGED.label("flagged"),
            Shift.confirmers,
            Shift.requester_person_id,
            Confirmation.confirmer,
            Confirmation.confirmed_at,
            case((Confirmation.id.is_not(None), Confirmation.counted())).label("counted_minutes"),
        )
        .join(Shift, Shift.id == ServiceRecord.shift_id)
        .join(Opening, Opening.id == ServiceRecord.opening_id)
        .join(Area, Area.id == ServiceRecord.area_id)
        .join(Person, Person.id == ServiceRecord.person_id)
        .outerjoin(Confirmation, and_(Confirmation.record_fact_id == ServiceRecord.fact_id, Confirmation.is_current()))
    )


def service_values(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    """The fields of a `ServiceLine` out of a row of `service_lines`, and what else was selected."""
    values = dict(row._mapping)
    void, flagged = values.pop("void"), values.pop("flagged")
    del values["requester_person_id"]
    return values | {
        "revision_id": values.pop("id"),
        "hours": hours(row.minutes),
        "status": _status(void=void, flagged=flagged, minutes=row.minutes, counted=row.counted_minutes),
    }


def _line(row: Row[*tuple[Any, ...]]) -> ServiceLine:
    return ServiceLine(**service_values(row))


def _status(*, void: bool, flagged: bool, minutes: int, counted: int | None) -> ServiceStatus:
    if void:
        return ServiceStatus.WITHDRAWN
    if flagged:
        return ServiceStatus.FLAGGED
    if counted is None:
        return ServiceStatus.AWAITING_CONFIRMATION
    return ServiceStatus.CONFIRMED if counted == minutes else ServiceStatus.PARTLY_CONFIRMED
