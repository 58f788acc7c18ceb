"""Which points."""

from backend.foundation.paging import TimeSort
from web.shapes import DaysQuery, Sorted


class PointsQuery(DaysQuery):
    """Which of one's own; the days are those on which they count."""

    sort: Sorted = TimeSort.LATEST
