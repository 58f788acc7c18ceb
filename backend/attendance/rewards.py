"""What of serving can earn points: minutes served, and the first service with a brand."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, Text, cast, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.sql.selectable import FromClause

from backend.attendance.models import Confirmation, ServiceRecord
from backend.attendance.queries import counting_records
from backend.foundation.database import one_of
from backend.foundation.rewards import RewardedFact

Rows = Select[*tuple[Any, ...]]

_OF_RECORD = ("service.recorded", "service.corrected", "service.withdrawn")
_OF_CONFIRMATION = ("service.confirmed", "confirmation.withdrawn")


def _records_of_records(revision_ids: Sequence[UUID]) -> Rows:
    return (
        select(ServiceRecord.fact_id, ServiceRecord.person_id, ServiceRecord.brand).where(one_of(ServiceRecord.id, revision_ids)).distinct()
    )


def _records_of_confirmations(revision_ids: Sequence[UUID]) -> Rows:
    return (
        select(ServiceRecord.fact_id, ServiceRecord.person_id, ServiceRecord.brand)
        .join(Confirmation, Confirmation.record_fact_id == ServiceRecord.fact_id)
        .where(one_of(Confirmation.id, revision_ids))
        .distinct()
    )


def _records_of_persons(person_ids: Sequence[UUID]) -> Rows:
    return (
        select(ServiceRecord.fact_id, ServiceRecord.person_id, ServiceRecord.brand)
        .where(one_of(ServiceRecord.person_id, person_ids), ServiceRecord.superseded_at.is_(None), ServiceRecord.void.is_(False))
        .distinct()
    )


def _minutes_keys(records: Rows) -> Rows:
    found = records.subquery()
    return select(found.c.fact_id, cast(found.c.fact_id, Text).label("source"), found.c.person_id)


def _minutes_rows(keys: FromClause) -> Rows:
    record = counting_records().subquery("record")
    return select(
        keys.c.source,
        record.c.person_id,
        record.c.brand,
        record.c.area_path,
        record.c.served_on.label("day"),
        record.c.minutes.label("amount"),
    ).join_from(keys, record, record.c.fact_id == keys.c.fact_id)


def _first_keys(records: Rows) -> Rows:
    found = records.subquery()
    source = cast(found.c.person_id, Text) + ":" + found.c.brand
    return select(found.c.person_id, found.c.brand, source.label("source")).distinct()


def _first_rows(keys: FromClause) -> Rows:
    record = counting_records().subquery("record")
    return (
        select(
            keys.c.source,
            record.c.person_id,
            record.c.brand,
            record.c.area_path,
            record.c.served_on.label("day"),
            cast(1, Integer).label("amount"),
        )
        .join_from(keys, record, (record.c.person_id == keys.c.person_id) & (record.c.brand == keys.c.brand))
        .ext(distinct_on(keys.c.source))
        .order_by(keys.c.source, record.c.served_on, record.c.fact_id)
    )


MINUTES_SERVED = RewardedFact(
    name="minutes_served",
    keys_of_event={name: lambda ids: _minutes_keys(_records_of_records(ids)) for name in _OF_RECORD}
    | {name: lambda ids: _minutes_keys(_records_of_confirmations(ids)) for name in _OF_CONFIRMATION},
    keys_of_persons=lambda ids: _minutes_keys(_records_of_persons(ids)),
    rows=_minutes_rows,
)
"""Minutes of one record that counts; its source is the record's fact_id."""

FIRST_SERVICE_WITH_BRAND = RewardedFact(
    name="first_service_with_brand",
    keys_of_event={name: lambda ids: _first_keys(_records_of_records(ids)) for name in _OF_RECORD}
    | {name: lambda ids: _first_keys(_records_of_confirmations(ids)) for name in _OF_CONFIRMATION},
    keys_of_persons=lambda ids: _first_keys(_records_of_persons(ids)),
    rows=_first_rows,
)
"""That a person has served with a brand at all: its source is person × brand, so it holds on while any record of theirs counts."""
