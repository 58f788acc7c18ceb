"""Fills the sheets of the year's workbook: by community, by a dimension, by month, and the meaning of each indicator."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from backend.statistics.indicators import Indicator, Kind
from backend.statistics.measures import MEASURES
from backend.statistics.queries import AreaLine, Figure, Series, YearFigures
from backend.statistics.workbook.paper import BODY, Column, Formats, Sheet, column_range, row_range

DISTINCT_MARK = "※"
NOT_YET = "—"
TOTAL = "合计"
SUBTOTAL = "小计"

_KINDS: Mapping[Kind, tuple[str, str]] = {
    Kind.FLOW: ("年内流量", "逐条累计"),
    Kind.STOCK: ("期末存量", "逐条累计"),
    Kind.DISTINCT_FLOW: ("年内流量", "按人去重"),
    Kind.DISTINCT_STOCK: ("期末存量", "按人去重"),
}
_FIRST_FIGURE = 3  # number, community, code
_FIRST_MONTH = 4  # number, indicator, unit, kind
_LAST_MONTH = _FIRST_MONTH + 11
_FIGURE_WIDTH, _MONTH_WIDTH = 8.5, 7.5


@dataclass(frozen=True, slots=True)
class _Line:
    """A column of numbers by community: which indicator, under which heading."""

    group: str
    name: str
    indicator: Indicator
    series: Series


Draw = Callable[[Formats, YearFigures], Sheet]


def sheets_of(figures: YearFigures) -> list[Draw]:
    """What draws each sheet, in order: each call is one step of the work."""
    return [by_community, *(_by(dimension) for dimension in _dimensions(figures)), by_month, definitions]


def by_community(formats: Formats, figures: YearFigures) -> Sheet:
    """分社区统计表: one column an indicator."""
    lines = [_Line(figure.indicator.group, _headed(figure.indicator, "\n"), figure.indicator, figure.series) for figure in figures.figures]
    return _counts(formats, figures, "分社区统计", f"{_subject(figures)}志愿服务统计表", lines)


def _by(dimension: str) -> Draw:
    def draw(formats: Formats, figures: YearFigures) -> Sheet:
        lines = [
            _Line(_headed(figure.indicator), name, figure.indicator, series)
            for figure in figures.figures
            if _dimension_of(figure) == dimension
            for name, series in ((SUBTOTAL, figure.series), *((part.name, part.series) for part in figure.parts))
        ]
        return _counts(formats, figures, f"分{dimension}统计", f"{_subject(figures)}志愿服务统计表（分{dimension}）", lines)

    return draw


def by_month(formats: Formats, figures: YearFigures) -> Sheet:
    """分月统计表: one row an indicator, and one for each of its parts."""
    months = [Column(f"{month}月", _MONTH_WIDTH, "月份") for month in range(1, 13)]
    columns = [Column("序号", 5), Column("指标", 30), Column("单位", 6), Column("类型", 10), *months, Column("全年\n（期末）", 9.5)]
    title = f"{_subject(figures)}志愿服务统计表（分月）"
    sheet = Sheet(formats, "分月统计", title=title, units=_units(figures), columns=columns, frozen=2)
    row = BODY
    for number, figure in enumerate(figures.figures, start=1):
        _month_row(sheet, row, str(number), _marked(figure.indicator), figure.indicator, figure.series)
        row += 1
        for part in figure.parts:
            _month_row(sheet, row, "", f"　其中：{part.name}", figure.indicator, part.series)
            row += 1
    return sheet


def definitions(formats: Formats, figures: YearFigures) -> Sheet:
    """指标口径: what each indicator counts."""
    columns = [
        Column("序号", 6),
        Column("指标", 24),
        Column("单位", 7),
        Column("类型", 11),
        Column("计数方式", 11),
        Column("口径", 70),
        Column("分项", 7),
        Column("数据来源", 26),
    ]
    sheet = Sheet(formats, "指标口径", title=f"{_subject(figures)}志愿服务统计指标口径", units=_units(figures), columns=columns, frozen=2)
    for number, figure in enumerate(figures.figures, start=1):
        indicator, row = figure.indicator, BODY + number - 1
        period, counting = _KINDS[indicator.kind]
        if indicator.sums == "quantity":
            counting = "数量相加"
        cells = [str(number), indicator.name, indicator.unit, period, counting, indicator.definition]
        for place, value in enumerate([*cells, _dimension_of(figure) or NOT_YET, MEASURES[indicator.measure].source]):
            sheet.text(row, place, value, centred=place in (0, 2, 3, 4, 6))
        sheet.height(row, (indicator.definition, columns[5].width), (indicator.name, columns[1].width))
    return sheet


def _counts(formats: Formats, figures: YearFigures, name: str, title: str, lines: Sequence[_Line]) -> Sheet:
    """Communities in the order of their codes, and 合计."""
    columns = [Column("序号", 5), Column("社区", 14), Column("区划代码", 14)]
    columns += [Column(line.name, _FIGURE_WIDTH, line.group) for line in lines]
    units = "、".join(dict.fromkeys(line.indicator.unit for line in lines))
    sheet = Sheet(formats, name, title=title, units=units, columns=columns, frozen=_FIRST_FIGURE)
    communities: Sequence[AreaLine] = figures.communities or (figures.area,)
    total = BODY + len(communities)
    for place, area in enumerate(communities):
        sheet.text(BODY + place, 0, str(place + 1), centred=True)
        sheet.text(BODY + place, 1, area.name)
        sheet.text(BODY + place, 2, area.path.ljust(12, "0"), centred=True)
    for place, heading in enumerate(("", TOTAL, "")):
        sheet.text(total, place, heading, centred=True, bold=True)
    for column, line in enumerate(lines, start=_FIRST_FIGURE):
        values = line.series.communities or (line.series.year,)
        for row, value in enumerate(values, start=BODY):
            sheet.number(row, column, _shown(value, line.indicator), line.indicator.decimals)
        _total(sheet, total, column, line, values)
    return sheet


def _total(sheet: Sheet, row: int, column: int, line: _Line, values: Sequence[int]) -> None:
    shown, decimals = _shown(line.series.year, line.indicator), line.indicator.decimals
    if line.indicator.kind.is_distinct or sum(values) != line.series.year:
        sheet.number(row, column, shown, decimals, bold=True)
    else:
        sheet.sum(row, column, column_range(column, BODY, row - 1), shown, decimals)


def _month_row(sheet: Sheet, row: int, number: str, name: str, indicator: Indicator, series: Series) -> None:
    sheet.text(row, 0, number, centred=True)
    sheet.text(row, 1, name)
    sheet.text(row, 2, indicator.unit, centred=True)
    sheet.text(row, 3, _KINDS[indicator.kind][0], centred=True)
    for column, value in enumerate(series.months, start=_FIRST_MONTH):
        if value is None:
            sheet.text(row, column, NOT_YET, centred=True)
        else:
            sheet.number(row, column, _shown(value, indicator), indicator.decimals)
    year = _shown(series.year, indicator)
    if indicator.kind is Kind.FLOW and sum(value or 0 for value in series.months) == series.year:
        sheet.sum(row, _LAST_MONTH + 1, row_range(row, _FIRST_MONTH, _LAST_MONTH), year, indicator.decimals)
    else:
        sheet.number(row, _LAST_MONTH + 1, year, indicator.decimals, bold=True)


def _shown(value: int, indicator: Indicator) -> float:
    """A number in the unit of the indicator; whole ones stay whole."""
    return value / 10**indicator.decimals if indicator.decimals else value


def _marked(indicator: Indicator) -> str:
    return f"{indicator.name}{DISTINCT_MARK}" if indicator.kind.is_distinct else indicator.name


def _headed(indicator: Indicator, between: str = "") -> str:
    return f"{_marked(indicator)}{between}（{indicator.unit}）"


def _subject(figures: YearFigures) -> str:
    return f"{figures.area.name}{figures.year}年度"


def _units(figures: YearFigures) -> str:
    return "、".join(dict.fromkeys(figure.indicator.unit for figure in figures.figures))


def _dimension_of(figure: Figure) -> str | None:
    dimension = figure.indicator.counted.dimension
    return dimension.name if figure.parts and dimension is not None else None


def _dimensions(figures: YearFigures) -> list[str]:
    return list(dict.fromkeys(name for figure in figures.figures if (name := _dimension_of(figure)) is not None))
