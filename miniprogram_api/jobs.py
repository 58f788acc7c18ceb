"""任务: long work that somebody asked for: how far it is, its file, calling it off.

Only its asker fetches the file and calls it off; the system administrator sees how all of them go.
"""

from pathlib import PurePath
from urllib.parse import quote
from uuid import UUID

from flask import Response

from backend.foundation import clock, jobs, paging
from backend.foundation.actor import Actor
from backend.foundation.jobs import JobFileGone, JobLine, JobNotDone, JobOver
from backend.jobs import queries
from backend.jobs.service import require_own_job
from miniprogram_api.contract import Page, Resource
from miniprogram_api.schemas.jobs import JobOut
from web.edge import reads, writes
from web.inputs.jobs import JobsQuery
from web.routes import refuses

bp = Resource("jobs", tag="导出任务")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/jobs")
@reads
@bp.input(JobsQuery, location="query")
@bp.output(Page[JobOut])
@bp.doc(summary="任务列表", description="由系统管理员查看本辖区的任务，新的在前；文件只有提出的人能下载。")
def list_jobs(actor: Actor, query: JobsQuery) -> paging.Page[JobLine]:
    return queries.jobs_in_care(actor, state=query.state, page=query.page)


@bp.get("/jobs/<uuid:job_id>")
@reads
@bp.output(JobOut)
@bp.doc(summary="任务进度", description="提出的人和本辖区的系统管理员能看。")
def see_job(actor: Actor, job_id: UUID) -> JobLine:
    return queries.job(actor, job_id)


@bp.get("/jobs/<uuid:job_id>/file")
@reads
@bp.download(XLSX)
@bp.doc(summary="下载任务生成的文件", description="只有提出的人、且仍管理该区域时可以下载；每次下载都留有记录。文件保存 7 天。")
@refuses(JobNotDone, JobFileGone)
def download_job_file(actor: Actor, job_id: UUID) -> Response:
    require_own_job(actor, job_id)
    file = jobs.file_of(actor, job_id, now=clock.now())
    answer = Response(file.content, mimetype=file.media_type)
    answer.headers["Content-Disposition"] = _attachment(file.name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/jobs/<uuid:job_id>/cancellation")
@writes
@bp.output(JobOut)
@bp.doc(summary="取消任务", description="正在进行的任务在下一步停下。")
@refuses(JobOver)
def cancel_job(actor: Actor, job_id: UUID) -> JobLine:
    require_own_job(actor, job_id)
    return jobs.cancel(actor, job_id, now=clock.now())


def _attachment(name: str) -> str:
    """The header of a download in its Chinese name (RFC 5987), with a plain one for old clients."""
    return f"attachment; filename=\"export{PurePath(name).suffix}\"; filename*=UTF-8''{quote(name, safe='')}"
