"""Writes a sheet as the office prints it: title, filler, three rows of headings, body, signatures, notes, and origin.

Nothing here knows what is counted. Fonts are named and not embedded: they are licensed, and a computer without them shows its own.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, groupby, pairwise
from typing import TYPE_CHECKING, Any

from backend.foundation.csv_text import FORMULA_STARTS

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

TITLE, IMPRINT, HEADING, UNDER_HEADING, PERIOD, BODY = range(6)
"""Rows from the top; the body begins at the sixth."""

_A4 = 9
_LINE = 15.0  # points that a line of the body takes
_WIDE, _NARROW = 2.2, 1.1  # how much of a column's width a Chinese and a Latin character take
_LATIN = 0xFF  # up to here characters are narrow
_LANDSCAPE, _PORTRAIT = (770.0, 501.0), (523.0, 748.0)  # points between the margins of an A4
_POINTS_OF_A_CHARACTER, _POINTS_OF_A_COLUMN = 5.25, 3.75
_TITLE_HEIGHT, _IMPRINT_HEIGHT, _HEADING_HEIGHT, _PERIOD_HEIGHT, _SIGNATURE_HEIGHT, _SEAL_HEIGHT = 36.0, 24.0, 24.0, 18.0, 30.0, 48.0
_SPARE = 54.0  # what programs lay out differently
# What programs make of a page that is fitted to its width: some draw columns wider than they are said to be, and print all smaller.
_PAGES = (0.97, 0.985, 1.0, 1.015, 1.045, 1.06, 1.075)
_LOWEST, _HIGHEST = _LINE + 4, 36.0  # rows of a body that is stretched over the page
_SURELY_WITHIN = 7 / 8  # of a page's width, where no program fits the columns to it: some make a character eight points wide for seven
_MOST_FOR_ONE_PAGE = 1.35  # so much higher than a page a table is still made smaller to stand on one
_WIDEST = 1.7  # how much wider columns may become to fill the page
_HIGHEST_OF_MANY = 60  # how many hundredths higher rows of several pages may become
_SMALLEST = 0.7  # as small as a page may be printed for the sake of its foot
_WITH_THE_FOOT = 3  # rows that stand on the page of the signatures, at least
_SIGNATURES = ("单位负责人：", "统计负责人：", "填表人：", "联系电话：", "填报日期：　　年　　月　　日")
_SEAL = "（单位盖章）"

_GRID: dict[str, Any] = {"font_name": "宋体", "font_size": 10.5, "border": 1, "valign": "vcenter"}
_PLAIN: dict[str, Any] = {"font_name": "宋体", "font_size": 10.5, "valign": "vcenter", "text_wrap": True}
_HEAD: dict[str, Any] = _GRID | {"font_name": "黑体", "bg_color": "#D9D9D9", "align": "center", "text_wrap": True}


@dataclass(frozen=True, slots=True)
class Column:
    """One column. Neighbours of the same group stand under one merged heading; without a group the heading takes its row, too. `period`
    stands small under it. One that is not printed stands right of all others; one that stretches grows with the page."""

    name: str
    width: float
    group: str | None = None
    period: str | None = None
    printed: bool = True
    stretches: bool = False


@dataclass(frozen=True, slots=True)
class Imprint:
    """What every sheet says of itself: who fills it in, until when it counts, where its numbers came from, and of whose form it is."""

    office: str
    until: str
    source: str
    form: str = ""


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
        marks = {"quote_prefix": True} if value.startswith(FORMULA_STARTS) else {}
        align = "center" if centred else "left"
        return self.of(**_GRID, align=align, text_wrap=True, num_format="@", bold=bold, **marks)

    def number(self, decimals: int, *, bold: bool = False) -> Any:
        """For a number in the grid, with as many decimal places, thousands apart and off the line."""
        return self.of(**_GRID, align="right", indent=1, num_format="#,##0" + ("." + "0" * decimals if decimals else ""), bold=bold)


class Sheet:
    """One sheet under construction; rows are written from `BODY` on, then `close` puts the foot under them. One that is `upright` has many
    rows and few columns."""

    def __init__(
        self, formats: Formats, name: str, *, title: str, units: str, columns: Sequence[Column], frozen: int, upright: bool = False
    ) -> None:
        self.formats, self.title, self.units, self.frozen, self.upright = formats, title, units, frozen, upright
        self.wide, self.high = _PORTRAIT if upright else _LANDSCAPE
        self.columns = _over_the_page(_under_their_groups(columns), self.wide)
        self.printed = sum(column.printed for column in self.columns)
        self.page: Worksheet = formats.book.add_worksheet(name)
        self.page.set_default_row(_LOWEST)
        self.next_row = BODY
        self._heights: dict[int, float] = {}
        self._notes: list[str] = []
        self._on_one_page = False
        self._foot, self._foot_is_told = 0.0, False
        self._parts: list[int] = []

    def text(self, row: int, column: int, value: str, *, centred: bool = False, bold: bool = False) -> None:
        """Write text, whatever it looks like."""
        self.page.write_string(row, column, value, self.formats.text(value, centred=centred, bold=bold))
        self.next_row = max(self.next_row, row + 1)

    def number(self, row: int, column: int, value: float, decimals: int, *, bold: bool = False) -> None:
        """Write a number."""
        self.page.write_number(row, column, value, self.formats.number(decimals, bold=bold))
        self.next_row = max(self.next_row, row + 1)

    def link(self, row: int, column: int, value: str, to: str, to_row: int) -> None:
        """Write text that leads to a row of another sheet."""
        look = self.formats.of(**_GRID, align="center", font_color="#0563C1", underline=1)
        self.page.write_url(row, column, f"internal:'{to}'!A{to_row + 1}", look, value)
        self.next_row = max(self.next_row, row + 1)

    def sum(self, row: int, column: int, over: str, value: float, decimals: int) -> None:
        """Write the sum over a range, with the value that it has: programs that do not calculate show it too."""
        self.page.write_formula(row, column, f"=SUM({over})", self.formats.number(decimals, bold=True), value)
        self.next_row = max(self.next_row, row + 1)

    def height(self, row: int, *texts: tuple[str, int]) -> None:
        """Make a row high enough for texts in these columns, where one of them takes more than a line."""
        taken = max(lines(text, self.columns[column].width) for text, column in texts)
        if taken > 1:
            self._heights[row] = max(self._heights.get(row, 0), _LINE * taken + 4)

    def part(self, row: int) -> None:
        """Let a part of the body begin with this row: one of more than half a page is printed on pages of its own."""
        self._parts.append(row)

    def note(self, *notes: str) -> None:
        """Have notes stand under the table, each once."""
        self._notes += [note for note in notes if note not in self._notes]

    def close(self, imprint: Imprint) -> None:
        """Put head and foot around the body, and set up the page."""
        foot = self.next_row
        numbered = [f"{'说明：' if place == 1 else '　　　'}{place}.{note}" for place, note in enumerate(self._notes, start=1)]
        under = [*numbered, imprint.source]
        self._head(imprint)
        self._stretch(foot, under)
        self._spread(foot, [(words, "left") for words in _SIGNATURES], _SIGNATURE_HEIGHT)
        self._across(foot + 1, _SEAL, self.formats.of(**_PLAIN, align="right", indent=4), height=_SEAL_HEIGHT)
        for row, words in enumerate(under, start=foot + 2):
            self._across(row, words, self.formats.of(**_PLAIN, align="left"))
        self._set_up(foot + 1 + len(under), imprint)
        self._break_pages(foot)

    def _head(self, imprint: Imprint) -> None:
        of = self.formats.of
        title = of(font_name="方正小标宋简体", font_size=20, align="center", valign="vcenter", shrink=True)
        self._across(TITLE, self.title, title, height=_TITLE_HEIGHT)
        words = ((f"填报单位（盖章）：{imprint.office}", "left"), (imprint.until, "center"), (f"单位：{self.units}", "right"))
        self._spread(IMPRINT, words, _IMPRINT_HEIGHT)
        self._headings()

    def _headings(self) -> None:
        heading = self.formats.of(**_HEAD, bold=True)
        small = self.formats.of(**(_HEAD | {"font_name": "宋体", "font_size": 9}))
        at = 0
        for (group, _), alike in groupby(enumerate(self.columns), key=lambda pair: (pair[1].group, pair[1].group is None and pair[0])):
            columns = [column for _, column in alike]
            if group is None:
                bottom = PERIOD if columns[0].period is None else UNDER_HEADING
                self._merged(HEADING, at, bottom, at, columns[0].name, heading)
            else:
                self._merged(HEADING, at, HEADING, at + len(columns) - 1, group, heading)
            for place, column in enumerate(columns, start=at):
                if group is not None:
                    bottom = PERIOD if column.period is None else UNDER_HEADING
                    self._merged(UNDER_HEADING, place, bottom, place, column.name, heading)
                if column.period is not None:
                    self.page.write_string(PERIOD, place, column.period, small)
            at += len(columns)
        for place, column in enumerate(self.columns):
            self.page.set_column(place, place, column.width)
        alone = max((lines(column.name, column.width) for column in self.columns if column.group is None), default=1)
        under = max((lines(column.name, column.width) for column in self.columns if column.group is not None), default=1)
        if all(column.group is None and column.period is None for column in self.columns):
            self._heights |= dict.fromkeys((HEADING, UNDER_HEADING, PERIOD), (_LINE * alone + 12) / 3)
            return
        self._heights[HEADING] = _HEADING_HEIGHT
        self._heights[UNDER_HEADING] = max(_LINE * under + 4, _LINE * alone + 4 - _HEADING_HEIGHT)
        self._heights[PERIOD] = _PERIOD_HEIGHT

    def _stretch(self, foot: int, under: Sequence[str]) -> None:
        """Give rows of the body the room that its pages have left: on one page those that nobody made higher; on several all of them, so
        that rows stand on the last page, too, and not its foot alone."""
        width = sum(column.width for column in self.columns if column.printed)
        head = sum(height for row, height in self._heights.items() if row < BODY)
        self._foot = _SIGNATURE_HEIGHT + _SEAL_HEIGHT + sum(_LINE * lines(words, width) + 4 for words in under)
        heights = {row: self._heights.get(row, _LOWEST) for row in range(BODY, foot)}
        page = self._page_height()
        whole = _TITLE_HEIGHT + _IMPRINT_HEIGHT + head + sum(heights.values()) + self._foot
        self._on_one_page = whole <= page * _MOST_FOR_ONE_PAGE
        if self._on_one_page:
            free = [row for row in heights if row not in self._heights]
            heights |= {row: min(_LOWEST + max(page - whole, 0) / len(free), _HIGHEST) for row in free}
        elif not self._breaks(foot, heights):
            heights = self._over_pages(heights)
        self._heights |= heights
        for row, height in sorted(self._heights.items()):
            self.page.set_row(row, height)

    def _over_pages(self, heights: Mapping[int, float]) -> dict[int, float]:
        """As much higher as it takes for some rows to stand on the page of the foot, whatever a program makes of a page. Where no height
        does, that page is told."""
        page, heads = self._page_height() + _SPARE, self._page_height() - self._room()

        def with_foot(more: int) -> int:
            higher = [height * (1 + more / 100) for height in heights.values()]
            return sum(self._with_foot(higher, page * part - heads) for part in _PAGES)

        more = max(range(_HIGHEST_OF_MANY), key=with_foot)
        if with_foot(more) < _WITH_THE_FOOT * len(_PAGES) and self._scale() * _SURELY_WITHIN >= _SMALLEST:
            self._foot_is_told = True
            return dict(heights)
        return {row: height * (1 + more / 100) for row, height in heights.items()}

    def _with_foot(self, heights: Sequence[float], room: float, *, above: float = _TITLE_HEIGHT + _IMPRINT_HEIGHT) -> int:
        """How many rows of these, as far as it matters, stand on the same page as the foot; so much stands above the first."""
        on_page, used = 0, above
        for height in heights:
            on_page, used = (on_page + 1, used + height) if used + height <= room else (1, height)
        return min(on_page, _WITH_THE_FOOT) if used + self._foot <= room else 0

    def _scale(self) -> float:
        """How much smaller the sheet is printed to be no wider than its page."""
        return min(1.0, self.wide / _points(self.columns))

    def _page_height(self) -> float:
        """What stands on a page, in points of a sheet of which nothing is made smaller."""
        return self.high / self._scale() - _SPARE

    def _spread(self, row: int, words: Sequence[tuple[str, str]], height: float) -> None:
        """Words side by side over the whole width, each with as much of it as the columns allow; in one cell where these are too few."""
        edges = self._edges(len(words)) if self.printed >= len(words) else []
        widths = [sum(column.width for column in self.columns[first:end]) for first, end in pairwise(edges)]
        if not edges or any(needed(text) > width for (text, _), width in zip(words, widths, strict=True)):
            self._across(row, self._apart([text for text, _ in words]), self.formats.of(**_PLAIN, align="left"), height=height)
            return
        for place, (text, align) in enumerate(words):
            self._merged(row, edges[place], row, edges[place + 1] - 1, text, self.formats.of(**_PLAIN, align=align))
        self.page.set_row(row, height)

    def _apart(self, texts: Sequence[str]) -> str:
        """Texts in one line, as far apart as the width allows."""
        room = sum(column.width for column in self.columns if column.printed) - sum(needed(text) for text in texts)
        return ("　" * max(int(room / _WIDE / len(texts)), 2)).join(texts)

    def _edges(self, parts: int) -> list[int]:
        """Where parts of about the same width begin, and the end; each has a column at least."""
        reached = [0.0, *accumulate(column.width for column in self.columns[: self.printed])]
        edges = [0]
        for part in range(1, parts):
            at_least, at_most = edges[-1] + 1, self.printed - (parts - part)
            wanted = reached[-1] * part / parts
            edges.append(min(range(at_least, at_most + 1), key=lambda column: abs(reached[column] - wanted)))
        return [*edges, self.printed]

    def _across(self, row: int, text: str, form: Any, *, height: float | None = None) -> None:
        self._merged(row, 0, row, self.printed - 1, text, form)
        width = sum(column.width for column in self.columns if column.printed)
        self.page.set_row(row, _LINE * lines(text, width) + 4 if height is None else height)

    def _merged(self, top: int, left: int, bottom: int, right: int, text: str, form: Any) -> None:
        if (top, left) == (bottom, right):
            self.page.write_string(top, left, text, form)
        else:
            self.page.merge_range(top, left, bottom, right, "", form)
            self.page.write_string(top, left, text, form)

    def _set_up(self, last_row: int, imprint: Imprint) -> None:
        page = self.page
        page.set_paper(_A4)
        page.set_portrait() if self.upright else page.set_landscape()
        page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        page.center_horizontally()
        page.fit_to_pages(1, int(self._on_one_page))
        page.print_area(0, 0, last_row, self.printed - 1)
        page.repeat_rows(HEADING, PERIOD)
        page.freeze_panes(BODY, self.frozen)
        if imprint.form:
            page.set_header(f"&R{imprint.form}")
        page.set_footer("&C第 &P 页　共 &N 页")
        page.hide_gridlines(2)

    def _break_pages(self, foot: int) -> None:
        """Programs break pages where they are told only on those of a scale that is said: what is fitted to the width is broken wherever a
        page is full."""
        breaks = [] if self._on_one_page else self._breaks(foot, self._heights)
        if not breaks and not self._foot_is_told:
            return
        percent = int(self._scale() * _SURELY_WITHIN * 100)
        self.page.set_print_scale(percent)
        room, begins = self.high / percent * 100 - (self._page_height() - self._room()), breaks[-1] if breaks else BODY
        heights = [self._heights[row] for row in range(begins, foot)]
        above = 0.0 if breaks else _TITLE_HEIGHT + _IMPRINT_HEIGHT
        if len(heights) > _WITH_THE_FOOT and not all(
            self._with_foot(heights, room - spare, above=above) for spare in (0, _SPARE / 2, _SPARE)
        ):
            breaks.append(foot - _WITH_THE_FOOT)
        self.page.set_h_pagebreaks(breaks)

    def _breaks(self, foot: int, heights: Mapping[int, float]) -> list[int]:
        """Where a part of more than half a page begins, or ends."""
        parts = [sum(heights[row] for row in range(first, end)) for first, end in pairwise([*self._parts, foot])]
        pairs = zip(self._parts[1:], parts, parts[1:], strict=False)
        return [row for row, before, this in pairs if max(before, this) > self._room() / 2]

    def _room(self) -> float:
        """What a page has for the body, under headings that are repeated."""
        return self._page_height() - sum(self._heights[row] for row in (HEADING, UNDER_HEADING, PERIOD))


def _under_their_groups(columns: Sequence[Column]) -> list[Column]:
    """The columns, those of a group together at least as wide as its heading."""
    wide: list[Column] = []
    for group, alike in groupby(columns, key=lambda column: column.group):
        together = list(alike)
        wider = max(needed(group or "") / sum(column.width for column in together), 1)
        wide += [replace(column, width=round(column.width * wider, 1)) for column in together]
    return wide


def _over_the_page(columns: Sequence[Column], wide: float) -> list[Column]:
    """The columns, those that stretch so wide that together they fill the page, as far as that looks well."""
    stretching = sum(column.width * _POINTS_OF_A_CHARACTER for column in columns if column.stretches)
    room = wide - _points(columns)
    if not stretching or room <= 0:
        return list(columns)
    wider = min(1 + room / stretching, _WIDEST)
    return [replace(column, width=round(column.width * wider, 1)) if column.stretches else column for column in columns]


def _points(columns: Sequence[Column]) -> float:
    return sum(column.width * _POINTS_OF_A_CHARACTER + _POINTS_OF_A_COLUMN for column in columns if column.printed)


def needed(text: str) -> float:
    """The width that a column needs, so that no line of the text breaks again."""
    return max(sum(_WIDE if ord(character) > _LATIN else _NARROW for character in line) for line in text.splitlines() or [""]) + 1


def lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of this width."""
    taken = (sum(_WIDE if ord(character) > _LATIN else _NARROW for character in line) for line in text.splitlines() or [""])
    return sum(max(1, math.ceil(each / width)) for each in taken)


def column_range(column: int, first_row: int, last_row: int) -> str:
    """`D5:D12` of zero-based rows and column."""
    name = _letters(column)
    return f"{name}{first_row + 1}:{name}{last_row + 1}"


def cells_of(column: int, rows: Sequence[int]) -> str:
    """`D5,D9` of a zero-based column and rows."""
    name = _letters(column)
    return ",".join(f"{name}{row + 1}" for row in rows)


def row_range(row: int, first_column: int, last_column: int) -> str:
    """`E5:P5` of a zero-based row and columns."""
    return f"{_letters(first_column)}{row + 1}:{_letters(last_column)}{row + 1}"


def _letters(column: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    name: str = xl_col_to_name(column)
    return name
