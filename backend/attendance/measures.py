"""What statistics may count of services."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Exists, Select, Subquery, case, exists, or_, select

from backend.attendance.models import Capacity, Confirmation, ServiceFlag, ServiceRecord
from backend.attendance.queries import counting_records
from backend.foundation.database import one_of
from backend.foundation.measures import AsOf, Dimension, Measure, Shape, SourcesOf, contribution, facts_of
from backend.openings.measures import BRAND
from backend.volunteers.models import Volunteer

REPORTED, OTHER = "reported", "other"
STANDING = Dimension("身份", lambda: {REPORTED: "报到党员", OTHER: "其他"})
"""As what somebody serves who is no registered volunteer."""

MINUTES_PER_TENTH = 6
"""Hours count in tenths; each record is floored, totals sum the floored ones."""


def _counting(known_at: AsOf) -> Select[Any]:
    return _contributions(counting_records(known_at), known_at)


def _entered_late(known_at: AsOf) -> Select[Any]:
    return _contributions(counting_records(known_at).where(ServiceRecord.late_entry), known_at)


def _contributions(counting: Select[Any], known_at: AsOf) -> Select[Any]:
    record = counting.subquery("counting")
    return contribution(
        source_id=record.c.fact_id,
        starts_on=record.c.served_on,
        area_path=record.c.area_path,
        dimension=record.c.brand,
        person_id=case((_was_volunteer(record, known_at), record.c.person_id)),
        quantity=record.c.minutes // MINUTES_PER_TENTH,
    )


def _of_others(known_at: AsOf) -> Select[Any]:
    record = counting_records(known_at).subquery("counting")
    return contribution(
        source_id=record.c.fact_id,
        starts_on=record.c.served_on,
        area_path=record.c.area_path,
        dimension=case((record.c.capacity == Capacity.REGISTRATION, REPORTED), else_=OTHER),
        person_id=record.c.person_id,
    ).where(~_was_volunteer(record, known_at))


def _was_volunteer(record: Subquery, known_at: AsOf) -> Exists:
    """Condition: who served was a registered volunteer on that day."""
    return exists().where(
        Volunteer.person_id == record.c.person_id,
        Volunteer.known_at(known_at),
        Volunteer.registered_on <= record.c.served_on,
        or_(Volunteer.left_on.is_(None), Volunteer.left_on > record.c.served_on),
    )


def _confirmed(confirmation_ids: Sequence[UUID]) -> Select[Any]:
    return select(Confirmation.record_fact_id).where(one_of(Confirmation.id, confirmation_ids))


def _flagged(flag_ids: Sequence[UUID]) -> Select[Any]:
    return select(ServiceFlag.record_fact_id).where(one_of(ServiceFlag.id, flag_ids))


def _served_by(volunteer_ids: Sequence[UUID]) -> Select[Any]:
    served = select(ServiceRecord.fact_id).join(Volunteer, Volunteer.person_id == ServiceRecord.person_id)
    return served.where(one_of(Volunteer.id, volunteer_ids), ServiceRecord.is_current()).distinct()


COUNTED_BY: Mapping[str, SourcesOf] = {
    # A record that nobody confirmed yet contributes nothing, so `service.recorded` moves nothing.
    "service.corrected": facts_of(ServiceRecord),
    "service.withdrawn": facts_of(ServiceRecord),
    "service.confirmed": _confirmed,
    "confirmation.withdrawn": _confirmed,
    "service.flagged": _flagged,
    "service.cleared": _flagged,
}
"""The events after which a record counts, or counts no more or otherwise."""

_MOVED_BY: Mapping[str, SourcesOf] = {**COUNTED_BY, "volunteer.registered": _served_by, "volunteer.left": _served_by}

SERVICES = Measure(
    name="services",
    source="经确认的服务记录",
    shape=Shape.EVENTS,
    contributions=_counting,
    moved_by=_MOVED_BY,
    dimension=BRAND,
    counts_people=True,
)
"""Services whose record and confirmation both stand, on the Shanghai day they began; the quantity is tenths of an hour. Its distinct
persons are registered volunteers: a service of somebody else is a row without one."""

SERVICES_OF_OTHERS = Measure(
    name="services_of_others",
    source="经确认的服务记录",
    shape=Shape.EVENTS,
    contributions=_of_others,
    moved_by=_MOVED_BY,
    dimension=STANDING,
    counts_people=True,
    seldom=True,
)
"""Those of them by who was no registered volunteer on that day, such as a Party member who only registered with the community."""

LATE_SERVICES = Measure(
    name="late_services",
    source="经批准的补录活动的服务记录",
    shape=Shape.EVENTS,
    contributions=_entered_late,
    moved_by=_MOVED_BY,
    dimension=BRAND,
    counts_people=True,
    seldom=True,
)
"""Those of `SERVICES` whose activity nobody had published: two officers wrote it down afterwards. They are among the services, too."""

MEASURES = (SERVICES, SERVICES_OF_OTHERS, LATE_SERVICES)
