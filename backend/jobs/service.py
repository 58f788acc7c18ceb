"""Commands on a job. Only its asker may give them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from backend.foundation import jobs
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Forbidden, Missing
from backend.foundation.jobs import Job, JobLine
from backend.jobs.queries import seen_by


def require_own_job(viewer: Actor, job_id: UUID) -> None:
    """Let the asker pass. Raises Forbidden for who merely looks after the jobs of the area, Missing for everybody else."""
    own = db.session.scalar(select(Job.asked_by == viewer.account_id).where(Job.id == job_id, seen_by(viewer)))
    if own is None:
        raise Missing
    if not own:
        raise Forbidden("文件只由申请导出的人下载，任务只由本人取消")


def cancel_own_job(actor: Actor, job_id: UUID, *, now: datetime) -> JobLine:
    """Call off what the actor asked for. Raises as require_own_job and jobs.cancel."""
    require_own_job(actor, job_id)
    return jobs.cancel(actor, job_id, now=now)
