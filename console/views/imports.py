"""名册导入: the workbooks with which a community or street begins: brought, checked, entered, undone; each as long work, looked at here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from backend.areas.models import Level
from backend.areas.queries import areas_within
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import transaction
from backend.foundation.errors import Conflict, Refusal, TooMany, Unprocessable
from backend.imports import commands, queries, sheet, work
from backend.imports.commands import ImportCommand
from backend.imports.models import ImportKind, ImportStatus
from backend.imports.queries import ImportLine
from backend.imports.service import KINDS
from console import things
from console.addresses import IMPORT_TEMPLATES, IMPORTS
from console.asking import About, Doing, answered, ask, one_of
from console.drawing import draw, draw_again, lead_to
from console.forms import NO_FIELDS, Form, by_name, sent_file
from console.listing import NOTHING, list_reader
from console.live import is_watched
from console.places import BROUGHT
from web.downloads import roster_template
from web.edge import in_steps, reads
from web.inputs.imports import FaultsQuery, ImportEntryIn, ImportQuery, ImportsQuery
from web.labels import label_of
from web.routes import at_most, takes_files
from web.submissions import last_step

bp = Blueprint("console_imports", __name__)

_NEW = f"{IMPORTS}/new"
_IMPORT = f"{IMPORTS}/<uuid:import_id>"
_FORM = Form(ImportQuery, "kind", "area_id")
_BROUGHT_FOR = (Level.STREET, Level.COMMUNITY)
_asked = list_reader(ImportsQuery)
_faults_asked = list_reader(FaultsQuery)


def _enter(actor: Actor, import_id: UUID, sent: ImportEntryIn, now: datetime) -> None:
    work.ask_entry(actor, import_id, all_or_nothing=sent.all_or_nothing, now=now)


def _check(actor: Actor, import_id: UUID, _sent: object, now: datetime) -> None:
    work.ask_check(actor, import_id, now=now)


def _undo(actor: Actor, import_id: UUID, _sent: object, now: datetime) -> None:
    work.ask_undo(actor, import_id, now=now)


_ASKED: dict[str, Doing[ImportCommand]] = {
    "entry": Doing(
        ImportCommand.ENTER,
        "导入检查过的名册",
        "在后台分批导入可以导入的行，不能导入的行留下原因。中断以后再次提交，从中断的地方继续，不会重复。",
        "导入",
        Form(ImportEntryIn),
        _enter,
    ),
    "check": Doing(
        ImportCommand.CHECK,
        "再检查一次",
        "按现在的登记情况重新检查每一行，不导入任何一行。",
        "再检查一次",
        NO_FIELDS,
        _check,
    ),
    "undo": Doing(
        ImportCommand.UNDO,
        "撤销这次导入",
        "在后台收回这次导入新增的全部内容。其中的内容已被使用的（例如已加入队伍、有服务记录或者本人已登录），不能撤销。",
        "撤销导入",
        NO_FIELDS,
        _undo,
    ),
}
"""The end of its address → the command."""


@bp.get(IMPORTS)
@reads
def imports_page(actor: Actor) -> Response:
    asked = _asked()
    found = NOTHING if asked.refusal is not None else queries.imports(actor, asked.query.search, page=asked.query.page)
    return draw(
        "imports/imports.html",
        viewer=actor,
        place=BROUGHT,
        found=found,
        statuses=list(ImportStatus),
        kinds=list(ImportKind),
        areas=areas_within(queries.areas_looked_after(actor)),
        new=_NEW if commands.may_bring_some(actor) else None,
        is_watched=_is_watched(found.items),
        **asked.shown,
    )


@bp.get(_NEW)
@reads
def new_import_page(actor: Actor) -> Response:
    return _draw_new(actor)


@bp.post(_NEW)
@in_steps
@at_most("10/minute")
@takes_files(sheet.LARGEST)
def submit_new_import(actor: Actor) -> Response:
    try:
        sent = _FORM.read()
        import_id = work.bring(actor, KINDS[sent.kind], sent.area_id, sent_file("file"), now=clock.now())
    except (Unprocessable, Conflict, TooMany) as refusal:
        with transaction():
            return _draw_new(actor, refusal)
    with last_step():  # the same file again is the same import
        return lead_to(things.address_of(BROUGHT, import_id))


@bp.get(f"{IMPORT_TEMPLATES}/<kind>")
@reads
def download_roster_template(actor: Actor, kind: str) -> Response:  # noqa: ARG001 - whoever is logged in may have it
    return roster_template(kind)


@bp.get(_IMPORT)
@reads
def import_page(actor: Actor, import_id: UUID) -> Response:
    asked = _faults_asked()
    line, found = queries.see(actor, import_id), NOTHING
    if asked.refusal is None:
        found = queries.faults(actor, import_id, page=asked.query.page)
    return draw(
        "imports/import.html",
        **things.head(actor, BROUGHT, import_id, called=_called(line), status=line.status, sides={}, side=things.FIRST),
        **things.offered(commands.commands_on_import(actor, import_id)),
        line=line,
        found=found,
        on_pages=_ASKED,
        is_watched=_is_watched([line]),
        **asked.shown,
    )


@bp.get(f"{_IMPORT}/<{one_of(_ASKED)}:step>")
@reads
def import_step_page(actor: Actor, import_id: UUID, step: str) -> Response:
    return ask(_ASKED[step], _about(actor, import_id, _ASKED[step].command))


@bp.post(f"{_IMPORT}/<{one_of(_ASKED)}:step>")
@in_steps
def submit_import_step(actor: Actor, import_id: UUID, step: str) -> Response:
    asking = _ASKED[step]

    def about() -> About:
        return _about(actor, import_id, asking.command, refused=True)

    return answered(asking, asking.work(actor, import_id), to=things.address_of(BROUGHT, import_id), about=about)


def _draw_new(actor: Actor, refusal: Refusal | None = None) -> Response:
    areas = [area for area in areas_within(commands.areas_to_bring_for(actor)) if area.level in _BROUGHT_FOR]
    kinds = [(kind.value, kind.chinese) for kind in commands.kinds_to_bring()]
    shown: dict[str, Any] = {
        "viewer": actor,
        "place": BROUGHT,
        "form": _FORM,
        "choices": {"kind": kinds, "area_id": by_name(areas)},
        "templates": IMPORT_TEMPLATES,
    }
    labels = _FORM.labels | {"file": label_of("file")}
    if refusal is not None:
        return draw_again("imports/new.html", refusal, keep=_FORM.names, labels=labels, **shown)
    return draw("imports/new.html", **shown)


def _is_watched(lines: Sequence[ImportLine]) -> bool:
    return is_watched([line.work for line in lines if line.work], clock.now())


def _called(line: ImportLine) -> str:
    return f"{line.area}的{line.title}名册"


def _about(actor: Actor, import_id: UUID, command: ImportCommand, *, refused: bool = False) -> About:
    commands.require_import_command(actor, import_id, command, refused=refused)
    line = queries.see(actor, import_id)
    said = [f"可以导入{line.new}行，已有{line.known}行，不能导入{line.faulty}行"]
    return About(actor, BROUGHT, _called(line), things.address_of(BROUGHT, import_id), said)
