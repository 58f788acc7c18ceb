"""Reading a workbook that somebody brings, row by row and with bounded memory, and writing templates and faulty rows.

A workbook is a packed archive of XML. What is in it is looked at before it is opened: how much it unpacks to, and that it brings neither
macros nor links to other files. A formula is no value: who brings one pastes values instead. openpyxl is loaded by who has a workbook
in hand.
"""

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import islice
from typing import Any, ClassVar

from backend.foundation.errors import Unprocessable
from backend.imports.kinds import LONGEST, Column, Line

LARGEST = 10 * 1024 * 1024
MOST_ROWS = 50_000
EXAMPLE = "示例："
"""How the first cell of a row begins that is there to be looked at."""
REASON = "原因"

_MOST_UNPACKED = 150 * 1024 * 1024
_MOST_TEXTS = 40 * 1024 * 1024
_MOST_OF_OTHERS = 4 * 1024 * 1024
_MOST_PARTS = 200
_PIECE = 256 * 1024
_MOST_COLUMNS = 40
_HEAD_WITHIN = 10
_EXACT = 10**15
_REFUSED = ("vbaproject", "externallinks/", "embeddings/", "activex/", "macrosheets/", "connections.xml", "querytables/")
FORMULA = "\0formula"
"""In the place of a cell that is reckoned."""


class SheetRefused(Unprocessable):
    """No workbook that can be read: of another form, too large, with macros, or without the columns of its template."""

    code: ClassVar[str] = "sheet_refused"
    detail = "不是可以读取的 .xlsx 文件，请用下载的模板填写"


def look_at(content: bytes, columns: Sequence[Column]) -> None:
    """Refuse what is no workbook of these columns, without reading its rows. Raises SheetRefused."""
    _look_inside(content)
    with _opened(content) as rows:
        _head(islice(enumerate(rows, 1), _HEAD_WITHIN), columns)


def lines_of(content: bytes, columns: Sequence[Column]) -> list[Line]:
    """The rows of the first sheet below its headings, without empty ones and examples. Raises SheetRefused."""
    _look_inside(content)
    with _opened(content) as rows:
        return list(_lines(rows, columns))


@contextmanager
def _opened(content: bytes) -> Iterator[Iterable[Sequence[Any]]]:
    """The rows of the first sheet, one by one as they are asked for."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        try:
            yield book.worksheets[0].iter_rows(max_col=_MOST_COLUMNS, values_only=True)
        finally:
            book.close()
    except SheetRefused:
        raise
    except Exception:  # whatever a broken workbook makes its reader raise
        raise SheetRefused from None


def _look_inside(content: bytes) -> None:
    """Unpack all parts once, piece by piece, and keep nothing: what an archive says of its size is not believed."""
    if len(content) > LARGEST:
        raise SheetRefused(f"文件太大，最大{LARGEST // 1024**2}MB")
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS:
                raise SheetRefused
            for part in parts:
                if any(name in part.filename.lower() for name in _REFUSED):
                    raise SheetRefused("文件含有宏、外部链接或者嵌入的对象，请另存为普通的 .xlsx 文件")
                left = _most_of(part.filename.lower())
                with archive.open(part) as opened:
                    while piece := opened.read(_PIECE):
                        unpacked, left = unpacked + len(piece), left - len(piece)
                        if unpacked > _MOST_UNPACKED or left < 0 or b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
                            raise SheetRefused
    except SheetRefused:
        raise
    except Exception:
        raise SheetRefused from None


def _most_of(name: str) -> int:
    """How much a part may unpack to: a sheet is read row by row, all else is held at once by who reads it."""
    if name.startswith(("xl/worksheets/", "xl/media/")):
        return _MOST_UNPACKED
    return _MOST_TEXTS if name == "xl/sharedstrings.xml" else _MOST_OF_OTHERS


def _lines(rows: Iterable[Sequence[Any]], columns: Sequence[Column]) -> Iterator[Line]:
    numbered = iter(enumerate(rows, 1))
    fields = _head(islice(numbered, _HEAD_WITHIN), columns)
    for count, (row, values) in enumerate(numbered):
        if count > MOST_ROWS:
            raise SheetRefused(f"一个文件最多{MOST_ROWS}行，请分成几个文件")
        cells = {field: text for place, field in fields.items() if place < len(values) and (text := _text(values[place]))}
        if cells and not cells.get(columns[0].field, "").startswith(EXAMPLE):
            yield Line(row, cells)


def _head(rows: Iterable[tuple[int, Sequence[Any]]], columns: Sequence[Column]) -> Mapping[int, str]:
    """Field by place, from the row of headings. Raises SheetRefused."""
    wanted = {column.title: column.field for column in columns}
    missing: list[str] = list(wanted)
    for _, values in rows:
        titles = [_text(value).rstrip("*＊ ") for value in values]
        found = {place: wanted[title] for place, title in enumerate(titles) if title in wanted}
        absent = [column.title for column in columns if column.required and column.title not in titles]
        if not absent:
            return found
        missing = min(missing, absent, key=len)
    raise SheetRefused(f"缺少这些列：{'、'.join(missing)}；请用下载的模板填写")


def _text(value: Any) -> str:
    """What a cell says. A number of many digits has lost the last ones, and is none that anybody wrote."""
    match value:
        case None:
            return ""
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case bool():
            return "是" if value else "否"
        case float() if value.is_integer() and abs(value) < _EXACT:
            return str(int(value))
        case str() if value.startswith("="):
            return FORMULA
        case _:
            return str(value).strip()[: 10 * LONGEST]


def template(title: str, columns: Sequence[Column]) -> bytes:
    """An empty workbook to fill in: headings with what to write, lists to choose from, and an example row that is left out."""
    return written(title, columns, [[_example(place, column) for place, column in enumerate(columns)]])


def faulty_rows(title: str, columns: Sequence[Column], rows: Sequence[tuple[Line, str]]) -> bytes:
    """The same workbook with the rows that could not be entered, and why in a column of its own: mended, it is brought again."""
    reason = Column("reason", REASON, "改好后再次导入，这一列不用删除", "", required=False)
    return written(title, [*columns, reason], [[*(line.cells.get(column.field, "") for column in columns), why] for line, why in rows])


def _example(place: int, column: Column) -> str:
    return (EXAMPLE if place == 0 else "") + column.example


def written(title: str, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> bytes:
    """A workbook of one sheet, all cells text: headings with what to write as comments, lists to choose from, and these rows."""
    from xlsxwriter import Workbook

    made = io.BytesIO()
    with Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(title)
        text, head = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@", "bg_color": "#DDEBF7"})
        for place, column in enumerate(columns):
            sheet.set_column(place, place, max(12, 2.2 * len(column.title)), text)
            sheet.write_string(0, place, column.title + ("*" if column.required else ""), head)
            sheet.write_comment(0, place, column.note)
            if column.choices:
                sheet.data_validation(1, place, MOST_ROWS, place, {"validate": "list", "source": list(column.choices)})
        for number, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                sheet.write_string(number, place, value, text)
        sheet.freeze_panes(1, 0)
    return made.getvalue()
