"""名册导入: workbooks that an officer brings: checked first, entered on request, undone as one; each as long work."""

from uuid import UUID

from flask import Response

from backend.foundation import clock, contents, paging
from backend.foundation.actor import Actor
from backend.foundation.errors import Missing
from backend.foundation.refusals import never
from backend.imports import queries, sheet, work
from backend.imports.queries import Fault, ImportLine
from backend.imports.service import KINDS
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.imports import FaultOut, ImportOut
from web.downloads import roster_template
from web.edge import in_steps, reads, writes
from web.inputs.imports import FaultsQuery, ImportEntryIn, ImportQuery, ImportsQuery, WorkbookIn
from web.routes import at_most
from web.submissions import last_step

bp = Resource("imports", tag="名册导入")


@bp.get("/import-templates/<kind>")
@reads
@bp.download(contents.XLSX)
@bp.doc(summary="下载导入模板", description="每一列写什么见表头的批注，第二行是示例，不会被导入。")
def download_import_template(actor: Actor, kind: str) -> Response:  # noqa: ARG001 - whoever is logged in may have it
    return roster_template(kind)


@bp.post("/imports")
@in_steps
@at_most("10/minute")
@bp.input(ImportQuery, location="query")
@bp.upload(WorkbookIn, largest=sheet.LARGEST)
@bp.output(ImportOut, status_code=202)
@bp.doc(
    summary="上传一份名册",
    description="加密保存后逐行检查，不导入任何一行；用返回的 id 查询进度和不能导入的单元格，再用 `/imports/{import_id}/entry` 导入。"
    "同一文件再次上传是同一次导入。",
)
@never(Missing, because="it shows what was brought just now")
def bring_import(actor: Actor, query: ImportQuery, body: WorkbookIn) -> ImportLine:
    import_id = work.bring(actor, KINDS[query.kind], query.area_id, body.file, now=clock.now())
    with last_step():  # the same file again is the same import, so what was brought needs no key
        return queries.see(actor, import_id)


@bp.get("/imports")
@reads
@bp.input(ImportsQuery, location="query")
@bp.output(Page[ImportOut])
@bp.doc(summary="名册导入列表", description="本辖区的，新的在前。")
def list_imports(actor: Actor, query: ImportsQuery) -> paging.Page[ImportLine]:
    return queries.imports(actor, query.search, page=query.page)


@bp.get("/imports/<uuid:import_id>")
@reads
@bp.output(ImportOut)
@bp.doc(summary="一次名册导入", description="进度，以及可以导入、已有和不能导入的行数。")
def see_import(actor: Actor, import_id: UUID) -> ImportLine:
    return queries.see(actor, import_id)


@bp.get("/imports/<uuid:import_id>/faults")
@reads
@bp.input(FaultsQuery, location="query")
@bp.output(Page[FaultOut])
@bp.doc(summary="不能导入的单元格", description="从上到下，附原因；改好后把文件再上传一次，已导入的行不会重复。")
def list_import_faults(actor: Actor, import_id: UUID, query: FaultsQuery) -> paging.Page[Fault]:
    return queries.faults(actor, import_id, page=query.page)


@bp.post("/imports/<uuid:import_id>/check")
@writes
@bp.output(ImportOut, status_code=202)
@bp.doc(summary="再检查一次", description="尚未导入时，按现在的登记情况重新检查每一行。")
def check_import(actor: Actor, import_id: UUID) -> ImportLine:
    work.ask_check(actor, import_id, now=clock.now())
    return queries.see(actor, import_id)


@bp.post("/imports/<uuid:import_id>/entry")
@writes
@bp.input(ImportEntryIn)
@bp.output(ImportOut, status_code=202)
@bp.doc(summary="导入检查过的名册", description="在后台分批导入可以导入的行；中断或取消后再次提交，从中断的地方继续，不会重复。")
def enter_import(actor: Actor, import_id: UUID, body: ImportEntryIn) -> ImportLine:
    work.ask_entry(actor, import_id, all_or_nothing=body.all_or_nothing, now=clock.now())
    return queries.see(actor, import_id)


@bp.post("/imports/<uuid:import_id>/undo")
@writes
@bp.output(ImportOut, status_code=202)
@bp.doc(summary="撤销一次名册导入", description="在后台收回它新增的全部内容；其中的内容已被使用时不能撤销，原因见返回的 work。")
def undo_import(actor: Actor, import_id: UUID) -> ImportLine:
    work.ask_undo(actor, import_id, now=clock.now())
    return queries.see(actor, import_id)
