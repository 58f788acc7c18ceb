"""Reads of attendance."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from backend.attendance.models import Confirmation, ServiceRecord


def counting_records(known_at: datetime | None = None) -> Select[*tuple[Any, ...]]:
    """The service records that count: the revision of the record is current, and so is one of its confirmation.

    Now, or as known at an instant. Columns: fact_id, id (of the revision), person_id, brand, area_id, area_path, served_on, minutes,
    capacity, capacity_id, opening_id, shift_id. At most one row per fact. To be used as a subquery or widened by `where`.
    """
    holds = (
        (ServiceRecord.is_current(), Confirmation.is_current())
        if known_at is None
        else (ServiceRecord.known_at(known_at), Confirmation.known_at(known_at))
    )
    return (
        select(
            ServiceRecord.fact_id,
            ServiceRecord.id,
            ServiceRecord.person_id,
            ServiceRecord.brand,
            ServiceRecord.area_id,
            ServiceRecord.area_path,
            ServiceRecord.served_on,
            ServiceRecord.minutes,
            ServiceRecord.capacity,
            ServiceRecord.capacity_id,
            ServiceRecord.opening_id,
            ServiceRecord.shift_id,
        )
        .join(Confirmation, Confirmation.record_fact_id == ServiceRecord.fact_id)
        .where(*holds)
    )
