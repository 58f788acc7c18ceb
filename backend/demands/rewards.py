"""What of demands can earn points: a demand fulfilled, for each person whose service on it counts."""

from sqlalchemy import Date, Integer, Text, and_, cast, func, select
from sqlalchemy.sql.selectable import FromClause

from backend.attendance.models import Confirmation, ServiceFlag, ServiceRecord
from backend.attendance.queries import counting_records
from backend.attendance.rewards import PERSONS_OF_EVENT
from backend.demands.models import Demand, DemandChange, DemandStatus
from backend.foundation.rewards import CONCERNED, RewardedFact, Rows

_source = cast(Demand.id, Text) + ":" + cast(ServiceRecord.person_id, Text)
_keys = (
    select(Demand.id.label("demand_id"), ServiceRecord.person_id, _source.label("source"))
    .join(ServiceRecord, ServiceRecord.opening_id == Demand.opening_id)
    .distinct()
)
# That a record was withdrawn is told by an event of its own.
_keys_of_demands = _keys.where(Demand.id == CONCERNED, ServiceRecord.is_current())
_persons_of_demands = (
    select(ServiceRecord.person_id)
    .join(Demand, Demand.opening_id == ServiceRecord.opening_id)
    .where(Demand.id == CONCERNED, ServiceRecord.is_current())
    .distinct()
)
_keys_of_records = _keys.where(ServiceRecord.id == CONCERNED)
_keys_of_confirmations = _keys.join(Confirmation, Confirmation.record_fact_id == ServiceRecord.fact_id).where(Confirmation.id == CONCERNED)
_keys_of_flags = _keys.join(ServiceFlag, ServiceFlag.record_fact_id == ServiceRecord.fact_id).where(ServiceFlag.id == CONCERNED)
_keys_of_persons = _keys.where(ServiceRecord.person_id == CONCERNED, ServiceRecord.is_current())


def _rows(keys: FromClause) -> Rows:
    record = counting_records().subquery("record")
    completed = (
        select(func.max(DemandChange.at))
        .where(DemandChange.demand_id == Demand.id, DemandChange.to_status == DemandStatus.COMPLETED)
        .correlate(Demand)
        .scalar_subquery()
    )
    served = select(1).where(record.c.opening_id == Demand.opening_id, record.c.person_id == keys.c.person_id).exists()
    fulfilled = and_(Demand.id == keys.c.demand_id, Demand.status == DemandStatus.COMPLETED, served)
    return select(
        keys.c.source,
        keys.c.person_id,
        Demand.brand,
        Demand.area_path,
        cast(func.timezone("Asia/Shanghai", completed), Date).label("day"),
        cast(1, Integer).label("amount"),
    ).outerjoin_from(keys, Demand, fulfilled)


DEMAND_FULFILLED = RewardedFact(
    name="demand_fulfilled",
    title="参加服务的需求已办结",
    unit="次",
    keys_of_event={
        "demand.completed": _keys_of_demands,
        "demand.reopened": _keys_of_demands,
        "service.recorded": _keys_of_records,
        "service.corrected": _keys_of_records,
        "service.withdrawn": _keys_of_records,
        "service.confirmed": _keys_of_confirmations,
        "confirmation.withdrawn": _keys_of_confirmations,
        "service.flagged": _keys_of_flags,
        "service.cleared": _keys_of_flags,
    },
    persons_of_event=PERSONS_OF_EVENT | dict.fromkeys(("demand.completed", "demand.reopened"), _persons_of_demands),
    keys_of_persons=_keys_of_persons,
    rows=_rows,
)
"""That a demand on which the person served is completed; its source is demand × person, its day the day of completion."""
