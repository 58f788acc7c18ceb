"""What statistics may count of points."""

from backend.foundation.measures import Measure, Shape, contribution, themselves
from backend.points.models import LedgerTransaction

POINTS = Measure(
    name="points",
    source="积分账",
    shape=Shape.EVENTS,
    contributions=contribution(
        source_id=LedgerTransaction.id,
        starts_on=LedgerTransaction.counts_on,
        area_path=LedgerTransaction.area_path,
        person_id=LedgerTransaction.person_id,
        quantity=LedgerTransaction.points,
    ),
    moved_by={"points.booked": themselves},
)
"""Points booked and reversed, each on the day and in the community of what earned them; a reversal counts negative."""

MEASURES = (POINTS,)
