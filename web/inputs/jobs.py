"""Which long work."""

from typing import Annotated

from pydantic import Field

from backend.foundation.jobs import State
from backend.jobs.queries import JobSearch
from web.fields import Text
from web.shapes import DaysQuery, ForMe


class JobsQuery(DaysQuery):
    """Which jobs are asked for; the days are those on which they were asked for."""

    state: State | None = Field(default=None, description=State.listed())
    for_me: ForMe = False
    kind: Annotated[str, Text(max=60)] | None = Field(default=None, description="只看这一种", examples=["year_end"])

    @property
    def search(self) -> JobSearch:
        """The same for a query of the domain."""
        return JobSearch(self.state, self.kind, self.days, self.for_me)
