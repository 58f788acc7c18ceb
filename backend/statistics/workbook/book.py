"""The whole workbook, its name, and the version of the data in it.

The same figures, told to the same exporter, give the same bytes: the file's own time is the instant up to which they count. XlsxWriter is
loaded by who writes one: no process starts slower for it.
"""

import hashlib
import io
import json
from collections.abc import Callable
from datetime import date, datetime

from backend.foundation import clock
from backend.statistics import form
from backend.statistics.queries import Series, YearFigures
from backend.statistics.workbook.pages import sheets_of
from backend.statistics.workbook.paper import Formats, Imprint

_BARRED_IN_NAMES = str.maketrans(dict.fromkeys('\\/:*?"<>|', "_"))

Report = Callable[[int, int], None]
"""Called after each sheet with the steps done and the steps in all."""


def write(figures: YearFigures, *, exporter: str, report: Report) -> bytes:
    """The workbook of a year. `exporter` is printed at its end: an account, never a person's name in clear."""
    from xlsxwriter import Workbook

    to = io.BytesIO()
    # Text is written as text below; these switches keep the library from guessing, should anybody use its general `write`.
    book = Workbook(to, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    book.set_properties(
        {
            "title": f"{figures.area.name}{figures.year}年度{form.current().title}",
            "author": figures.area.name,
            "created": figures.as_of.astimezone(clock.SHANGHAI).replace(tzinfo=None, microsecond=0),
        }
    )
    formats, imprint = Formats(book), _imprint(figures, exporter)
    drawing = sheets_of(figures)
    for done, draw in enumerate(drawing, start=1):
        draw(formats, figures).close(imprint)
        report(done, len(drawing) + 1)
    book.close()
    report(len(drawing) + 1, len(drawing) + 1)
    return to.getvalue()


def file_name(figures: YearFigures, *, now: datetime) -> str:
    """单位_表名_期间_导出时间.xlsx, without what some system does not allow in a name."""
    exported = now.astimezone(clock.SHANGHAI).strftime("%Y%m%d%H%M%S")
    return f"{figures.area.name}_{form.current().title}_{figures.year}年度_{exported}.xlsx".translate(_BARRED_IN_NAMES)


def version_of(figures: YearFigures) -> str:
    """A short digest of every number, name and definition: two workbooks of the same version say the same."""
    said = [
        [figures.year, figures.area.path, figures.area.name, [[area.path, area.told] for area in (*figures.communities, *figures.streets)]],
        form.current().model_dump(mode="json"),
        [[one.name, [[line.name, *line.details, *line.values] for line in one.lines], one.rest] for one in figures.groupings],
        [[one.name, [[*line.details, line.services, line.tenths] for line in one.lines]] for one in figures.rosters],
        *(
            [
                figure.indicator.model_dump(mode="json"),
                _numbers(figure.series),
                [[part.code, part.name, _numbers(part.series)] for part in figure.parts],
            ]
            for figure in figures.figures
        ),
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]


def _numbers(series: Series) -> list[object]:
    return [series.year, list(series.months), list(series.communities), list(series.streets), series.before, series.came, series.went]


def _imprint(figures: YearFigures, exporter: str) -> Imprint:
    as_of = figures.as_of.astimezone(clock.SHANGHAI)
    year_ends = date(figures.year, 12, 31)
    known = f"{_day(as_of.date())}{as_of:%H:%M:%S}（北京时间{'，含年后更正' if as_of.date() > year_ends else ''}）"
    said = form.current()
    return Imprint(
        office=figures.area.name,
        until=f"统计截止：{_day(min(year_ends, as_of.date()))}",
        source=f"数据截至：{known}　　导出：{exporter}　　数据版本：{version_of(figures)}",
        form="　　".join(f"{what}：{words}" for what, words in (("表号", said.number), ("制表机关", said.issued_by)) if words),
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
