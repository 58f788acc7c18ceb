"""导出: figures as files, made as long work; how far it is and the file stand under /jobs."""

from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.jobs import JobLine
from backend.jobs import sheets
from backend.statistics import exports
from miniprogram_api.contract import Resource
from miniprogram_api.schemas.jobs import JobOut
from web.edge import creates
from web.inputs.jobs import ListExportIn
from web.inputs.statistics import YearEndIn
from web.lists import LISTED, SHEETS, asked_by_filters
from web.routes import at_most

bp = Resource("exports", tag="导出任务")
_FOLLOWS = "用返回的 id 查询 `/jobs/{job_id}`，完成后从 `/jobs/{job_id}/file` 下载。"


@bp.post("/exports/year-end")
@creates
@at_most("10/minute")
@bp.input(YearEndIn)
@bp.output(JobOut, status_code=202)
@bp.doc(
    summary="导出年终统计表",
    description=f"受理后在后台生成 Excel 文件：{_FOLLOWS}",
)
def export_year_end(actor: Actor, body: YearEndIn) -> JobLine:
    return exports.ask_year_end(actor, body.year, body.area_id, now=clock.now())


@bp.post("/exports/lists")
@creates
@at_most("10/minute")
@bp.input(ListExportIn)
@bp.output(JobOut, status_code=202)
@bp.doc(
    summary="导出列表",
    description=f"把本人在列表中看得到、符合条件的行生成 CSV 表格，最多 5 万行：{_FOLLOWS}提出后职务有减少的，不能再下载。",
)
def export_list(actor: Actor, body: ListExportIn) -> JobLine:
    asked_for = LISTED[body.list].asked_for(asked_by_filters(body.list, body.filters))
    return sheets.ask_list(actor, SHEETS[body.list], body.list, asked_for, now=clock.now())
