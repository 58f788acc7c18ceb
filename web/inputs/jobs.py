"""Which long work."""

from typing import Annotated

from pydantic import ConfigDict, Field

from backend.foundation.jobs import State
from backend.jobs.queries import JobSearch
from backend.jobs.sheets import ListName
from web.fields import NoNumbers, Text
from web.shapes import Body, DaysQuery, ForMe


class JobsQuery(DaysQuery):
    """Which jobs are asked for; the days are those on which they were asked for."""

    state: State | None = Field(default=None, description=State.listed())
    for_me: ForMe = False
    kind: Annotated[str, Text(max=60)] | None = Field(default=None, description="只看这一种", examples=["year_end"])

    @property
    def search(self) -> JobSearch:
        """The same for a query of the domain."""
        return JobSearch(self.state, self.kind, self.days, self.for_me)


class ListExportIn(Body):
    """Which list becomes a table, and by which filters."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"list": "demands", "filters": "status=published&brand=red_ribbon"}]})

    list: ListName = Field(description=ListName.listed())
    filters: Annotated[str, Text(max=1000), NoNumbers] | None = Field(
        default=None, description="筛选条件，与该列表的地址中问号后面的相同；分页参数不计"
    )
