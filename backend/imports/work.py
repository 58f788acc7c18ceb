"""Imports as long work that an officer asks for (`backend.foundation.jobs`): read and checked, entered, undone. One at a time each.

A worker acts for whoever asked, with the roles that they hold when it begins. Killed, it goes on where it stopped when its lease is over.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend.accounts import allowances, policy
from backend.accounts import service as accounts
from backend.accounts.limits import Written
from backend.accounts.policy import Permission, Scope
from backend.foundation import jobs
from backend.foundation.actor import Actor
from backend.foundation.database import db, transaction
from backend.foundation.errors import Conflict
from backend.foundation.jobs import Job, Parameter, Report, State, Task
from backend.imports import service
from backend.imports.kinds import Kind
from backend.imports.models import Import, ImportKind, ImportStatus
from backend.imports.service import ImportFaulty, ImportNotReady, faulty_in, known_import, require_entry

CHECK, ENTER, UNDO = "import_check", "import_entry", "import_undo"

TO_CHECK = frozenset({ImportStatus.RECEIVED, ImportStatus.READ, ImportStatus.CHECKED})
TO_ENTER = frozenset({ImportStatus.CHECKED, ImportStatus.ENTERING})
TO_UNDO = frozenset({ImportStatus.ENTERED, ImportStatus.ENTERING, ImportStatus.UNDOING})


class ImportAtWork(Conflict):
    """It is being read, entered or undone at this moment."""

    code: ClassVar[str] = "import_at_work"
    detail = "该导入正在处理，请等它完成"


def bring(actor: Actor, kind: Kind, area_id: UUID, content: bytes, *, now: datetime) -> UUID:
    """Receive a workbook and ask that it be checked; of the same one again, only where it is not checked yet. Returns the import's id.

    Opens its transactions itself. Raises SheetRefused, areas.AreaUnknown, TooManyToday, TooManyOpen, Forbidden.
    """
    import_id = service.receive(actor, kind, area_id, content, now=now)
    with transaction():
        found = _held(actor, import_id)
        if found.status in (ImportStatus.RECEIVED, ImportStatus.READ) and not is_at_work(found):
            allowances.take(actor, Written.IMPORT, waiting=jobs.unfinished_of(actor), now=now)
            _ask(actor, found, CHECK, {}, now=now)
    return import_id


def ask_check(actor: Actor, import_id: UUID, *, now: datetime) -> None:
    """Ask that its lines be checked once more, against what is there now. Raises ImportNotReady, ImportAtWork, Missing, Forbidden."""
    _ask(actor, _ready(actor, import_id, TO_CHECK), CHECK, {}, now=now)


def ask_entry(actor: Actor, import_id: UUID, *, all_or_nothing: bool, now: datetime) -> None:
    """Ask that its new lines be entered, or that it be gone on with.

    Raises ImportFaulty where all or nothing is wanted and some are faulty, ImportNotReady, ImportAtWork, Missing, Forbidden.
    """
    found = _ready(actor, import_id, TO_ENTER)
    if all_or_nothing and faulty_in(import_id):
        raise ImportFaulty
    _ask(actor, found, ENTER, {"all_or_nothing": int(all_or_nothing)}, now=now)


def ask_undo(actor: Actor, import_id: UUID, *, now: datetime) -> None:
    """Ask that what it made be taken back; where something stands on it, the work says so. Raises ImportNotReady, ImportAtWork, Missing,
    Forbidden."""
    _ask(actor, _ready(actor, import_id, TO_UNDO), UNDO, {}, now=now)


def _ready(actor: Actor, import_id: UUID, seen: frozenset[ImportStatus]) -> Import:
    found = _held(actor, import_id)
    if is_at_work(found):
        raise ImportAtWork
    if found.status not in seen:
        raise ImportNotReady
    return found


def _held(actor: Actor, import_id: UUID) -> Import:
    """The import, held until the transaction ends: of two who ask at once the later one sees the other's work."""
    known_import(actor, import_id)
    found = db.session.scalars(
        select(Import).where(Import.id == import_id).with_for_update().execution_options(populate_existing=True)
    ).one()
    require_entry(actor, ImportKind(found.kind), found.area_path)
    return found


def is_at_work(found: Import) -> bool:
    """Whether a worker has it in hand, or will have."""
    state = db.session.scalar(select(Job.state).where(Job.id == found.job_id))
    return state in (State.QUEUED, State.RUNNING)


def _ask(actor: Actor, found: Import, kind: str, params: Mapping[str, jobs.Parameter], *, now: datetime) -> None:
    line = jobs.ask(actor, kind, {"import_id": str(found.id)} | dict(params), found.area_path, now=now)
    found.job_id = line.id


def _check(task: Task, report: Report, now: datetime) -> None:
    actor, import_id = _asker(task, now=now), _import_of(task)
    service.read(actor, import_id, now=now)
    service.check(actor, import_id, now=now, report=report)


def _enter(task: Task, report: Report, now: datetime) -> None:
    all_or_nothing = bool(task.params["all_or_nothing"])
    service.enter(_asker(task, now=now), _import_of(task), all_or_nothing=all_or_nothing, now=now, report=report)


def _undo(task: Task, report: Report, now: datetime) -> None:
    service.undo(_asker(task, now=now), _import_of(task), now=now, report=report)


def _asker(task: Task, *, now: datetime) -> Actor:
    with transaction():
        return Actor.system() if task.asked_by is None else accounts.actor_behind(task.asked_by, now=now)


def _import_of(task: Task) -> UUID:
    return UUID(str(task.params["import_id"]))


def _allow(actor: Actor, area_path: str, _: Mapping[str, Parameter]) -> None:
    policy.require_seen(actor, Permission.IMPORT_ENTER, Scope(area_path=area_path))


KINDS: Mapping[str, jobs.Kind] = {
    name: jobs.Kind(title=title, permission=Permission.IMPORT_ENTER, allow=_allow, run=run)
    for name, title, run in ((CHECK, "检查名册", _check), (ENTER, "导入名册", _enter), (UNDO, "撤销名册导入", _undo))
}
