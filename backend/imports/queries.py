"""An import as the officers of its area see it: how far it is, what became of its lines, and the faulty ones to be mended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Select, Text, column, func, literal_column, select

from backend.accounts import policy
from backend.accounts.policy import Permission, ScopeColumns
from backend.areas.models import Area
from backend.areas.queries import lies_in
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.jobs import Job, State
from backend.foundation.paging import AnyRow, Order, Page, PageRequest
from backend.foundation.search import EVER, Days, as_asked
from backend.imports.kinds import Kind
from backend.imports.models import Import, ImportKind, ImportPart, ImportStatus
from backend.imports.service import KINDS, known_import, lines_in
from backend.imports.sheet import faulty_rows

NEWEST_FIRST = Order((Import.id,), latest_first=True)

_FAULT = (
    func.jsonb_to_recordset(ImportPart.faults)
    .table_valued(column("row", BigInteger), column("field", Text), column("sentence", Text))
    .render_derived(with_types=True)
    .alias("fault")
)
BY_ROW = Order((_FAULT.c.row,))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell: `B17：身份证号码校验位不正确`."""

    cell: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Work:
    """How far the last work on an import is."""

    state: State
    done: int
    total: int
    error: str | None
    error_detail: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One import: its status, how many of its lines are new, known and faulty, and the work on it."""

    id: UUID
    kind: ImportKind
    title: str
    area_id: UUID
    area: str
    status: ImportStatus
    brought_at: datetime
    new: int
    known: int
    faulty: int
    job_id: UUID | None
    work: Work | None


@dataclass(frozen=True, slots=True)
class ImportSearch:
    """Which imports somebody looks for. `area_id`: those for this area, not for one below it; `days`: on which they were brought."""

    kind: ImportKind | None = None
    status: ImportStatus | None = None
    area_id: UUID | None = None
    days: Days = EVER


def looks_after_some(viewer: Actor) -> bool:
    """Whether there is an area of which the viewer sees what was brought."""
    return policy.could_by_area(viewer, Permission.IMPORT_SEE)


def areas_looked_after(viewer: Actor) -> list[str]:
    """The paths of the areas of which the viewer sees what was brought."""
    return policy.area_paths(viewer, Permission.IMPORT_SEE)


def imports(viewer: Actor, search: ImportSearch, *, page: PageRequest) -> Page[ImportLine]:
    """Those of the viewer's area, the newest first."""
    wanted = _lines().where(policy.visible(viewer, Permission.IMPORT_SEE, ScopeColumns(area_path=Import.area_path)))
    wanted = wanted.where(
        as_asked((Import.kind, search.kind), (Import.status, search.status)),
        lies_in(Import.area_path, search.area_id),
        search.days.hold(Import.read_at),
    )
    return NEWEST_FIRST.page(wanted, page).map(_line)


def see(viewer: Actor, import_id: UUID) -> ImportLine:
    """One import for an area of the viewer's. Raises Missing."""
    known_import(viewer, import_id)
    return _line(db.session.execute(_lines().where(Import.id == import_id)).one())


def faults(viewer: Actor, import_id: UUID, *, page: PageRequest) -> Page[Fault]:
    """What is wrong with its faulty lines, from top to bottom. Raises Missing."""
    kind = KINDS[ImportKind(known_import(viewer, import_id).kind)]
    wanted = select(_FAULT.c.row, _FAULT.c.field, _FAULT.c.sentence).select_from(ImportPart).join(_FAULT, literal_column("true"))
    return BY_ROW.page(wanted.where(ImportPart.import_id == import_id), page).map(lambda fault: _fault(kind, fault._asdict()))


def faulty_workbook(viewer: Actor, import_id: UUID) -> bytes:
    """The faulty lines as they were written, with a column of reasons, for whoever mends them. Raises Missing."""
    kind = KINDS[ImportKind(known_import(viewer, import_id).kind)]
    rows = []
    for part in _faulty_parts(import_id):
        lines = {line.row: line for line in lines_in(part)}
        rows += [(lines[fault["row"]], _fault(kind, fault).sentence) for fault in part.faults if fault["row"] in lines]
    return faulty_rows(kind.title, kind.columns, rows)


def _lines() -> Select[*tuple[Any, ...]]:
    def counted(what: Any, name: str) -> Any:
        return select(func.coalesce(func.sum(what), 0)).where(ImportPart.import_id == Import.id).scalar_subquery().label(name)

    return (
        select(
            Import.id,
            Import.kind,
            Area.id.label("area_id"),
            Area.name.label("area"),
            Import.status,
            Import.read_at,
            Import.job_id,
            counted(ImportPart.new, "new"),
            counted(ImportPart.known, "known"),
            counted(ImportPart.faulty, "faulty"),
            Job.state,
            Job.done,
            Job.total,
            Job.error,
            Job.error_detail,
            Job.created_at,
        )
        .join(Area, Area.path == Import.area_path)
        .outerjoin(Job, Job.id == Import.job_id)
    )


def _line(row: AnyRow) -> ImportLine:
    kind = ImportKind(row.kind)
    return ImportLine(
        id=row.id,
        kind=kind,
        title=KINDS[kind].title,
        area_id=row.area_id,
        area=row.area,
        status=row.status,
        brought_at=row.read_at,
        new=int(row.new),
        known=int(row.known),
        faulty=int(row.faulty),
        job_id=row.job_id,
        work=None if row.state is None else Work(row.state, row.done, row.total, row.error, row.error_detail, row.created_at),
    )


def _faulty_parts(import_id: UUID) -> Iterator[ImportPart]:
    wanted = select(ImportPart).where(ImportPart.import_id == import_id, ImportPart.faulty > 0).order_by(ImportPart.number)
    yield from db.session.scalars(wanted.execution_options(yield_per=5, populate_existing=True))


def _fault(kind: Kind, fault: Mapping[str, Any]) -> Fault:
    place, wrong = next((place, one) for place, one in enumerate(kind.columns) if one.field == fault["field"])
    return Fault(f"{chr(ord('A') + place)}{fault['row']}", f"{wrong.title}：{fault['sentence']}")
