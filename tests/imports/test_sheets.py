"""What is no honest workbook is refused before it is opened, and what is one is read row by row."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from backend.imports import sheet
from backend.imports.sheet import SheetRefused, lines_of, template
from backend.imports.volunteers import COLUMNS

SHEET = "xl/worksheets/sheet1.xml"


def honest() -> bytes:
    book, written = Workbook(), io.BytesIO()
    assert book.active is not None
    book.active.append([column.title for column in COLUMNS])
    book.active.append(["王志愿", 1234, None, "2021-05-01"])
    book.save(written)
    return written.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """The honest one, with a part more, or with another one in the place of one."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(honest())) as archive, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        for part in archive.namelist():
            if part != name:
                made.writestr(part, archive.read(part))
        made.writestr(name, content)
    return written.getvalue()


HOSTILE = {
    "no archive": lambda: b"not a workbook",
    "half of one": lambda: honest()[:1000],
    "macros": lambda: with_part("xl/vbaProject.bin", b"x"),
    "links": lambda: with_part("xl/externalLinks/externalLink1.xml", b"<x/>"),
    "embedded": lambda: with_part("xl/embeddings/a.bin", b"x"),
    "bomb": lambda: with_part("xl/media/a.bin", bytes(200 * 1024**2)),
    "too many texts": lambda: with_part("xl/sharedStrings.xml", b"<sst>" + b"<si><t>a</t></si>" * 3_000_000),
    "entities": lambda: with_part(SHEET, b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'),
    "no sheet": lambda: with_part(SHEET, b"<x/>"),
    "broken": lambda: with_part(SHEET, b"<worksheet><sheetData><row>"),
    "too large": lambda: bytes(sheet.LARGEST + 1),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_workbook_is_refused(kind: str) -> None:
    with pytest.raises(SheetRefused):
        lines_of(HOSTILE[kind](), COLUMNS)


def test_an_honest_one_is_read_and_the_template_brings_nothing() -> None:
    (line,) = lines_of(honest(), COLUMNS)
    assert (line.row, dict(line.cells)) == (2, {"name": "王志愿", "id_number": "1234", "registered_on": "2021-05-01"})
    assert lines_of(template("志愿者", COLUMNS), COLUMNS) == []
    last_corner = b'<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    far = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + last_corner
    with pytest.raises(SheetRefused):
        lines_of(with_part(SHEET, far), COLUMNS)
