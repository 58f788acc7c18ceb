"""An import as who brought it sees it: what became of its lines, and the faulty ones to be mended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.imports.kinds import Kind
from backend.imports.models import ImportPart, ImportStatus
from backend.imports.service import KINDS, known_import, lines_in
from backend.imports.sheet import faulty_rows

FIRST_FAULTS = 50


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell: `B17：身份证号码校验位不正确`."""

    cell: str
    sentence: str


@dataclass(frozen=True, slots=True)
class ImportView:
    """One import: its status, how many lines were new, known and faulty, how many parts are entered, and its first faults."""

    id: UUID
    kind: str
    title: str
    status: ImportStatus
    read_at: datetime
    new: int
    known: int
    faulty: int
    faults: list[Fault]


def see(viewer: Actor, import_id: UUID) -> ImportView:
    """One import for an area of the viewer's. Raises Missing."""
    found = known_import(viewer, import_id)
    kind = KINDS[found.kind]
    counts = db.session.execute(
        select(*(func.coalesce(func.sum(column), 0) for column in (ImportPart.new, ImportPart.known, ImportPart.faulty))).where(
            ImportPart.import_id == import_id
        )
    ).one()
    faults = [fault for _, fault in zip(range(FIRST_FAULTS), _faults(kind, import_id), strict=False)]
    return ImportView(found.id, kind.name, kind.title, found.status, found.read_at, int(counts[0]), int(counts[1]), int(counts[2]), faults)


def faulty_workbook(viewer: Actor, import_id: UUID) -> bytes:
    """The faulty lines as they were written, with a column of reasons, for whoever mends them. Raises Missing."""
    kind = KINDS[known_import(viewer, import_id).kind]
    rows = []
    for part in _faulty_parts(import_id):
        lines = {line.row: line for line in lines_in(part)}
        rows += [(lines[fault["row"]], _said(kind, fault)) for fault in part.faults if fault["row"] in lines]
    return faulty_rows(kind.title, kind.columns, rows)


def _faults(kind: Kind, import_id: UUID) -> Iterator[Fault]:
    letters = {column.field: chr(ord("A") + place) for place, column in enumerate(kind.columns)}
    for part in _faulty_parts(import_id):
        for fault in part.faults:
            yield Fault(f"{letters[fault['field']]}{fault['row']}", _said(kind, fault))


def _faulty_parts(import_id: UUID) -> Iterator[ImportPart]:
    wanted = select(ImportPart).where(ImportPart.import_id == import_id, ImportPart.faulty > 0).order_by(ImportPart.number)
    yield from db.session.scalars(wanted.execution_options(yield_per=5, populate_existing=True))


def _said(kind: Kind, fault: Mapping[str, Any]) -> str:
    title = next(column.title for column in kind.columns if column.field == fault["field"])
    return f"{title}：{fault['sentence']}"
