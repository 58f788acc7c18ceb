"""The facts of serving that can earn points: minutes served, and the first service with a brand."""

from sqlalchemy import Integer, Text, cast, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.sql.selectable import FromClause

from backend.attendance.models import Confirmation, ServiceFlag, ServiceRecord
from backend.attendance.queries import counting_records
from backend.foundation.rewards import CONCERNED, RewardedFact, Rows

_OF_RECORD = ("service.recorded", "service.corrected", "service.withdrawn")
_OF_CONFIRMATION = ("service.confirmed", "confirmation.withdrawn")
_OF_FLAG = ("service.flagged", "service.cleared")


_records = select(ServiceRecord.fact_id, ServiceRecord.person_id, ServiceRecord.brand).distinct()
_records_of_records = _records.where(ServiceRecord.id == CONCERNED)
_records_of_confirmations = _records.join(Confirmation, Confirmation.record_fact_id == ServiceRecord.fact_id).where(
    Confirmation.id == CONCERNED
)
_records_of_flags = _records.join(ServiceFlag, ServiceFlag.record_fact_id == ServiceRecord.fact_id).where(ServiceFlag.id == CONCERNED)
_records_of_persons = _records.where(ServiceRecord.person_id == CONCERNED, ServiceRecord.is_current())


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
    ).outerjoin_from(keys, record, record.c.fact_id == keys.c.fact_id)


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
        .outerjoin_from(keys, record, (record.c.person_id == keys.c.person_id) & (record.c.brand == keys.c.brand))
        .ext(distinct_on(keys.c.source))
        .order_by(keys.c.source, record.c.served_on, record.c.fact_id)
    )


MINUTES_SERVED = RewardedFact(
    name="minutes_served",
    keys_of_event=dict.fromkeys(_OF_RECORD, _minutes_keys(_records_of_records))
    | dict.fromkeys(_OF_CONFIRMATION, _minutes_keys(_records_of_confirmations))
    | dict.fromkeys(_OF_FLAG, _minutes_keys(_records_of_flags)),
    keys_of_persons=_minutes_keys(_records_of_persons),
    rows=_minutes_rows,
)
"""Minutes of one record that counts; its source is the record's fact_id."""

FIRST_SERVICE_WITH_BRAND = RewardedFact(
    name="first_service_with_brand",
    keys_of_event=dict.fromkeys(_OF_RECORD, _first_keys(_records_of_records))
    | dict.fromkeys(_OF_CONFIRMATION, _first_keys(_records_of_confirmations))
    | dict.fromkeys(_OF_FLAG, _first_keys(_records_of_flags)),
    keys_of_persons=_first_keys(_records_of_persons),
    rows=_first_rows,
)
"""That a person has served with a brand at all: its source is person × brand, so it holds on while any record of theirs counts."""
