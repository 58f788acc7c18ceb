"""The indicators of the street (`config/indicators.toml`): which measure, counted how, named how. Read once, at the start."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from backend.foundation import catalogues
from backend.foundation.catalogues import Entry
from backend.foundation.errors import Missing
from backend.foundation.in_use import InUse
from backend.foundation.measures import Measure, Shape
from backend.statistics.measures import MEASURES


class IndicatorUnknown(Missing):
    """No indicator has this code."""

    code = "indicator_unknown"
    detail = "没有这个统计指标"


class Kind(StrEnum):
    """年内增量 or 年末存量; of rows (or their quantities), or of distinct persons."""

    FLOW = "flow"
    STOCK = "stock"
    DISTINCT_FLOW = "distinct_flow"
    DISTINCT_STOCK = "distinct_stock"

    @property
    def is_stock(self) -> bool:
        """Whether it holds at the end of a month, instead of within it."""
        return self in (Kind.STOCK, Kind.DISTINCT_STOCK)

    @property
    def is_distinct(self) -> bool:
        """Whether a person counts once."""
        return self in (Kind.DISTINCT_FLOW, Kind.DISTINCT_STOCK)


class Indicator(Entry):
    """One line of the year's table."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,60}$")]
    name: Annotated[str, Field(min_length=1, max_length=40)]
    group: Annotated[str, Field(min_length=1, max_length=20)]
    unit: Literal["个", "家", "人", "人次", "小时", "分", "件"]
    measure: str
    kind: Kind
    sums: Literal["rows", "quantity"] = "rows"
    only: str | None = None
    split: bool = False
    decimals: Annotated[int, Field(ge=0, le=3)] = 0
    definition: Annotated[str, Field(min_length=1, max_length=500)]

    @field_validator("measure")
    @classmethod
    def _measure_exists(cls, name: str) -> str:
        if name not in MEASURES:
            raise ValueError(f"no measure is called {name!r}; there are: {', '.join(sorted(MEASURES))}")
        return name

    @model_validator(mode="after")
    def _fits_its_measure(self) -> Self:
        measure = MEASURES[self.measure]
        if self.kind.is_stock and measure.shape is not Shape.INTERVALS:
            raise ValueError(f"{self.measure} happens on a day and has no stock: kind must be flow or distinct_flow")
        if self.kind.is_distinct and not measure.counts_people:
            raise ValueError(f"{self.measure} does not count distinct persons")
        if self.kind.is_distinct and self.sums != "rows":
            raise ValueError("distinct persons are counted, not summed: leave sums out")
        if self.only is not None and self.split:
            raise ValueError("only and split exclude each other")
        if (self.only is not None or self.split) and measure.dimension is None:
            raise ValueError(f"{self.measure} has no dimension for only or split")
        if self.only is not None and measure.dimension is not None and self.only not in measure.dimension.values():
            raise ValueError(f"only must be one of: {', '.join(measure.dimension.values())}")
        return self

    @property
    def counted(self) -> Measure:
        """The measure that it names."""
        return MEASURES[self.measure]


class Indicators(Entry):
    """The catalogue, in the order of the table."""

    indicator: Annotated[tuple[Indicator, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _codes_once(self) -> Self:
        codes = [indicator.code for indicator in self.indicator]
        twice = {code for code in codes if codes.count(code) > 1}
        if twice:
            raise ValueError(f"two indicators have the code {', '.join(sorted(twice))}")
        return self


_in_use: InUse[Mapping[str, Indicator]] = InUse("indicators")
use, current = _in_use.use, _in_use.current


def read(path: Path) -> Mapping[str, Indicator]:
    """Indicators by their code, in the catalogue's order; brands must be in use before.

    Raises CatalogueInvalid, naming file, line and field.
    """
    return {indicator.code: indicator for indicator in catalogues.load(path, Indicators).indicator}


def indicator(code: str) -> Indicator:
    """The indicator of a code. Raises IndicatorUnknown."""
    found = current().get(code)
    if found is None:
        raise IndicatorUnknown
    return found
