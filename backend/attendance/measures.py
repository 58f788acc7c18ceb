"""What statistics may count of services."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from backend import brands
from backend.attendance.models import Confirmation, ServiceFlag, ServiceRecord
from backend.attendance.queries import counting_records
from backend.foundation.database import one_of
from backend.foundation.measures import AsOf, Dimension, Measure, Shape, contribution, facts_of

BRAND = Dimension("品牌", lambda: {brand.code: brand.name for brand in brands.current().values()})

MINUTES_PER_TENTH = 6
"""Hours count in tenths; each record is floored, totals sum the floored ones."""


def _counting(known_at: AsOf) -> Select[Any]:
    record = counting_records(known_at).subquery("counting")
    return contribution(
        source_id=record.c.fact_id,
        starts_on=record.c.served_on,
        area_path=record.c.area_path,
        dimension=record.c.brand,
        person_id=record.c.person_id,
        quantity=record.c.minutes // MINUTES_PER_TENTH,
    )


def _confirmed(confirmation_ids: Sequence[UUID]) -> Select[Any]:
    return select(Confirmation.record_fact_id).where(one_of(Confirmation.id, confirmation_ids))


def _flagged(flag_ids: Sequence[UUID]) -> Select[Any]:
    return select(ServiceFlag.record_fact_id).where(one_of(ServiceFlag.id, flag_ids))


SERVICES = Measure(
    name="services",
    source="经确认的服务记录",
    shape=Shape.EVENTS,
    contributions=_counting,
    moved_by={
        # A record that nobody confirmed yet contributes nothing, so `service.recorded` moves nothing.
        "service.corrected": facts_of(ServiceRecord),
        "service.withdrawn": facts_of(ServiceRecord),
        "service.confirmed": _confirmed,
        "confirmation.withdrawn": _confirmed,
        "service.flagged": _flagged,
        "service.cleared": _flagged,
    },
    dimension=BRAND,
    counts_people=True,
)
"""Services whose record and confirmation both stand, on the Shanghai day they began; the quantity is tenths of an hour."""

MEASURES = (SERVICES,)
