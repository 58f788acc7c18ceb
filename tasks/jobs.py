"""Runs long work. Rung each second while some waits (tasks/doorbell.py); a free worker takes it. A second ring or a kill does no harm."""

from functools import partial

import structlog
from celery import shared_task
from sqlalchemy.exc import OperationalError

from backend.foundation import clock, jobs
from backend.foundation.errors import Refusal
from backend.foundation.objects import StoreAway

log = structlog.get_logger(__name__)

UNEXPECTED, UNEXPECTED_DETAIL = "job_failed", "任务出错，没有完成；请稍后重新提交，仍不成功请联系系统管理员"
"""Error of a job that fell over a defect."""


@shared_task(name="jobs.run", ignore_result=True)
def run() -> None:
    """Run the jobs that wait, one after another."""
    while (task := jobs.take_next(now=clock.now())) is not None:
        _run(task)


def _run(task: jobs.Task) -> None:
    report = partial(_report, task)
    try:
        report(0, 1)
        result = jobs.kinds()[task.kind].run(task, report, clock.now())
        jobs.finish(task, result, now=clock.now())
    except jobs.Stopped:
        log.info("job.stopped", job_id=str(task.id), kind=task.kind)
    except (OperationalError, StoreAway):
        raise  # database or store went away, or a lock was too slow: the job is taken again when its lease is over
    except Refusal as refusal:
        jobs.fail(task, refusal.code, refusal.detail, now=clock.now())
    except Exception:
        log.exception("job.failed", job_id=str(task.id), kind=task.kind)
        jobs.fail(task, UNEXPECTED, UNEXPECTED_DETAIL, now=clock.now())


def _report(task: jobs.Task, done: int, total: int) -> None:
    if not jobs.advance(task, done, total, now=clock.now()):
        raise jobs.Stopped
