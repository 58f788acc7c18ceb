"""What statistics may count of services."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from backend import brands
from backend.attendance.models import Confirmation, ServiceRecord
from backend.attendance.queries import counting_records
from backend.foundation.measures import Dimension, Measure, Shape, among, contribution, facts_of

BRAND = Dimension("品牌", lambda: {brand.code: brand.name for brand in brands.current().values()})

MINUTES_PER_TENTH = 6
"""Hours count in tenths; each record is floored, totals sum the floored ones."""


_counting = counting_records().subquery("counting")


def _confirmed(confirmation_ids: Sequence[UUID]) -> Select[Any]:
    return select(Confirmation.record_fact_id).where(among(Confirmation.id, confirmation_ids))


SERVICES = Measure(
    name="services",
    source="经确认的服务记录",
    shape=Shape.EVENTS,
    contributions=contribution(
        source_id=_counting.c.fact_id,
        starts_on=_counting.c.served_on,
        area_path=_counting.c.area_path,
        dimension=_counting.c.brand,
        person_id=_counting.c.person_id,
        quantity=_counting.c.minutes // MINUTES_PER_TENTH,
    ),
    moved_by={
        # A record that nobody confirmed yet contributes nothing, so `service.recorded` moves nothing.
        "service.corrected": facts_of(ServiceRecord),
        "service.withdrawn": facts_of(ServiceRecord),
        "service.confirmed": _confirmed,
        "confirmation.withdrawn": _confirmed,
    },
    dimension=BRAND,
    counts_people=True,
)
"""Services whose record and confirmation both stand, on the Shanghai day they began; the quantity is tenths of an hour."""

MEASURES = (SERVICES,)
