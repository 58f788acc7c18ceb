"""Fills the sheets of the workbook that tell communities apart: in all by group of indicators, and by each dimension.

A table is no wider than a page can be read: whole groups of columns stand on as many sheets as they need.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from backend.areas.models import LENGTH_OF_PATH, Level
from backend.statistics.indicators import Indicator
from backend.statistics.queries import AreaLine, Series, YearFigures
from backend.statistics.workbook import words
from backend.statistics.workbook.paper import BODY, Column, Formats, Sheet, cells_of, column_range, needed

MOST_COLUMNS = 12
"""Of numbers on one sheet."""
_NUMERALS = "一二三四五六七八九十"
_FIGURE_WIDTH = 9.5
_NAME_WIDTH, _WIDEST_NAME = 14.0, 24.0

Draw = Callable[[Formats, YearFigures], Sheet]


@dataclass(frozen=True, slots=True)
class _Line:
    """A column of numbers by community: which indicator, under which heading."""

    group: str
    name: str
    indicator: Indicator
    series: Series


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the table: a community by its place, or what a street comes to."""

    names: tuple[str, ...]
    code: str
    place: int
    of_street: bool = False


def by_community(figures: YearFigures) -> list[Draw]:
    """分社区统计: one column an indicator; none for a community, which has nothing to tell apart by it."""
    lines = [_Line(figure.indicator.group, words.headed(figure.indicator), figure.indicator, figure.series) for figure in figures.figures]
    return _tables("社区", lines) if figures.communities else []


def by_dimension(figures: YearFigures, dimension: str) -> list[Draw]:
    """分品牌统计 and the like: for each indicator 小计, and a column for each part of which there is any."""
    lines = [
        _Line(words.headed_on_one_line(figure.indicator), name, figure.indicator, series)
        for figure in figures.figures
        if words.dimension_of(figure) == dimension
        for name, series in (
            (words.SUBTOTAL + (words.DISTINCT_MARK if figure.indicator.kind.is_distinct else ""), figure.series),
            *((part.name, part.series) for part in figure.parts if not words.is_empty(part.series)),
        )
    ]
    return _tables(dimension, lines) if figures.communities else []


def _tables(by: str, lines: Sequence[_Line]) -> list[Draw]:
    packed = list(_packed(lines))

    def drawing(number: int, some: Sequence[_Line]) -> Draw:
        name = f"分{by}统计" + (f"（{_NUMERALS[number]}）" if len(packed) > 1 else "")
        return lambda formats, figures: _table(formats, figures, name, words.title(figures, f"分{by}"), some)

    return [drawing(number, some) for number, some in enumerate(packed)]


def _packed(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Whole groups, as many as a sheet holds."""
    sheet: list[_Line] = []
    for _, group in groupby(lines, key=lambda line: line.group):
        columns = list(group)
        if sheet and len(sheet) + len(columns) > MOST_COLUMNS:
            yield sheet
            sheet = []
        sheet += columns
    if sheet:
        yield sheet


def _table(formats: Formats, figures: YearFigures, name: str, title: str, lines: Sequence[_Line]) -> Sheet:
    """Communities in the order of their codes, those of a district by street, 合计, and the year before."""
    places = [Column("街道", 13)] if figures.streets else []
    told = max((needed(community.told) for community in figures.communities), default=0)
    named = [Column("序号", 5), *places, Column("社区", min(max(told, _NAME_WIDTH), _WIDEST_NAME))]
    columns = [
        *named,
        *(Column(line.name, _width(line), line.group, words.period_of(line.indicator), stretches=True) for line in lines),
        Column("区划代码", 14, printed=False),
    ]
    counted = [line.indicator for line in lines]
    sheet = Sheet(formats, name, title=title, units=words.units(counted), columns=columns, frozen=len(named))
    rows = list(_rows(figures))
    for place, row in enumerate(rows, start=BODY):
        _name(sheet, place, row, len(columns) - 1)
    total = BODY + len(rows)
    for place, label in ((total, words.TOTAL), (total + 1, words.YEAR_BEFORE)):
        sheet.text(place, 0, "", centred=True)
        for column in range(1, len(named)):
            sheet.text(place, column, label if column == len(named) - 1 else "", centred=True, bold=place == total)
    for column, line in enumerate(lines, start=len(named)):
        _column(sheet, column, line, rows)
    sheet.note(*words.notes_for(counted))
    return sheet


def _width(line: _Line) -> float:
    numbers = (line.series.year, line.series.before, *line.series.communities, *line.series.streets)
    return max(_FIGURE_WIDTH, needed(line.name), words.width_for(numbers, line.indicator))


def _rows(figures: YearFigures) -> Iterator[_Row]:
    streets = {street.path: (place, street) for place, street in enumerate(figures.streets)}
    for path, together in groupby(enumerate(figures.communities), key=lambda pair: pair[1].path[: LENGTH_OF_PATH[Level.STREET]]):
        place, street = streets.get(path, (0, None))
        yield from (_community(community, number, street) for number, community in together)
        if street is not None:
            yield _Row((street.name, words.SUBTOTAL), _code(street), place, of_street=True)


def _community(community: AreaLine, place: int, street: AreaLine | None) -> _Row:
    return _Row((community.told,) if street is None else (street.name, community.told), _code(community), place)


def _code(area: AreaLine) -> str:
    return area.path.ljust(LENGTH_OF_PATH[Level.COMMUNITY], "0")


def _name(sheet: Sheet, place: int, row: _Row, code_column: int) -> None:
    sheet.text(place, 0, "" if row.of_street else str(row.place + 1), centred=True)
    for column, name in enumerate(row.names, start=1):
        sheet.text(place, column, name, bold=row.of_street)
    sheet.height(place, (row.names[-1], len(row.names)))
    sheet.text(place, code_column, row.code, centred=True)


def _column(sheet: Sheet, column: int, line: _Line, rows: Sequence[_Row]) -> None:
    indicator, decimals = line.indicator, line.indicator.decimals
    for place, row in enumerate(rows, start=BODY):
        value = (line.series.streets if row.of_street else line.series.communities)[row.place]
        sheet.number(place, column, indicator.in_units(value), decimals, bold=row.of_street)
    total = BODY + len(rows)
    whole = indicator.in_units(line.series.year)
    if indicator.kind.is_distinct or sum(line.series.communities) != line.series.year:
        sheet.number(total, column, whole, decimals, bold=True)
    elif any(row.of_street for row in rows):
        sheet.sum(total, column, cells_of(column, [BODY + place for place, row in enumerate(rows) if row.of_street]), whole, decimals)
    else:
        sheet.sum(total, column, column_range(column, BODY, total - 1), whole, decimals)
    sheet.number(total + 1, column, indicator.in_units(line.series.before), decimals)
