"""Two year-end workbooks side by side: which numbers moved, and that nothing else did."""

import io
from collections.abc import Iterable, Iterator, Mapping

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

BY_MONTH = "分月统计"
COUNTS = "分社区统计"
TOTAL, SUBTOTAL, WHOLE_YEAR = "合计", "小计", "全年"
GROUP_ROW, HEADING_ROW, FIRST_ROW = 3, 4, 5
SOURCE_LINE = "数据截至："

Number = int | float
Moved = dict[tuple[str, str, str], Number]
"""Sheet, row and column → by how much."""


def moved(before: bytes, after: bytes) -> Moved:
    """Every number that differs. All else must be the same: sheets, texts, formulas, merged cells, the forms of numbers.

    Only the line that says up to when the figures count may read otherwise.
    """
    found: Moved = {}
    old, new = load_workbook(io.BytesIO(before), data_only=True), load_workbook(io.BytesIO(after), data_only=True)
    assert old.sheetnames == new.sheetnames
    assert _formulas(before) == _formulas(after)
    for name in old.sheetnames:
        was, now = old[name], new[name]
        assert was.dimensions == now.dimensions
        assert was.merged_cells.ranges == now.merged_cells.ranges
        for row, column in _places(was):
            one, other = was.cell(row, column), now.cell(row, column)
            assert (one.number_format, one.data_type) == (other.number_format, other.data_type), (name, one.coordinate)
            if one.value == other.value or (str(one.value).startswith(SOURCE_LINE) and str(other.value).startswith(SOURCE_LINE)):
                continue
            assert one.data_type == "n", (name, one.coordinate, one.value, other.value)
            key = (name, _row_label(was, row), _column_label(was, column))
            assert key not in found, key
            found[key] = round(other.value - one.value, 1)
    return found


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


def _formulas(content: bytes) -> dict[tuple[str, str], str]:
    book = load_workbook(io.BytesIO(content))
    return {
        (sheet.title, cell.coordinate): str(cell.value)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def _places(sheet: Worksheet) -> Iterator[tuple[int, int]]:
    return ((row, column) for row in range(1, sheet.max_row + 1) for column in range(1, sheet.max_column + 1))


def _row_label(sheet: Worksheet, row: int) -> str:
    label = str(sheet.cell(row, 2).value)
    if not label.startswith("　其中："):
        return label.rstrip("※")
    whole = next(above for above in range(row, FIRST_ROW - 1, -1) if sheet.cell(above, 1).value)
    return f"{_row_label(sheet, whole)} {label.removeprefix('　其中：')}"


def _column_label(sheet: Worksheet, column: int) -> str:
    heading = _plain(sheet.cell(HEADING_ROW, column).value or sheet.cell(GROUP_ROW, column).value)
    if sheet.title in (COUNTS, BY_MONTH):
        return heading
    group = next(value for left in range(column, 0, -1) if (value := sheet.cell(GROUP_ROW, left).value))
    return f"{_plain(group)} {heading}"


def _plain(heading: object) -> str:
    """Without mark and unit."""
    return str(heading).split("（")[0].strip().rstrip("※")
