"""What of demands can earn points: a demand fulfilled, for each person whose service on it counts."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, Select, Text, cast, func, select
from sqlalchemy.sql.selectable import FromClause

from backend.attendance.models import Confirmation, ServiceRecord
from backend.attendance.queries import counting_records
from backend.demands.models import Demand, DemandChange, DemandStatus
from backend.foundation.database import one_of
from backend.foundation.rewards import RewardedFact

Rows = Select[*tuple[Any, ...]]


def _keys() -> Rows:
    source = cast(Demand.id, Text) + ":" + cast(ServiceRecord.person_id, Text)
    return (
        select(Demand.id.label("demand_id"), ServiceRecord.person_id, source.label("source"))
        .join(ServiceRecord, ServiceRecord.opening_id == Demand.opening_id)
        .distinct()
    )


def _keys_of_demands(demand_ids: Sequence[UUID]) -> Rows:
    return _keys().where(one_of(Demand.id, demand_ids))


def _keys_of_records(revision_ids: Sequence[UUID]) -> Rows:
    return _keys().where(one_of(ServiceRecord.id, revision_ids))


def _keys_of_confirmations(revision_ids: Sequence[UUID]) -> Rows:
    return _keys().join(Confirmation, Confirmation.record_fact_id == ServiceRecord.fact_id).where(one_of(Confirmation.id, revision_ids))


def _keys_of_persons(person_ids: Sequence[UUID]) -> Rows:
    return _keys().where(one_of(ServiceRecord.person_id, person_ids), ServiceRecord.superseded_at.is_(None))


def _rows(keys: FromClause) -> Rows:
    record = counting_records().subquery("record")
    completed = (
        select(func.max(DemandChange.at))
        .where(DemandChange.demand_id == Demand.id, DemandChange.to_status == DemandStatus.COMPLETED)
        .correlate(Demand)
        .scalar_subquery()
    )
    return (
        select(
            keys.c.source,
            keys.c.person_id,
            Demand.brand,
            Demand.area_path,
            cast(func.timezone("Asia/Shanghai", completed), Date).label("day"),
            cast(1, Integer).label("amount"),
        )
        .join_from(keys, Demand, Demand.id == keys.c.demand_id)
        .where(
            Demand.status == DemandStatus.COMPLETED,
            select(1).where(record.c.opening_id == Demand.opening_id, record.c.person_id == keys.c.person_id).exists(),
        )
    )


DEMAND_FULFILLED = RewardedFact(
    name="demand_fulfilled",
    keys_of_event={
        "demand.completed": _keys_of_demands,
        "demand.reopened": _keys_of_demands,
        "service.recorded": _keys_of_records,
        "service.corrected": _keys_of_records,
        "service.withdrawn": _keys_of_records,
        "service.confirmed": _keys_of_confirmations,
        "confirmation.withdrawn": _keys_of_confirmations,
    },
    keys_of_persons=_keys_of_persons,
    rows=_rows,
)
"""That a demand on which the person served is completed; its source is demand × person, its day the day of completion."""
