"""Which services count."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from backend.attendance.models import Confirmation, ServiceFlag, ServiceRecord
from backend.foundation.database import db


def counting_records(known_at: datetime | None = None) -> Select[*tuple[Any, ...]]:
    """The service records that count: the revision of the record is current, and so is one of its confirmation, which says how
    much of it; and no flag stands on it.

    Now, or as known at an instant. Columns: fact_id, id (of the revision), person_id, brand, area_id, area_path, served_on, minutes,
    capacity, capacity_id, opening_id, shift_id, late_entry. At most one row per fact. To be used as a subquery or widened by `where`.
    """
    flagged = ServiceFlag.stands_on(ServiceRecord.fact_id, known_at)
    return (
        select(
            ServiceRecord.fact_id,
            ServiceRecord.id,
            ServiceRecord.person_id,
            ServiceRecord.brand,
            ServiceRecord.area_id,
            ServiceRecord.area_path,
            ServiceRecord.served_on,
            Confirmation.counted().label("minutes"),
            ServiceRecord.capacity,
            ServiceRecord.capacity_id,
            ServiceRecord.opening_id,
            ServiceRecord.shift_id,
            ServiceRecord.late_entry,
        )
        .join(Confirmation, Confirmation.record_fact_id == ServiceRecord.fact_id)
        .where(ServiceRecord.known_at(known_at), Confirmation.known_at(known_at), ~flagged)
    )


@dataclass(frozen=True, slots=True)
class Served:
    """How often and how long somebody served; hours in tenths, each record floored (docs/design.md, Facts)."""

    services: int
    tenths_of_hours: int


def served_by(person_id: UUID) -> Served:
    """What a person has served by the records that count."""
    record = counting_records().where(ServiceRecord.person_id == person_id).subquery()
    services, tenths = db.session.execute(select(func.count(), func.coalesce(func.sum(record.c.minutes // 6), 0)).select_from(record)).one()
    return Served(services, int(tenths))


def served_after(person_id: UUID, day: date) -> bool:
    """Whether by a record that stands, confirmed or not, somebody served after a day."""
    later = select(ServiceRecord.id).where(ServiceRecord.person_id == person_id, ServiceRecord.served_on > day, ServiceRecord.is_current())
    return db.session.scalar(later.limit(1)) is not None
