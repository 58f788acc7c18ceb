"""Which reports of what waits past its day."""

from pydantic import Field

from web.fields import Id
from web.shapes import DaysQuery


class OverdueQuery(DaysQuery):
    """Of which street; the days are those on which it was counted."""

    area_id: Id | None = Field(default=None, description="只看这个街道的")
