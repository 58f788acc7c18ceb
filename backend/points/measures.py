"""What statistics may count of points."""

from typing import Any

from sqlalchemy import Select

from backend.foundation.measures import AsOf, Measure, Shape, contribution, themselves
from backend.points.models import LedgerTransaction


def _booked(known_at: AsOf) -> Select[Any]:
    booked = contribution(
        source_id=LedgerTransaction.id,
        starts_on=LedgerTransaction.counts_on,
        area_path=LedgerTransaction.area_path,
        person_id=LedgerTransaction.person_id,
        quantity=LedgerTransaction.points,
    )
    return booked if known_at is None else booked.where(LedgerTransaction.booked_at <= known_at)


POINTS = Measure(
    name="points",
    source="积分账",
    shape=Shape.EVENTS,
    contributions=_booked,
    moved_by={"points.booked": themselves},
)
"""Points booked and reversed, each on the day and in the community of what earned them; a reversal counts negative.

As known at an instant it is what was booked by then: a service that was confirmed just before may not have its points yet, but
none has points before it was confirmed.
"""

MEASURES = (POINTS,)
