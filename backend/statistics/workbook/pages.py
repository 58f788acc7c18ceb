"""Fills the other sheets of the workbook: cover, the year beside the one before, by month, by group, rosters, and the meaning of each
indicator."""

from collections.abc import Sequence
from itertools import groupby

from backend.statistics import form
from backend.statistics.indicators import Indicator, Kind
from backend.statistics.queries import Grouping, Roster, RosterLine, Series, YearFigures
from backend.statistics.workbook import tables, words
from backend.statistics.workbook.paper import BODY, Column, Formats, Sheet, column_range, needed, row_range
from backend.statistics.workbook.tables import Draw

COVER, CHANGES, BALANCE, MONTHS, DEFINITIONS = "封面", "更正说明", "年度对照", "分月统计", "指标口径"
_REST = {"网格": "未分网格", "服务队": "其他身份", "社会组织": "其他身份"}
_FIRST_MONTH = 4  # number, indicator, unit, kind
_LAST_MONTH = _FIRST_MONTH + 11
_WIDEST_DETAIL = 30.0
_SERVED = (
    Column("次数", 9, "本年在本社区服务", stretches=True),
    Column("时长\n（小时）", 10, "本年在本社区服务", stretches=True),
)
_LINES_OF_A_PAGE = 40
"""About as many of a roster: one of more, of several teams or units, has a page before it that says where each stands."""


def sheets_of(figures: YearFigures) -> list[Draw]:
    """What draws each sheet, in order: each call is one step of the work."""
    dimensions = dict.fromkeys(name for figure in figures.figures if (name := words.dimension_of(figure)) is not None)
    return [
        cover,
        *([changes] if figures.last is not None and figures.last.changes else []),
        balance,
        *tables.by_community(figures),
        *(draw for dimension in dimensions for draw in tables.by_dimension(figures, dimension)),
        *(_by_group(grouping) for grouping in figures.groupings),
        by_month,
        *(draw for roster in figures.rosters for draw in _rosters(roster)),
        definitions,
    ]


def cover(formats: Formats, figures: YearFigures) -> Sheet:
    """封面: what a report quotes, exact and as it would say it."""
    quoted = [figure for figure in figures.figures if figure.indicator.quoted] or list(figures.figures)
    columns = [
        Column("序号", 6),
        Column("指标", 28, stretches=True),
        Column("单位", 8),
        Column("类型", 10),
        Column("数字", 13, stretches=True),
        Column("报告用语", 13, stretches=True),
        Column(words.YEAR_BEFORE, 13, stretches=True),
    ]
    told = [figure.indicator for figure in quoted]
    sheet = Sheet(formats, COVER, title=words.title(figures), units=words.units(told), columns=columns, frozen=2)
    for number, figure in enumerate(quoted, start=1):
        row, indicator = BODY + number - 1, figure.indicator
        _label(sheet, row, str(number), words.marked(indicator), indicator.unit, indicator.period)
        sheet.number(row, 4, indicator.in_units(figure.series.year), indicator.decimals, bold=True)
        sheet.text(row, 5, words.about(figure.series.year // 10**indicator.decimals), centred=True)
        sheet.number(row, 6, indicator.in_units(figure.series.before), indicator.decimals)
    sheet.note(*words.notes_for(told), "报告用语只舍不入，其余各表都是准确数字。")
    if figures.last is not None:
        number = len(figures.last.changes)
        said = f"有{number}项数字更正，见“{CHANGES}”表" if number else "没有数字更正"
        sheet.note(f"与上一版（数据截至{words.moment(figures.last.at)}）相比，{said}。")
    return sheet


def changes(formats: Formats, figures: YearFigures) -> Sheet:
    """更正说明: what is otherwise than in the version before."""
    columns = [
        Column("序号", 6),
        Column("指标", 28, stretches=True),
        Column("单位", 8),
        Column("类型", 10),
        Column("上一版", 13, stretches=True),
        Column("本版", 13, stretches=True),
        Column("增减", 13, stretches=True),
    ]
    assert figures.last is not None  # noqa: S101 - `sheets_of` draws it only then
    told = [change.indicator for change in figures.last.changes]
    sheet = Sheet(formats, CHANGES, title=words.title(figures, CHANGES), units=words.units(told), columns=columns, frozen=2)
    for number, change in enumerate(figures.last.changes, start=1):
        row, indicator = BODY + number - 1, change.indicator
        _label(sheet, row, str(number), words.marked(indicator), indicator.unit, indicator.period)
        for column, value in enumerate((change.was, change.now, change.now - change.was), start=4):
            sheet.number(row, column, indicator.in_units(value), indicator.decimals, bold=column == 5)
    sheet.note(f"上一版的数据截至{words.moment(figures.last.at)}；其中的数字按当时登记的事实重新计出。", *words.notes_for(told))
    return sheet


def balance(formats: Formats, figures: YearFigures) -> Sheet:
    """年度对照: each indicator beside the year before; what stands, with what came and went in between."""
    columns = [
        Column("序号", 5),
        Column("指标", 28, stretches=True),
        Column("单位", 7),
        Column("类型", 10),
        Column("年初数", 11, "存量变动", stretches=True),
        Column("本年增加", 11, "存量变动", stretches=True),
        Column("本年减少", 11, "存量变动", stretches=True),
        Column("本年累计\n或年末数", 12, stretches=True),
        Column(words.YEAR_BEFORE, 11, stretches=True),
        Column("比上年\n增减", 11, stretches=True),
    ]
    told = [figure.indicator for figure in figures.figures]
    sheet = Sheet(formats, BALANCE, title=words.title(figures, BALANCE), units=words.units(told), columns=columns, frozen=2, upright=True)
    for number, figure in enumerate(figures.figures, start=1):
        row, indicator, series = BODY + number - 1, figure.indicator, figure.series
        _label(sheet, row, str(number), words.marked(indicator), indicator.unit, indicator.period)
        between = (series.before, series.came, series.went) if indicator.kind.is_stock else (None, None, None)
        numbers = (*between, series.year, series.before, series.year - series.before)
        for column, value in enumerate(numbers, start=4):
            _number_or_dash(sheet, row, column, value, indicator, bold=column == 7)
    sheet.note(*words.notes_for(told, dashes=True), *(f"审核关系：{relation}。" for relation in form.current().relations))
    return sheet


def by_month(formats: Formats, figures: YearFigures) -> Sheet:
    """分月统计: one row an indicator, and one for each of its parts of which there is any."""
    width = max((words.width_for(figure.series.months, figure.indicator) for figure in figures.figures), default=0)
    whole = max((words.width_for([figure.series.year], figure.indicator) for figure in figures.figures), default=0)
    months = [Column(f"{month}月", max(7.5, width), "月份", stretches=True) for month in range(1, 13)]
    columns = [
        Column("序号", 5),
        Column("指标", 29),
        Column("单位", 6),
        Column("类型", 8),
        *months,
        Column("全年\n（年末）", max(10, whole)),
    ]
    told = [figure.indicator for figure in figures.figures]
    sheet = Sheet(formats, MONTHS, title=words.title(figures, "分月"), units=words.units(told), columns=columns, frozen=2)
    row = BODY
    for number, figure in enumerate(figures.figures, start=1):
        _month_row(sheet, row, str(number), words.marked(figure.indicator), figure.indicator, figure.series)
        row += 1
        parts = [part for part in figure.parts if not words.is_empty(part.series)]
        for place, part in enumerate(parts):
            _month_row(sheet, row, "", ("　　　　" if place else "　其中：") + part.name, figure.indicator, part.series)
            row += 1
    dashes = any(month is None for figure in figures.figures for month in figure.series.months)
    sheet.note(*words.notes_for(told, dashes=dashes))
    return sheet


def definitions(formats: Formats, figures: YearFigures) -> Sheet:
    """指标口径: what each indicator counts."""
    columns = [
        Column("序号", 5),
        Column("指标", 24),
        Column("单位", 6),
        Column("类型", 10),
        Column("计数方式", 14),
        Column("口径", 58),
        Column("分项", 6),
        Column("数据来源", 20),
    ]
    told = [figure.indicator for figure in figures.figures]
    title = f"{words.subject(figures)}志愿服务统计指标口径"
    sheet = Sheet(formats, DEFINITIONS, title=title, units=words.units(told), columns=columns, frozen=2)
    for number, figure in enumerate(figures.figures, start=1):
        indicator, row = figure.indicator, BODY + number - 1
        cells = [str(number), indicator.name, indicator.unit, indicator.period, indicator.counting, indicator.definition]
        source = indicator.counted.source
        for place, value in enumerate([*cells, words.dimension_of(figure) or words.NOT_YET, source]):
            sheet.text(row, place, value, centred=place in (0, 2, 3, 4, 6))
        sheet.height(row, (indicator.definition, 5), (indicator.name, 1), (source, 7))
    return sheet


def _by_group(grouping: Grouping) -> Draw:
    def draw(formats: Formats, figures: YearFigures) -> Sheet:
        return _groups(formats, figures, grouping)

    return draw


def _groups(formats: Formats, figures: YearFigures, grouping: Grouping) -> Sheet:
    """分网格统计 and the like: the groups as they stand on record, what belongs to none of them, and 合计."""
    first = 2 + len(grouping.details)
    wholes = {figure.indicator.code: figure.series.year for figure in figures.figures}
    widest = max((words.width_for([wholes[one.code]], one) for one in grouping.indicators), default=0)
    columns = [
        Column("序号", 5),
        Column(grouping.name, 24),
        *(Column(detail, 14) for detail in grouping.details),
        *(
            Column(words.headed(one), max(9.5, needed(words.headed(one)), widest), one.group, words.period_of(one), stretches=True)
            for one in grouping.indicators
        ),
    ]
    by = f"分{grouping.name}"
    title = words.title(figures, by)
    sheet = Sheet(formats, f"{by}统计", title=title, units=words.units(grouping.indicators), columns=columns, frozen=2)
    total = BODY + len(grouping.lines) + 1
    for row, line in enumerate(grouping.lines, start=BODY):
        for column, value in enumerate((str(row - BODY + 1), line.name, *line.details)):
            sheet.text(row, column, value, centred=column != 1)
        sheet.height(row, (line.name, 1))
    for row, label in ((total - 1, _REST[grouping.name]), (total, words.TOTAL)):
        for column in range(first):
            sheet.text(row, column, label if column == 1 else "", centred=True, bold=row == total)
    for place, indicator in enumerate(grouping.indicators):
        _group_column(sheet, first + place, indicator, [*(line.values[place] for line in grouping.lines), grouping.rest[place]], wholes)
    sheet.note(*words.notes_for(grouping.indicators))
    return sheet


def _group_column(sheet: Sheet, column: int, indicator: Indicator, values: Sequence[int], wholes: dict[str, int]) -> None:
    for row, value in enumerate(values, start=BODY):
        sheet.number(row, column, indicator.in_units(value), indicator.decimals)
    total, whole = BODY + len(values), wholes[indicator.code]
    if indicator.kind.is_distinct or sum(values) != whole:
        sheet.number(total, column, indicator.in_units(whole), indicator.decimals, bold=True)
    else:
        sheet.sum(total, column, column_range(column, BODY, total - 1), indicator.in_units(whole), indicator.decimals)


def _rosters(roster: Roster) -> list[Draw]:
    groups = _groups_of(roster)
    whole: list[Draw] = [lambda formats, figures: _roster(formats, figures, roster)]
    if len(groups) < 2 or len(roster.lines) <= _LINES_OF_A_PAGE:
        return whole
    return [lambda formats, figures: _roster_by_group(formats, figures, roster, groups), *whole]


def _groups_of(roster: Roster) -> list[tuple[str, int, Sequence[RosterLine]]]:
    """Each team or unit, where its lines begin, and these."""
    found: list[tuple[str, int, Sequence[RosterLine]]] = []
    for name, numbered in groupby(enumerate(roster.lines), key=lambda pair: pair[1].group):
        places, together = zip(*numbered, strict=True)
        found.append((name or roster.rest, places[0], together))
    return found


def _roster_by_group(
    formats: Formats, figures: YearFigures, roster: Roster, groups: Sequence[tuple[str, int, Sequence[RosterLine]]]
) -> Sheet:
    """志愿者名册目录 and the like: a team or unit in each row, how many stand with it, and where."""
    columns = [
        Column("序号", 6),
        Column(roster.by, _width([roster.by, *(name for name, _, _ in groups)]), stretches=True),
        Column("年内在册\n（人次）", 11),
        Column("其中年末\n在册（人）", 11),
        Column("名册中的\n序号", 14),
        *_SERVED,
    ]
    name = f"{roster.name}目录"
    sheet = Sheet(formats, name, title=_title(figures, name), units=words.UNITS_OF_CONTENTS, columns=columns, frozen=2, upright=True)
    for row, (group, first, lines) in enumerate(groups, start=BODY):
        sheet.text(row, 0, str(row - BODY + 1), centred=True)
        sheet.text(row, 1, group)
        sheet.link(row, 4, "—".join(dict.fromkeys((str(first + 1), str(first + len(lines))))), roster.name, BODY + first)
        sheet.height(row, (group, 1))
    for column, label in enumerate(("", words.TOTAL, "", "", "")):
        sheet.text(BODY + len(groups), column, label, centred=True, bold=True)
    for column, decimals, each in (
        (2, 0, [len(lines) for _, _, lines in groups]),
        (3, 0, [sum(line.stands for line in lines) for _, _, lines in groups]),
        (5, 0, [sum(line.services for line in lines) for _, _, lines in groups]),
        (6, 1, [sum(line.tenths for line in lines) / 10 for _, _, lines in groups]),
    ):
        for row, value in enumerate(each, start=BODY):
            sheet.number(row, column, value, decimals)
        _sum(sheet, column, each, decimals)
    sheet.note(*([roster.of_several] if roster.of_several else []), *words.NOTES_OF_CONTENTS)
    return sheet


def _roster(formats: Formats, figures: YearFigures, roster: Roster) -> Sheet:
    """志愿者名册 and the like: a registration in each row, and what they served in all. The lines of a team or unit stand together."""
    columns = [
        Column("序号", 6),
        *(Column(name, _width([name, *(line.details[place] for line in roster.lines)])) for place, name in enumerate(roster.details)),
        *_SERVED,
    ]
    title = _title(figures, roster.name)
    sheet = Sheet(formats, roster.name, title=title, units=words.UNITS_OF_ROSTER, columns=columns, frozen=3, upright=True)
    first, total = 1 + len(roster.details), BODY + len(roster.lines)
    for row, line in enumerate(roster.lines, start=BODY):
        for column, value in enumerate((str(row - BODY + 1), *line.details)):
            sheet.text(row, column, value, centred=column == 0)
        sheet.number(row, first, line.services, 0)
        sheet.number(row, first + 1, line.tenths / 10, 1)
        sheet.height(row, *((value, column) for column, value in enumerate(line.details, start=1)))
        if row == BODY or line.group != roster.lines[row - BODY - 1].group:
            sheet.part(row)
    for column in range(first):
        sheet.text(total, column, words.TOTAL if column == 1 else "", centred=True, bold=column == 1)
    for column, amounts, decimals in (
        (first, [line.services for line in roster.lines], 0),
        (first + 1, [line.tenths / 10 for line in roster.lines], 1),
    ):
        _sum(sheet, column, amounts, decimals)
    sheet.note(*words.NOTES_OF_ROSTER)
    return sheet


def _sum(sheet: Sheet, column: int, amounts: Sequence[float], decimals: int) -> None:
    """Under the column of them."""
    total = BODY + len(amounts)
    if amounts:
        sheet.sum(total, column, column_range(column, BODY, total - 1), round(sum(amounts), decimals), decimals)
    else:
        sheet.number(total, column, 0, decimals, bold=True)


def _title(figures: YearFigures, roster: str) -> str:
    """和平社区2023年度志愿者名册: it is no table of figures."""
    return f"{words.subject(figures)}{roster}"


def _width(texts: Sequence[str]) -> float:
    """Of a column in which each of them stands on one line, as long as that is not too wide."""
    return min(max(needed(text) for text in texts) + 1, _WIDEST_DETAIL)


def _month_row(sheet: Sheet, row: int, number: str, name: str, indicator: Indicator, series: Series) -> None:
    _label(sheet, row, number, name, indicator.unit, words.OF_MONTHS[indicator.kind.is_stock])
    for column, value in enumerate(series.months, start=_FIRST_MONTH):
        _number_or_dash(sheet, row, column, value, indicator)
    year = indicator.in_units(series.year)
    if indicator.kind is Kind.FLOW and sum(value or 0 for value in series.months) == series.year:
        sheet.sum(row, _LAST_MONTH + 1, row_range(row, _FIRST_MONTH, _LAST_MONTH), year, indicator.decimals)
    else:
        sheet.number(row, _LAST_MONTH + 1, year, indicator.decimals, bold=True)


def _label(sheet: Sheet, row: int, number: str, name: str, unit: str, kind: str) -> None:
    for column, value in enumerate((number, name, unit, kind)):
        sheet.text(row, column, value, centred=column != 1)


def _number_or_dash(sheet: Sheet, row: int, column: int, value: int | None, indicator: Indicator, *, bold: bool = False) -> None:
    if value is None:
        sheet.text(row, column, words.NOT_YET, centred=True)
    else:
        sheet.number(row, column, indicator.in_units(value), indicator.decimals, bold=bold)
