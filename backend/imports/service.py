"""A workbook is received, read, checked without writing, entered part by part, and undone as one while nothing stands on what it made.

What is received is sealed and waits; reading seals its lines into parts, and it is gone. Each part is entered in a transaction of its own,
which also says that it is. So whoever does it may be killed at any instant: the next one goes on with the first part that is not entered,
and none is entered twice. What a line says is looked up by its identity, so that the same line again, in this workbook or another, adds
nothing.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_not

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.areas import queries as areas
from backend.areas.models import Area, Level
from backend.areas.service import area_in_use
from backend.foundation import audit, clock
from backend.foundation.actor import Actor
from backend.foundation.database import allow_long_statements, db, transaction
from backend.foundation.errors import Conflict, Forbidden, Missing
from backend.foundation.ids import new_id
from backend.foundation.sealing import keyring
from backend.imports import elders, organisations, party, sheet, teams, tree, units, volunteers
from backend.imports.kinds import Faulty, Findings, Kind, Line, Place, When
from backend.imports.models import BOOK, LINES, Import, ImportBook, ImportKind, ImportPart, ImportStatus
from backend.imports.sheet import FORMULA, SheetRefused

KINDS: Mapping[ImportKind, Kind] = {
    kind.name: kind
    for kind in (
        tree.KIND,
        volunteers.KIND,
        teams.TEAMS,
        teams.MEMBERS,
        organisations.ORGANISATIONS,
        organisations.STAFF,
        party.KIND,
        units.UNITS,
        units.MEMBERS,
        elders.KIND,
    )
}
"""In the order in which they refer to one another."""

OPERATED = frozenset({ImportKind.AREAS})
"""Kinds that only operators bring (`ejia import`)."""
LINES_OF_A_PART = 500
KEPT_FOR = timedelta(days=30)
"""So long the lines are kept as they were written, for who mends the faulty ones."""

Report = Callable[[int, int], None]
"""Called between two parts with how many are done, and how many there are."""


class ImportNotReady(Conflict):
    """It is in another step: not checked yet, entered, or undone."""

    code: ClassVar[str] = "import_not_ready"
    detail = "该导入目前不能这样办理，请刷新后再试"


class ImportFaulty(Conflict):
    """All or nothing was asked for, and some rows are faulty."""

    code: ClassVar[str] = "import_faulty"
    detail = "有的行不能导入，请改好后重新上传，或者只导入正确的行"


class ImportInUse(Conflict):
    """Something stands on what it made: a service, a membership, an account."""

    code: ClassVar[str] = "import_in_use"
    detail = "导入的内容已被使用（例如已加入队伍、有服务记录或本人已登录），不能撤销"


class ImportByOperators(Forbidden):
    """Areas are changed by `ejia` only."""

    code: ClassVar[str] = "import_by_operators"
    detail = "区域由运维人员导入，请联系系统管理员"


def receive(actor: Actor, kind: Kind, area_id: UUID, content: bytes, *, now: datetime) -> UUID:
    """Keep a workbook that looks like one of its kind, sealed, until it is read; the same one again is the same import. Returns its id.

    Opens its transactions itself. Raises SheetRefused, areas.AreaUnknown, Forbidden.
    """
    with transaction():
        area = area_in_use(area_id)
        require_entry(actor, kind.name, area.path)
        path = area.path
    sheet.look_at(content, kind.columns)
    digest = hashlib.sha256(content).digest()
    with transaction():
        import_id: UUID | None = db.session.scalar(
            insert_or_not(Import)
            .values(
                id=new_id(),
                kind=kind.name,
                area_path=path,
                digest=digest,
                status=ImportStatus.RECEIVED,
                asked_by=actor.account_id,
                read_at=now,
            )
            .on_conflict_do_nothing()
            .returning(Import.id)
        )
        if import_id is None:
            same = (Import.area_path == path, Import.kind == kind.name, Import.digest == digest, Import.status != ImportStatus.UNDONE)
            import_id = db.session.scalars(select(Import.id).where(*same)).one()
            if not _moved(import_id, {ImportStatus.REFUSED}, ImportStatus.RECEIVED):
                return import_id
        sealed = keyring().seal_bytes(content, field=BOOK, row=import_id)
        db.session.execute(insert(ImportBook).values(import_id=import_id, book_sealed=sealed))
        audit.record(actor, Permission.IMPORT_ENTER, import_id, now=now, kind=kind.name, area_path=path)
        return import_id


def read(actor: Actor, import_id: UUID, *, now: datetime) -> None:
    """Read the workbook into parts, unless somebody did; it is not kept.

    Opens its transactions itself. Raises SheetRefused, Missing, Forbidden.
    """
    with transaction():
        found = known_import(actor, import_id)
        require_entry(actor, ImportKind(found.kind), found.area_path)
        kind, sealed = KINDS[ImportKind(found.kind)], _book(import_id)
    if sealed is None:
        return
    try:
        lines = sheet.lines_of(keyring().unseal_bytes(sealed, field=BOOK, row=import_id), kind.columns)
    except SheetRefused:
        with transaction():
            if _moved(import_id, {ImportStatus.RECEIVED}, ImportStatus.REFUSED):
                _let_go_of_book(import_id)
        raise
    with transaction():
        if _moved(import_id, {ImportStatus.RECEIVED}, ImportStatus.READ):
            parts = [_part(import_id, number, lines[start : start + LINES_OF_A_PART]) for number, start in _starts(len(lines))]
            for part in parts:
                db.session.execute(insert(ImportPart), [part])
            _let_go_of_book(import_id)
            audit.record(actor, Permission.IMPORT_ENTER, import_id, now=now, lines=len(lines))


def check(actor: Actor, import_id: UUID, *, now: datetime, report: Report) -> None:
    """Say of each line whether it is new, known or faulty, and write none of them. Raises ImportNotReady, Missing."""
    with transaction():
        kind, place = _begin(actor, import_id, {ImportStatus.READ, ImportStatus.CHECKED}, ImportStatus.READ)
        parts = db.session.scalars(select(ImportPart.id).where(ImportPart.import_id == import_id).order_by(ImportPart.number)).all()
    before: list[object] = []
    for done, part_id in enumerate(parts, 1):
        with transaction():
            part = db.session.scalars(select(ImportPart).where(ImportPart.id == part_id).with_for_update()).one()
            findings, new = _found(kind, place, part, before=before, now=now)
            _note(part, findings)
        if kind.refers_to_itself:
            before += new
        report(done, len(parts))
    with transaction():
        _set(import_id, {ImportStatus.READ}, ImportStatus.CHECKED)


def enter(actor: Actor, import_id: UUID, *, all_or_nothing: bool = False, now: datetime, report: Report) -> None:
    """Enter the lines that are new, part by part, or go on where somebody was stopped. Faulty ones are left, with their reasons.

    Raises ImportNotReady, ImportFaulty (nothing is entered), Missing.
    """
    with transaction():
        faulty = faulty_in(import_id)
        kind, place = _begin(actor, import_id, {ImportStatus.CHECKED, ImportStatus.ENTERING}, ImportStatus.ENTERING)
        if all_or_nothing and faulty:
            raise ImportFaulty
        audit.record(actor, Permission.IMPORT_ENTER, import_id, now=now, entering=True)
    when = When(import_id, now)

    def enter_part(part: ImportPart) -> None:
        findings, new = _found(kind, place, part, now=now)
        if all_or_nothing and findings.faults:
            raise ImportFaulty
        _note(part, findings)
        made = kind.enter(actor, new, when) if new else {}
        part.made, part.entered_at = {what: [str(row_id) for row_id in ids] for what, ids in made.items()}, now

    try:
        _each_part(import_id, ImportPart.entered_at.is_(None), report, enter_part)
    except ImportFaulty:  # since it was checked, what stands in the database has changed
        undo(actor, import_id, now=now, report=report)
        raise
    with transaction():
        _set(import_id, {ImportStatus.ENTERING}, ImportStatus.ENTERED)


def undo(actor: Actor, import_id: UUID, *, now: datetime, report: Report) -> None:
    """Take back all that it made, or go on where somebody was stopped. Raises ImportInUse, ImportNotReady, Missing."""
    with transaction():
        allow_long_statements()
        undoable = {ImportStatus.ENTERED, ImportStatus.ENTERING, ImportStatus.UNDOING}
        kind, _ = _begin(actor, import_id, undoable, ImportStatus.UNDOING)
        for part in db.session.scalars(select(ImportPart).where(ImportPart.import_id == import_id, _to_undo())):
            _refuse_used(kind, part)
        audit.record(actor, Permission.IMPORT_ENTER, import_id, now=now, undoing=True)
    when = When(import_id, now)

    def undo_part(part: ImportPart) -> None:
        _refuse_used(kind, part)
        if part.made:
            kind.undo(actor, _made(part), when)
        part.undone_at = now

    _each_part(import_id, _to_undo(), report, undo_part, last_first=True)  # what stands below something came after it
    with transaction():
        _set(import_id, {ImportStatus.UNDOING}, ImportStatus.UNDONE)


def forget_lines(*, now: datetime) -> None:
    """Erase the lines of what was read long ago; what was made, and how many were faulty, stays known."""
    old = select(Import.id).where(Import.read_at < now - KEPT_FOR)
    erased = update(ImportPart).where(ImportPart.import_id.in_(old), ImportPart.lines_sealed.is_not(None)).values(lines_sealed=None)
    db.session.execute(erased.execution_options(synchronize_session=False))
    unread = delete(ImportBook).where(ImportBook.import_id.in_(old))
    db.session.execute(unread.execution_options(synchronize_session=False))


def faulty_in(import_id: UUID) -> int:
    """How many of its lines were faulty when they were looked at last."""
    return int(db.session.scalar(select(func.sum(ImportPart.faulty)).where(ImportPart.import_id == import_id)) or 0)


def lines_in(part: ImportPart) -> list[Line]:
    """The lines of a part as they were written; none once they are erased."""
    if part.lines_sealed is None:
        return []
    return [Line(row, cells) for row, cells in json.loads(keyring().unseal(part.lines_sealed, field=LINES, row=part.id))]


def known_import(actor: Actor, import_id: UUID) -> Import:
    """An import for an area of the actor's. Raises Missing."""
    found = db.session.get(Import, import_id, populate_existing=True)
    if found is None:
        raise Missing
    policy.require_seen(actor, Permission.IMPORT_SEE, Scope(area_path=found.area_path))
    return found


def require_entry(actor: Actor, kind: ImportKind, area_path: str) -> None:
    """Let pass who may bring workbooks of a kind for an area; areas are the operators'. Raises ImportByOperators, Forbidden."""
    policy.require(actor, Permission.IMPORT_ENTER, Scope(area_path=area_path))
    if kind in OPERATED and not actor.is_system:
        raise ImportByOperators


def _starts(count: int) -> Iterator[tuple[int, int]]:
    return enumerate(range(0, count, LINES_OF_A_PART))


def _part(import_id: UUID, number: int, lines: Sequence[Line]) -> dict[str, object]:
    part_id = new_id()
    written = json.dumps([(line.row, dict(line.cells)) for line in lines], ensure_ascii=False)
    sealed = keyring().seal(written, field=LINES, row=part_id)
    counts = {"new": 0, "known": 0, "faulty": 0, "faults": []}
    return {"id": part_id, "import_id": import_id, "number": number, "lines_sealed": sealed, **counts}


def _begin(actor: Actor, import_id: UUID, seen: set[ImportStatus], to: ImportStatus) -> tuple[Kind, Place]:
    found = known_import(actor, import_id)
    require_entry(actor, ImportKind(found.kind), found.area_path)
    kind, path = KINDS[ImportKind(found.kind)], found.area_path
    _set(import_id, seen, to)
    return kind, place_of(path)


def place_of(path: str) -> Place:
    """The communities in use of an area, by name and by code."""
    inside = [area for area in areas.all_areas(withdrawn=False) if area.level is Level.COMMUNITY and area.path.startswith(path)]
    named: dict[str, Area] = {}
    for area in inside:
        db.session.expunge(area)
        named |= {area.name: area, area.code: area}
    return Place(path, named)


def _set(import_id: UUID, seen: set[ImportStatus], to: ImportStatus) -> None:
    """Move on, or raise ImportNotReady."""
    if not _moved(import_id, seen, to):
        raise ImportNotReady


def _moved(import_id: UUID, seen: set[ImportStatus], to: ImportStatus) -> bool:
    """Move on by one statement: of two who do it at once the later one finds it done."""
    moved = update(Import).where(Import.id == import_id, Import.status.in_(seen)).values(status=to).returning(Import.id)
    return db.session.scalar(moved.execution_options(synchronize_session=False)) is not None


def _book(import_id: UUID) -> bytes | None:
    return db.session.scalar(select(ImportBook.book_sealed).where(ImportBook.import_id == import_id))


def _let_go_of_book(import_id: UUID) -> None:
    db.session.execute(delete(ImportBook).where(ImportBook.import_id == import_id).execution_options(synchronize_session=False))


def _each_part(
    import_id: UUID, waiting: ColumnElement[bool], report: Report, do: Callable[[ImportPart], None], *, last_first: bool = False
) -> None:
    """Do something with the parts that wait, one by one, each in a transaction of its own."""
    with transaction():
        total, done = db.session.scalar(select(func.count()).where(ImportPart.import_id == import_id)) or 0, 0
    order = ImportPart.number.desc() if last_first else ImportPart.number
    while _next_part(import_id, waiting, order, do):
        done += 1
        report(min(done, total), total)


def _next_part(import_id: UUID, waiting: ColumnElement[bool], order: SQLColumnExpression[int], do: Callable[[ImportPart], None]) -> bool:
    with transaction():
        allow_long_statements()
        wanted = select(ImportPart).where(ImportPart.import_id == import_id, waiting)
        part = db.session.scalars(wanted.order_by(order).limit(1).with_for_update()).one_or_none()
        if part is not None:
            do(part)
        return part is not None


def _to_undo() -> ColumnElement[bool]:
    return and_(ImportPart.entered_at.is_not(None), ImportPart.undone_at.is_(None))


def _found(
    kind: Kind, place: Place, part: ImportPart, *, before: Sequence[object] = (), now: datetime
) -> tuple[Findings, Sequence[object]]:
    findings, read, today = Findings(before), [], clock.shanghai_day(now)
    for line in lines_in(part):
        try:
            if reckoned := next((at for at, text in line.cells.items() if text == FORMULA), None):
                raise Faulty(reckoned, "是公式，请粘贴为数值")
            read.append((line, kind.read(place, line, today)))
        except Faulty as faulty:
            findings.fault(line, faulty)
    new = kind.sort_out(read, findings)
    findings.new = len(new)
    return findings, new


def _note(part: ImportPart, findings: Findings) -> None:
    part.new, part.known, part.faulty = findings.new, findings.known, len(findings.faults)
    part.faults = sorted(findings.faults, key=lambda fault: fault["row"])


def _made(part: ImportPart) -> dict[str, list[UUID]]:
    return {what: [UUID(row_id) for row_id in ids] for what, ids in (part.made or {}).items()}


def _refuse_used(kind: Kind, part: ImportPart) -> None:
    if part.made and kind.is_used(_made(part), part.import_id):
        raise ImportInUse
