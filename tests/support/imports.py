"""Workbooks that a community brings, and how far they are."""

import io
from collections.abc import Mapping, Sequence

from openpyxl import Workbook

from backend.foundation import clock
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.imports.models import Import, ImportKind, ImportPart, ImportStatus
from backend.imports.service import KINDS
from backend.imports.sheet import template


def roster() -> bytes:
    """A workbook of volunteers, without any."""
    volunteers = KINDS[ImportKind.VOLUNTEERS]
    return template(volunteers.title, volunteers.columns)


def filled(kind: str, rows: Sequence[Mapping[str, object]]) -> bytes:
    """The template of a kind, filled in; a row is given by field."""
    book, written = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    columns = KINDS[ImportKind(kind)].columns
    sheet.append([column.title for column in columns])
    for row in rows:
        sheet.append([row.get(column.field) for column in columns])
    book.save(written)
    return written.getvalue()


def brought_import(area_path: str = "639999001001", *, status: ImportStatus = ImportStatus.CHECKED) -> str:
    """A workbook of its own, in a step, with a line that is faulty: the import's id."""
    with transaction():
        made = Import(kind="volunteers", area_path=area_path, digest=new_id().bytes, status=status, asked_by=None, read_at=clock.now())
        db.session.add(made)
        db.session.flush()
        fault = {"row": 2, "field": "name", "sentence": "必填"}
        db.session.add(ImportPart(import_id=made.id, number=0, faulty=1, faults=[fault]))
        return str(made.id)
