"""The year's table, read from its cells: a constant number of rows, however many facts stand behind them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, and_, case, cast, func, or_, select, true

from backend.areas.models import Level
from backend.foundation import outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.statistics import indicators
from backend.statistics.indicators import Indicator, Kind
from backend.statistics.models import Cell, Grain
from backend.statistics.queries.groups import Grouping, groupings_of
from backend.statistics.queries.reach import AreaLine, area_in_reach, areas_below, months_begun
from backend.statistics.queries.rosters import Roster, rosters_of
from backend.statistics.queries.versions import LastVersion, since
from backend.statistics.service import CONSUMER

_AN_INSTANT = timedelta(microseconds=1)  # the smallest that the database tells apart


@dataclass(frozen=True, slots=True)
class Series:
    """One line of numbers in the indicator's smallest unit: the year, its months (None: yet to come), and the year of each community.

    `communities` and `streets` stand in the order of those of `YearFigures`. The year of a stock is what stands at its end, as far as is
    known; `before` is the year before, and of a stock `came` and `went` what lies between: before + came - went = year.
    """

    year: int
    months: tuple[int | None, ...]
    communities: tuple[int, ...]
    streets: tuple[int, ...]
    before: int
    came: int | None
    went: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """The share of one value of the indicator's dimension."""

    code: str
    name: str
    series: Series


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator of one area and year, in all and, where it is split, by its dimension."""

    indicator: Indicator
    series: Series
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class YearFigures:
    """The year's table of one area, its communities beside it, and of a district its streets. It counts every event before `as_of`, and
    knows whatever was on record at `known_at`."""

    year: int
    area: AreaLine
    communities: tuple[AreaLine, ...]
    streets: tuple[AreaLine, ...]
    as_of: datetime
    known_at: datetime
    figures: tuple[Figure, ...]
    groupings: tuple[Grouping, ...] = ()
    rosters: tuple[Roster, ...] = ()
    last: LastVersion | None = None


def year_figures(viewer: Actor, year: int, area_id: UUID | None, *, now: datetime) -> YearFigures:
    """The year's table of an area, or of the widest area that the viewer looks after.

    Raises Missing for an area out of the viewer's reach, Forbidden for who looks after none, YearNotBegun.
    """
    return _figures(viewer, year, area_id, tuple(indicators.current().values()), None, now=now)


def year_figure(viewer: Actor, year: int, code: str, area_id: UUID | None, *, now: datetime) -> YearFigures:
    """The same with one figure alone, of which alone the cells are read. Raises as `year_figures`, and IndicatorUnknown."""
    wanted = indicators.indicator(code)
    return _figures(viewer, year, area_id, (wanted,), wanted.measure, now=now)


def _figures(
    viewer: Actor, year: int, area_id: UUID | None, wanted: Sequence[Indicator], measure: str | None, *, now: datetime
) -> YearFigures:
    begun = months_begun(year, now=now)
    area = area_in_reach(viewer, area_id)
    communities = areas_below(area, Level.COMMUNITY, year)
    streets = areas_below(area, Level.STREET, year)
    waiting = outbox.oldest_waiting(CONSUMER)  # before the cells are read: they know at least what was before
    as_of, known_at = (now, now) if waiting is None else (waiting, waiting - _AN_INSTANT)
    cells = db.session.execute(_cells_of(year, area, [*communities, *streets], measure)).all()
    table = _Table(area, communities, streets, begun, cells)
    figures = tuple(table.figure(indicator) for indicator in wanted)
    return YearFigures(year, area, communities, streets, as_of, known_at, figures)


def figures_of(area: AreaLine, year: int, wanted: Sequence[Indicator], *, begun: int) -> tuple[Figure, ...]:
    """These figures of the area alone, without those below it. The caller has asked who may see them; `begun`: how many months."""
    cells = db.session.execute(_cells_of(year, area, (), None)).all()
    table = _Table(area, (), (), begun, cells)
    return tuple(table.figure(indicator) for indicator in wanted)


def year_book(viewer: Actor, year: int, area_id: UUID | None, *, last_at: datetime | None = None, now: datetime) -> YearFigures:
    """The year's table with what a workbook adds: of a community by grid, team and organisation and its rosters, and what changed since
    its last version, which knew what was on record at an instant. Raises as `year_figures`."""
    found = year_figures(viewer, year, area_id, now=now)
    told = [(figure.indicator, figure.series.year) for figure in found.figures]
    last = None if last_at is None else since(last_at, told, found.area, year)
    return replace(found, groupings=groupings_of(found.area, year), rosters=rosters_of(found.area, year), last=last)


@dataclass(frozen=True, slots=True)
class _Sums:
    """What a measure has of one dimension value, in one area, in a month or year. `lasting_…` is what came less what went: within a
    month, or until the end of the year. `entered` and `left_…` are what moved such a stock, `before_…` what flowed the year before."""

    rows: int = 0
    quantity: int = 0
    people: int = 0
    lasting_rows: int = 0
    lasting_quantity: int = 0
    lasting_people: int = 0
    entered: int = 0
    left_rows: int = 0
    left_quantity: int = 0
    left_people: int = 0
    before_rows: int = 0
    before_quantity: int = 0
    before_people: int = 0

    def of(self, indicator: Indicator) -> int:
        """The number that the indicator asks for."""
        match indicator.kind:
            case Kind.FLOW:
                return self.quantity if indicator.sums == "quantity" else self.rows
            case Kind.STOCK:
                return self.lasting_quantity if indicator.sums == "quantity" else self.lasting_rows
            case Kind.DISTINCT_FLOW:
                return self.people
            case Kind.DISTINCT_STOCK:
                return self.lasting_people

    def moved(self, indicator: Indicator) -> tuple[int, int]:
        """What came to a stock and what went within the period."""
        if indicator.kind is Kind.DISTINCT_STOCK:
            return self.entered, self.left_people
        return (self.quantity, self.left_quantity) if indicator.sums == "quantity" else (self.rows, self.left_rows)

    def before(self, indicator: Indicator) -> int:
        """The number of the year before."""
        if indicator.kind.is_stock:
            came, went = self.moved(indicator)
            return self.of(indicator) - came + went
        return _Sums(rows=self.before_rows, quantity=self.before_quantity, people=self.before_people).of(indicator)


_NOTHING = _Sums()


class _Table:
    """The cells of one year's table, found by measure, area and dimension value."""

    def __init__(
        self, area: AreaLine, communities: Sequence[AreaLine], streets: Sequence[AreaLine], begun: int, cells: Sequence[Any]
    ) -> None:
        self._area, self._communities, self._streets, self._begun = area, communities, streets, begun
        self._year: dict[tuple[str, str, str], _Sums] = {}
        self._months: dict[tuple[str, str], dict[int, _Sums]] = defaultdict(dict)
        self._values: dict[str, set[str]] = defaultdict(set)
        for measure, path, value, month, *amounts in cells:
            sums = _Sums(*(int(amount or 0) for amount in amounts))
            self._values[measure].add(value)
            if month:
                self._months[measure, value][month] = sums
            else:
                self._year[measure, path, value] = sums

    def figure(self, indicator: Indicator) -> Figure:
        """One indicator with all its numbers."""
        parts = tuple(Part(code, name, self._series(indicator, code)) for code, name in self._values_shown(indicator).items())
        return Figure(indicator, self._series(indicator, indicator.only or ""), parts)

    def _values_shown(self, indicator: Indicator) -> Mapping[str, str]:
        dimension = indicator.counted.dimension
        if not indicator.split or dimension is None:
            return {}
        known = dict(dimension.values())
        # What a brand that left the catalogue once did stays in the table, under its code.
        return known | {code: code for code in sorted(self._values[indicator.measure]) if code and code not in known}

    def _series(self, indicator: Indicator, value: str) -> Series:
        def of_year(area: AreaLine) -> _Sums:
            return self._year.get((indicator.measure, area.path, value), _NOTHING)

        whole = of_year(self._area)
        year, moved = whole.of(indicator), whole.moved(indicator) if indicator.kind.is_stock else (None, None)
        return Series(
            year,
            tuple(self._of_months(indicator, value, year)),
            tuple(of_year(area).of(indicator) for area in self._communities),
            tuple(of_year(area).of(indicator) for area in self._streets),
            whole.before(indicator),
            *moved,
        )

    def _of_months(self, indicator: Indicator, value: str, year: int) -> Iterator[int | None]:
        found = self._months.get((indicator.measure, value), {})
        months = [found.get(month, _NOTHING).of(indicator) for month in range(1, 13)]
        standing = year - sum(months)
        for month, moved in enumerate(months, start=1):
            standing += moved
            yield None if month > self._begun else standing if indicator.kind.is_stock else moved


def _cells_of(year: int, area: AreaLine, below: Sequence[AreaLine], measure: str | None) -> Select[Any]:
    """The months of the area, and the year of it and of what lies below; stocks also rest on the years before. Of one measure, or all."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    month = case((Cell.grain == Grain.MONTH, cast(func.extract("month", Cell.period), Integer)), else_=0).label("month")
    within = Cell.period >= first
    keys = (Cell.measure, Cell.area_path, Cell.dimension, month)
    came = (func.sum(amount).filter(within) for amount in (Cell.rows_in, Cell.quantity_in, Cell.people))
    lasting = (
        func.sum(amount)
        for amount in (Cell.rows_in - Cell.rows_out, Cell.quantity_in - Cell.quantity_out, Cell.people_in - Cell.people_out)
    )
    moved = (func.sum(amount).filter(within) for amount in (Cell.people_in, Cell.rows_out, Cell.quantity_out, Cell.people_out))
    in_year_before = Cell.period.between(date(year - 1, 1, 1), date(year - 1, 12, 31))
    before = (func.sum(amount).filter(in_year_before) for amount in (Cell.rows_in, Cell.quantity_in, Cell.people))
    return (
        select(*keys, *came, *lasting, *moved, *before)
        .where(
            Cell.area_path.in_([area.path, *(one.path for one in below)]),
            Cell.period <= last,
            true() if measure is None else Cell.measure == measure,
            or_(Cell.grain == Grain.YEAR, and_(Cell.grain == Grain.MONTH, within, Cell.area_path == area.path)),
        )
        .group_by(Cell.measure, Cell.area_path, Cell.dimension, "month")
    )
