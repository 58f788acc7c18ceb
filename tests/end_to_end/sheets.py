"""Two year-end workbooks side by side: which numbers moved, and that nothing else did."""

import io
from collections.abc import Iterable, Iterator, Mapping

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

BY_MONTH = "分月统计"
COUNTS = "分社区统计"
TOTAL, SUBTOTAL, WHOLE_YEAR = "合计", "小计", "全年"
GROUP_ROW, HEADING_ROW, FIRST_ROW = 3, 4, 6

BY_THE_CLOCK = {
    "未开展服务需求",
    "推荐给本社区的需求",
    "推荐给邻近社区的需求",
    "超期未确认服务的需求",
    "告知街道的滞留需求",
    "到期无人答复的认领申请",
    "年末待答复的认领申请",
}
"""What the chores of some minutes may move at any moment, of what stands still in the town: nobody's doing, so it is not compared."""

Number = int | float
Moved = dict[tuple[str, str, str], Number]
"""Sheet, row and column → by how much."""


def moved(before: bytes, after: bytes) -> Moved:
    """Every number that differs, on the sheets that tell communities and months apart; what a book has no line of is 0 there.

    All else of the tables must be the same: their texts and the forms of their numbers, but for lines that were not there, and for what
    the clock does (BY_THE_CLOCK).
    """
    old, new = numbers(before), numbers(after)
    assert old.keys() <= new.keys(), "no line goes"
    for place, (_, form) in old.items():
        assert new[place][1] == form, place
    was, now = _texts(before), _texts(after)
    assert was <= now
    found = {place: round(number - old.get(place, (0, ""))[0], 1) for place, (number, _) in new.items()}
    return {place: change for place, change in found.items() if change and not BY_THE_CLOCK.intersection(_named(place))}


def _named(place: tuple[str, str, str]) -> Iterator[str]:
    """The indicator of a number, and what else its row and column say."""
    _, row, column = place
    for label in (row, column):
        yield label.split(" ")[0]


def expected(community: str, month: int, changes: Mapping[str, Number], parts: Mapping[str, tuple[str, Iterable[str]]]) -> Moved:
    """Where numbers move when each indicator rises by so much in one community and month.

    `parts` names a sheet's dimension, the part of it, and the indicators that are told apart by it: `{"品牌": ("爱心敲门", ["志愿服务"])}`.
    """
    rows, columns = (community, TOTAL), (f"{month}月", WHOLE_YEAR)
    found: Moved = {(COUNTS, row, name): change for name, change in changes.items() for row in rows}
    found |= {(BY_MONTH, name, column): change for name, change in changes.items() for column in columns}
    for dimension, (part, names) in parts.items():
        found |= {
            (f"分{dimension}统计", row, f"{name} {each}"): changes[name] for name in names for each in (SUBTOTAL, part) for row in rows
        }
        found |= {(BY_MONTH, f"{name} {part}", column): changes[name] for name in names for column in columns}
    return found


def _sheets(content: bytes) -> Iterator[Worksheet]:
    for sheet in load_workbook(io.BytesIO(content), data_only=True).worksheets:
        if sheet.title == BY_MONTH or _kind_of(sheet.title) in (COUNTS, "分类别统计", "分品牌统计"):
            yield sheet


def numbers(content: bytes) -> dict[tuple[str, str, str], tuple[Number, str]]:
    """Sheet, row and column of every number of a workbook → the number, and the form in which it is printed."""
    found: dict[tuple[str, str, str], tuple[Number, str]] = {}
    for sheet in _sheets(content):
        for row in range(FIRST_ROW, sheet.max_row + 1):
            for column in range(3, sheet.max_column + 1):
                cell = sheet.cell(row, column)
                if cell.data_type == "n" and cell.value is not None:
                    key = (_kind_of(sheet.title), _row_label(sheet, row), _column_label(sheet, column))
                    assert key not in found, key
                    found[key] = (cell.value, cell.number_format)
    return found


def _texts(content: bytes) -> set[tuple[str, str]]:
    texts = {
        (_kind_of(sheet.title), str(cell.value))
        for sheet in _sheets(content)
        for row in sheet.iter_rows(min_row=GROUP_ROW, max_row=_last_row(sheet))
        for cell in row
        if isinstance(cell.value, str)
    }
    return {(sheet, text.strip("　").removeprefix("其中：")) for sheet, text in texts}


def _last_row(sheet: Worksheet) -> int:
    """The last with numbers: what stands under it goes by the width and the marks of the table."""
    return max(cell.row for row in sheet.iter_rows(min_row=FIRST_ROW) for cell in row if cell.data_type == "n" and cell.value is not None)


def _kind_of(title: str) -> str:
    """A table that stands on several sheets by its name alone."""
    return title.split("（")[0]


def _row_label(sheet: Worksheet, row: int) -> str:
    label = str(sheet.cell(row, 2).value)
    if not label.startswith("　"):
        return label.rstrip("※")
    whole = next(above for above in range(row, FIRST_ROW - 1, -1) if sheet.cell(above, 1).value)
    return f"{_row_label(sheet, whole)} {label.removeprefix('　其中：').strip('　')}"


def _column_label(sheet: Worksheet, column: int) -> str:
    heading = _plain(sheet.cell(HEADING_ROW, column).value or sheet.cell(GROUP_ROW, column).value)
    if _kind_of(sheet.title) in (COUNTS, BY_MONTH):
        return heading
    group = next(value for left in range(column, 0, -1) if (value := sheet.cell(GROUP_ROW, left).value))
    return f"{_plain(group)} {heading}"


def _plain(heading: object) -> str:
    """Without mark, unit and broken lines."""
    return str(heading).split("（")[0].replace("\n", "").strip().rstrip("※")
