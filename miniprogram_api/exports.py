"""导出: figures as files, made as long work; how far it is and the file stand under /jobs."""

from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.jobs import JobLine
from backend.statistics import exports
from miniprogram_api.contract import Resource
from miniprogram_api.schemas.jobs import JobOut
from web.edge import creates
from web.inputs.statistics import YearEndIn
from web.routes import at_most

bp = Resource("exports", tag="导出任务")


@bp.post("/exports/year-end")
@creates
@at_most("10/minute")
@bp.input(YearEndIn)
@bp.output(JobOut, status_code=202)
@bp.doc(
    summary="导出年终统计表",
    description="受理后在后台生成 Excel 文件：用返回的 id 查询 `/jobs/{job_id}`，完成后从 `/jobs/{job_id}/file` 下载。",
)
def export_year_end(actor: Actor, body: YearEndIn) -> JobLine:
    return exports.ask_year_end(actor, body.year, body.area_id, now=clock.now())
