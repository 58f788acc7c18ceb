"""Figures of a year."""

from typing import Annotated

from pydantic import ConfigDict, Field

from web.fields import Between, Id, Text
from web.shapes import Body, ListQuery, Query

Month = Annotated[int, Between(1, 12)]
Year = Annotated[int, Between(2000, 2199)]


class FiguresQuery(Query):
    """Which area."""

    area_id: Id | None = Field(default=None, description="区、街道或社区；不填为本人负责的最大范围")


class YearQuery(FiguresQuery):
    """Which year of which area, as the address of a page says it."""

    year: Year | None = Field(default=None, description="年度（北京时间）；不填为今年")


class ExportsQuery(ListQuery, YearQuery):
    """The page of a list of workbooks, and of which year and area the next one is."""


class FigureRowsQuery(ListQuery):
    """Which figure's rows."""

    area_id: Id | None = Field(default=None, description="区、街道或社区；不填为本人负责的最大范围")
    month: Month | None = Field(default=None, description="月份；不填为全年（存量为年末）")
    part: Annotated[str, Text(max=80)] | None = Field(default=None, description="分项代码，如 door_knock；不填为合计")


class YearRowsQuery(FigureRowsQuery, YearQuery):
    """Which figure's rows of which year, as the address of a page says it."""


class YearEndIn(Body):
    """Which year's table of which area."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"year": 2023, "area_id": "01931f6e-7c1a-7d2e-8f00-00000000c001"}]})

    year: Year = Field(description="年度（北京时间）")
    area_id: Id = Field(description="区、街道或社区")
