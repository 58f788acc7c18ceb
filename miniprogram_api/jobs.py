"""任务: long work that somebody asked for: how far it is, its file, calling it off.

Who asked finds it, fetches its file and calls it off; the system administrator sees how all of them go.
"""

from uuid import UUID

from flask import Response

from backend.foundation import clock, jobs, paging
from backend.foundation.actor import Actor
from backend.foundation.jobs import JobLine
from backend.jobs import queries
from backend.jobs.service import cancel_own_job, require_own_job
from miniprogram_api.contract import Page, Resource
from miniprogram_api.files import address_of
from miniprogram_api.schemas.files import FileAddressOut
from miniprogram_api.schemas.jobs import JobOut
from web.downloads import sent_own
from web.edge import in_steps, reads, writes
from web.inputs.jobs import JobsQuery

bp = Resource("jobs", tag="导出任务")


@bp.get("/jobs")
@reads
@bp.input(JobsQuery, location="query")
@bp.output(Page[JobOut])
@bp.doc(summary="任务列表", description="自己提出的任务；系统管理员另见本辖区的所有任务。新的在前；文件只有提出的人能下载。")
def list_jobs(actor: Actor, query: JobsQuery) -> paging.Page[JobLine]:
    return queries.jobs_in_sight(actor, query.search, now=clock.now(), page=query.page)


@bp.get("/jobs/<uuid:job_id>")
@reads
@bp.output(JobOut)
@bp.doc(summary="任务进度", description="提出的人和本辖区的系统管理员能看。")
def see_job(actor: Actor, job_id: UUID) -> JobLine:
    return queries.job(actor, job_id)


@bp.get("/jobs/<uuid:job_id>/file")
@in_steps
@bp.download("*/*")
@bp.doc(summary="下载任务生成的文件", description="只有提出的人、且仍管理该区域时可以下载；每次下载都留有记录。文件保存 7 天。")
def download_job_file(actor: Actor, job_id: UUID) -> Response:
    return sent_own(actor, job_id)


@bp.get("/jobs/<uuid:job_id>/file/address")
@reads
@bp.output(FileAddressOut)
@bp.doc(
    summary="文件的临时地址",
    description="5 分钟内凭此地址即可下载，不需要登录，可交给 `wx.downloadFile` 或浏览器。与下载一样，只给提出的人，并留有记录。",
)
def see_job_file_address(actor: Actor, job_id: UUID) -> FileAddressOut:
    require_own_job(actor, job_id)
    now = clock.now()
    return address_of(jobs.file_of(actor, job_id, now=now), now=now)


@bp.post("/jobs/<uuid:job_id>/cancellation")
@writes
@bp.output(JobOut)
@bp.doc(summary="取消任务", description="正在进行的任务在下一步停下。")
def cancel_job(actor: Actor, job_id: UUID) -> JobLine:
    return cancel_own_job(actor, job_id, now=clock.now())
