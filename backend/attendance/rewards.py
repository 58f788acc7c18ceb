"""The facts of serving that can earn points: minutes served, and the first service with a brand."""

from sqlalchemy import Integer, Text, cast, select, true
from sqlalchemy.sql.selectable import FromClause

from backend.attendance.models import Confirmation, ServiceFlag, ServiceRecord
from backend.attendance.queries import counting_records
from backend.foundation.rewards import CONCERNED, RewardedFact, Rows

_OF_RECORD = ("service.recorded", "service.corrected", "service.withdrawn")
_OF_CONFIRMATION = ("service.confirmed", "confirmation.withdrawn")
_OF_FLAG = ("service.flagged", "service.cleared")


def _of_event(records: Rows) -> dict[str, Rows]:
    """Those of the records that each event is about."""
    confirmed = records.join(Confirmation, Confirmation.record_fact_id == ServiceRecord.fact_id).where(Confirmation.id == CONCERNED)
    flagged = records.join(ServiceFlag, ServiceFlag.record_fact_id == ServiceRecord.fact_id).where(ServiceFlag.id == CONCERNED)
    return {
        **dict.fromkeys(_OF_RECORD, records.where(ServiceRecord.id == CONCERNED)),
        **dict.fromkeys(_OF_CONFIRMATION, confirmed),
        **dict.fromkeys(_OF_FLAG, flagged),
    }


PERSONS_OF_EVENT = _of_event(select(ServiceRecord.person_id).distinct())
"""Who served, by the name of an event about a service."""

_records = select(ServiceRecord.fact_id, ServiceRecord.person_id, ServiceRecord.brand).distinct()
_records_of_event = {event: records.cte("records_concerned") for event, records in _of_event(_records).items()}
"""What both facts below begin with: they name the same rows, which are looked up once."""
_records_of_persons = _records.where(ServiceRecord.person_id == CONCERNED, ServiceRecord.is_current()).cte("records_concerned")


def _minutes_keys(found: FromClause) -> Rows:
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
    ).outerjoin_from(keys, record, record.c.fact_id == keys.c.fact_id)


def _first_keys(found: FromClause) -> Rows:
    source = cast(found.c.person_id, Text) + ":" + found.c.brand
    return select(found.c.person_id, found.c.brand, source.label("source")).distinct()


def _first_rows(keys: FromClause) -> Rows:
    counting = counting_records().subquery("record")
    # The index of a person's records gives the earliest first, so the search ends at the first one that counts.
    first = (
        select(counting)
        .where(counting.c.person_id == keys.c.person_id, counting.c.brand == keys.c.brand)
        .order_by(counting.c.served_on, counting.c.fact_id)
        .limit(1)
        .lateral("first")
    )
    return select(
        keys.c.source,
        first.c.person_id,
        first.c.brand,
        first.c.area_path,
        first.c.served_on.label("day"),
        cast(1, Integer).label("amount"),
    ).outerjoin_from(keys, first, true())


MINUTES_SERVED = RewardedFact(
    name="minutes_served",
    title="已确认的服务时长",
    unit="分钟",
    keys_of_event={event: _minutes_keys(records) for event, records in _records_of_event.items()},
    persons_of_event=PERSONS_OF_EVENT,
    keys_of_persons=_minutes_keys(_records_of_persons),
    rows=_minutes_rows,
)
"""Minutes of one record that counts; its source is the record's fact_id."""

FIRST_SERVICE_WITH_BRAND = RewardedFact(
    name="first_service_with_brand",
    title="首次参加一个品牌的服务",
    unit="次",
    keys_of_event={event: _first_keys(records) for event, records in _records_of_event.items()},
    persons_of_event=PERSONS_OF_EVENT,
    keys_of_persons=_first_keys(_records_of_persons),
    rows=_first_rows,
)
"""That a person has served with a brand at all: its source is person × brand, so it holds on while any record of theirs counts."""
