"""The indicators of the street (`config/indicators.toml`): which measure, counted how, named how. Read once, at the start."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from backend.foundation import catalogues
from backend.foundation.catalogues import Entry
from backend.foundation.errors import Missing
from backend.foundation.in_use import InUse
from backend.foundation.measures import Measure, Shape
from backend.foundation.terms import Word
from backend.statistics.measures import MEASURES


class IndicatorUnknown(Missing):
    """No indicator has this code."""

    code = "indicator_unknown"
    detail = "没有这个统计指标"


class Kind(Word):
    """年内增量 or 年末存量; of rows (or their quantities), or of distinct persons."""

    FLOW = "flow", "本年累计"
    STOCK = "stock", "年末数"
    DISTINCT_FLOW = "distinct_flow", "本年累计，每人计一次"
    DISTINCT_STOCK = "distinct_stock", "年末数，每人计一次"

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
    heading: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    quoted: bool = False
    definition: Annotated[str, Field(min_length=1, max_length=500)]

    @field_validator("measure")
    @classmethod
    def _measure_exists(cls, name: str) -> str:
        if name not in MEASURES:
            raise ValueError(f"没有名为 {name} 的统计口径，只有：{'、'.join(sorted(MEASURES))}")
        return name

    @model_validator(mode="after")
    def _fits_its_measure(self) -> Self:
        measure = MEASURES[self.measure]
        if self.kind.is_stock and measure.shape is not Shape.INTERVALS:
            raise ValueError(f"{self.measure} 发生在某一天，没有存量：kind 应为 flow 或 distinct_flow")
        if self.kind.is_distinct and not measure.counts_people:
            raise ValueError(f"{self.measure} 不能按人去重")
        if self.kind.is_distinct and self.sums != "rows":
            raise ValueError("按人去重的只计人数，不求和：不要填写 sums")
        if self.only is not None and self.split:
            raise ValueError("only 和 split 只能填写一项")
        if (self.only is not None or self.split) and measure.dimension is None:
            raise ValueError(f"{self.measure} 没有可供 only 或 split 的分类")
        if self.only is not None and measure.dimension is not None and self.only not in measure.dimension.values():
            raise ValueError(f"only 只能是：{'、'.join(measure.dimension.values())}")
        return self

    @model_validator(mode="after")
    def _heading_is_the_name(self) -> Self:
        if self.heading is not None and self.heading.replace("|", "") != self.name:
            raise ValueError(f"heading 须与 name（{self.name}）一致，只用 | 标出换行的地方")
        return self

    @property
    def period(self) -> str:
        """Of when it tells, in words."""
        return "年末数" if self.kind.is_stock else "本年累计"

    @property
    def counting(self) -> str:
        """How its rows make a number, in words."""
        if self.sums == "quantity":
            return "按数量合计"
        return "按人去重" if self.kind.is_distinct else "按件（次）计"

    @property
    def counted(self) -> Measure:
        """The measure that it names."""
        return MEASURES[self.measure]

    def in_units(self, amount: int) -> int | float:
        """An amount in the smallest unit, as a number of its unit; whole ones stay whole."""
        return amount / 10**self.decimals if self.decimals else amount

    def written(self, amount: int) -> str:
        """The same as people read it: 1,234.5."""
        return f"{self.in_units(amount):,.{self.decimals}f}"


class Indicators(Entry):
    """The catalogue, in the order of the table."""

    indicator: Annotated[tuple[Indicator, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _codes_once(self) -> Self:
        codes = [indicator.code for indicator in self.indicator]
        twice = {code for code in codes if codes.count(code) > 1}
        if twice:
            raise ValueError(f"有两个指标的 code 都是 {'、'.join(sorted(twice))}")
        return self

    @model_validator(mode="after")
    def _numbers_once(self) -> Self:
        """One number stands once: two lines that count the same are one that is told twice."""
        told: dict[tuple[object, ...], str] = {}
        for indicator in self.indicator:
            counts = (indicator.measure, indicator.kind, indicator.sums, indicator.only)
            if counts in told:
                raise ValueError(f"{told[counts]} 和 {indicator.code} 是同一个数，请只留一个")
            told[counts] = indicator.code
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
