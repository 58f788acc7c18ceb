"""Reads of long work and its progress, for who asked for it and for the system administrator of the area. Never the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from backend.accounts import policy
from backend.accounts.policy import Permission, ScopeColumns
from backend.foundation.actor import Actor
from backend.foundation.database import db, one_of
from backend.foundation.errors import Missing
from backend.foundation.jobs import LINE, Job, JobLine, State
from backend.foundation.paging import Order, Page, PageRequest
from backend.foundation.search import EVER, Days, as_asked

FAILURES_STAND_FOR = timedelta(days=14)
NEWEST_JOB = Order((Job.id,), latest_first=True)


def job(viewer: Actor, job_id: UUID) -> JobLine:
    """How far a job is, for its asker and for who looks after the jobs of the area. Raises Missing."""
    row = db.session.execute(select(*LINE).where(Job.id == job_id, seen_by(viewer))).one_or_none()
    if row is None:
        raise Missing
    return JobLine(*row)


@dataclass(frozen=True, slots=True)
class JobSearch:
    """Which long work somebody looks for; the days are those on which it was asked for. `for_me`: only what failed lately."""

    state: State | None = None
    kind: str | None = None
    days: Days = EVER
    for_me: bool = False


def jobs_in_sight(viewer: Actor, search: JobSearch, *, now: datetime, page: PageRequest) -> Page[JobLine]:
    """The long work that the viewer asked for or looks after, the newest first: how far it is and why it failed, never its file."""
    wanted = select(*LINE).where(seen_by(viewer), search.days.hold(Job.created_at))
    wanted = wanted.where(as_asked((Job.state, search.state), (Job.kind, search.kind)))
    if search.for_me:
        wanted = wanted.where(failed_lately(viewer, now=now))
    return NEWEST_JOB.page(wanted, page).map(lambda row: JobLine(*row))


def looks_after_some(viewer: Actor) -> bool:
    """Whether the viewer looks after the long work of some area, beside their own."""
    return policy.could_by_area(viewer, Permission.JOBS_OVERSEE)


def own_among(viewer: Actor, job_ids: Sequence[UUID]) -> dict[UUID, bool]:
    """Those of the jobs that the viewer asked for, and of each whether its file is still kept."""
    own = select(Job.id, Job.file_id.is_not(None).label("is_kept")).where(one_of(Job.id, job_ids), Job.asked_by == viewer.account_id)
    return {row.id: row.is_kept for row in db.session.execute(own)}


def failed_lately(viewer: Actor, *, now: datetime) -> ColumnElement[bool]:
    """Condition: the work failed within the last two weeks, and the viewer asked for it or looks after it. Nothing is done about what
    failed but to ask for it anew, so that nothing else ends its waiting."""
    return and_(Job.state == State.FAILED, Job.finished_at > now - FAILURES_STAND_FOR, seen_by(viewer))


def seen_by(viewer: Actor) -> ColumnElement[bool]:
    """Condition: the viewer asked for the job, whatever their roles are now, or looks after the jobs of its area."""
    overseen = policy.visible(viewer, Permission.JOBS_OVERSEE, ScopeColumns(area_path=Job.area_path))
    return or_(Job.asked_by == viewer.account_id, overseen)
