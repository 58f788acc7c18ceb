"""Writes a sheet as the office prints it: title, filler, two rows of headings, body, signatures, notes, and origin.

Nothing here knows what is counted. Fonts are named and not embedded: they are licensed, and a computer without them shows its own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

TITLE, IMPRINT, HEADING, UNDER_HEADING, BODY = range(5)
"""Rows from the top; the body begins at the fifth."""

_A4 = 9
_LINE = 15.0  # points that a line of the body takes
_WIDE, _NARROW = 2.2, 1.1  # how much of a column's width a Chinese and a Latin character take
_LATIN = 0xFF  # up to here characters are narrow
_SIGNATURES = "单位负责人：　　　　　　审核人：　　　　　　填表人：　　　　　　联系电话：　　　　　　　填报日期：　　　　年　　月　　日"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

_GRID: dict[str, Any] = {"font_name": "宋体", "font_size": 10.5, "border": 1, "valign": "vcenter"}
_PLAIN: dict[str, Any] = {"font_name": "宋体", "font_size": 10.5, "valign": "vcenter", "text_wrap": True}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. Neighbours of the same group stand under one merged heading; without a group the heading takes both rows."""

    name: str
    width: float
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Imprint:
    """What every sheet says of itself: who fills it in, until when it counts, notes, and where its numbers came from."""

    office: str
    until: str
    notes: Sequence[str]
    source: str


@dataclass
class Formats:
    """The cell formats of one workbook, made as they are asked for."""

    book: "Workbook"
    _made: dict[str, Any] = field(default_factory=dict)

    def of(self, **properties: Any) -> Any:
        """The format of these properties: one for all who ask."""
        key = repr(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self.book.add_format(properties)
        return self._made[key]

    def text(self, value: str, *, centred: bool = False, bold: bool = False) -> Any:
        """For a text in the grid. One that begins like a formula is marked as text, so that it stays one when somebody edits the cell."""
        marks = {"quote_prefix": True} if value.startswith(_FORMULA_STARTS) else {}
        align = "center" if centred else "left"
        return self.of(**_GRID, align=align, text_wrap=True, num_format="@", bold=bold, **marks)

    def number(self, decimals: int, *, bold: bool = False) -> Any:
        """For a number in the grid, with as many decimal places."""
        return self.of(**_GRID, align="right", num_format="0." + "0" * decimals if decimals else "0", bold=bold)


class Sheet:
    """One sheet under construction; rows are written from `BODY` on, then `close` puts the foot under them."""

    def __init__(self, formats: Formats, name: str, *, title: str, units: str, columns: Sequence[Column], frozen: int) -> None:
        self.formats, self.columns, self.title, self.units, self.frozen = formats, columns, title, units, frozen
        self.page: Worksheet = formats.book.add_worksheet(name)
        self.page.set_default_row(_LINE + 4)
        self.next_row = BODY

    def text(self, row: int, column: int, value: str, *, centred: bool = False, bold: bool = False) -> None:
        """Write text, whatever it looks like."""
        self.page.write_string(row, column, value, self.formats.text(value, centred=centred, bold=bold))
        self.next_row = max(self.next_row, row + 1)

    def number(self, row: int, column: int, value: float, decimals: int, *, bold: bool = False) -> None:
        """Write a number."""
        self.page.write_number(row, column, value, self.formats.number(decimals, bold=bold))
        self.next_row = max(self.next_row, row + 1)

    def sum(self, row: int, column: int, over: str, value: float, decimals: int) -> None:
        """Write the sum over a range, with the value that it has: programs that do not calculate show it too."""
        self.page.write_formula(row, column, f"=SUM({over})", self.formats.number(decimals, bold=True), value)
        self.next_row = max(self.next_row, row + 1)

    def height(self, row: int, *texts: tuple[str, float]) -> None:
        """Make a row high enough for texts in columns of these widths."""
        self.page.set_row(row, _LINE * max(lines(text, width) for text, width in texts) + 4)

    def close(self, imprint: Imprint) -> None:
        """Put head and foot around the body, and set up the page."""
        self._head(imprint)
        foot = self.next_row
        self._across(foot, _SIGNATURES, self.formats.of(**_PLAIN, align="left"), height=30)
        for row, note in enumerate((*imprint.notes, imprint.source), start=foot + 1):
            self._across(row, note, self.formats.of(**_PLAIN, align="left"))
        self._set_up(foot + 1 + len(imprint.notes))

    def _head(self, imprint: Imprint) -> None:
        of = self.formats.of
        self._across(TITLE, self.title, of(font_name="方正小标宋简体", font_size=20, align="center", valign="vcenter"), height=36)
        last = len(self.columns) - 1
        edges = [0, max(last // 3, 1), max(2 * last // 3, 2), last]
        words = (f"填报单位（盖章）：{imprint.office}", imprint.until, f"单位：{self.units}")
        for place, (text, align) in enumerate(zip(words, ("left", "center", "right"), strict=True)):
            first = edges[place] + (1 if place else 0)
            self._merged(IMPRINT, first, IMPRINT, edges[place + 1], text, of(**_PLAIN, align=align))
        self.page.set_row(IMPRINT, 22)
        self._headings()

    def _headings(self) -> None:
        heading = self.formats.of(**(_GRID | {"font_name": "黑体"}), bold=True, bg_color="#D9D9D9", align="center", text_wrap=True)
        at = 0
        for (group, _), alike in groupby(enumerate(self.columns), key=lambda pair: (pair[1].group, pair[1].group is None and pair[0])):
            columns = [column for _, column in alike]
            if group is None:
                self._merged(HEADING, at, UNDER_HEADING, at, columns[0].name, heading)
            else:
                self._merged(HEADING, at, HEADING, at + len(columns) - 1, group, heading)
                for place, column in enumerate(columns):
                    self.page.write_string(UNDER_HEADING, at + place, column.name, heading)
            at += len(columns)
        for place, column in enumerate(self.columns):
            self.page.set_column(place, place, column.width)
        self.page.set_row(HEADING, 24)
        grouped = [(column.name, column.width) for column in self.columns if column.group is not None]
        if grouped:
            self.height(UNDER_HEADING, *grouped)

    def _across(self, row: int, text: str, form: Any, *, height: float | None = None) -> None:
        self._merged(row, 0, row, len(self.columns) - 1, text, form)
        if height is None:
            self.height(row, (text, sum(column.width for column in self.columns)))
        else:
            self.page.set_row(row, height)

    def _merged(self, top: int, left: int, bottom: int, right: int, text: str, form: Any) -> None:
        if (top, left) == (bottom, right):
            self.page.write_string(top, left, text, form)
        else:
            self.page.merge_range(top, left, bottom, right, "", form)
            self.page.write_string(top, left, text, form)

    def _set_up(self, last_row: int) -> None:
        page = self.page
        page.set_paper(_A4)
        page.set_landscape()
        page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        page.center_horizontally()
        page.fit_to_pages(1, 0)
        page.print_area(0, 0, last_row, len(self.columns) - 1)
        page.repeat_rows(HEADING, UNDER_HEADING)
        page.freeze_panes(BODY, self.frozen)
        page.set_footer("&C第 &P 页　共 &N 页")
        page.hide_gridlines(2)


def lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of this width."""
    needed = (sum(_WIDE if ord(character) > _LATIN else _NARROW for character in line) for line in text.splitlines() or [""])
    return sum(max(1, math.ceil(each / width)) for each in needed)


def column_range(column: int, first_row: int, last_row: int) -> str:
    """`D5:D12` of zero-based rows and column."""
    name = _letters(column)
    return f"{name}{first_row + 1}:{name}{last_row + 1}"


def row_range(row: int, first_column: int, last_column: int) -> str:
    """`E5:P5` of a zero-based row and columns."""
    return f"{_letters(first_column)}{row + 1}:{_letters(last_column)}{row + 1}"


def _letters(column: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    name: str = xl_col_to_name(column)
    return name
