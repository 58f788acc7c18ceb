"""Long work that somebody asked for: a row is its state and its progress, and its result is a file (docs/design.md, HTTP).

A request never talks to the broker: beat rings, a worker takes the next job under a lease and runs it in steps; each step renews the
lease. A job whose worker was killed is taken again when its lease is over. Whatever a worker writes names its attempt, so one that comes
back late changes nothing and the result is written once. Rows hold ids and
numbers only; what was asked for in words (a name that somebody looks for) stands in them sealed, and only until the job is over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Insert,
    Select,
    and_,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation import asked, audit, files
from backend.foundation.actor import Actor
from backend.foundation.database import AreaPath, Base, RowId, as_text, db, transaction
from backend.foundation.errors import Conflict, Missing
from backend.foundation.files import FileLine
from backend.foundation.ids import new_id
from backend.foundation.sealing import SEALED, keyring
from backend.foundation.terms import Word

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 3

GIVEN_UP, GIVEN_UP_DETAIL = "job_given_up", "多次尝试都没有完成，请稍后重新提交"
"""Error code of a job whose workers died one after another."""

Parameter = str | int
_ASKED_FOR = "jobs.asked_for"


class JobNotDone(Conflict):
    """The file is fetched before it is there, or after the job failed or was cancelled."""

    code = "job_not_done"
    detail = "文件尚未生成"


class JobMakesNoFile(Conflict):
    """The job did what was asked, and nothing of it is a file."""

    code = "job_makes_no_file"
    detail = "该任务不生成文件"


class JobFileGone(Conflict):
    """The file was kept for a week, and is not any more."""

    code = "job_file_gone"
    detail = "文件已过保存期限，请重新导出"


class JobOver(Conflict):
    """What is over cannot be cancelled."""

    code = "job_over"
    detail = "任务已经结束，不能取消"


class Stopped(Exception):
    """The job was cancelled, or another worker has it by now: whoever is running it gives up without a word."""


class State(Word):
    """The life of a job."""

    QUEUED = "queued", "排队"
    RUNNING = "running", "进行中"
    DONE = "done", "完成"
    FAILED = "failed", "失败"
    CANCELLED = "cancelled", "已取消"


class Job(Base):
    """One piece of long work, from the asking to the file."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("done >= 0 AND done <= total", name="done_within_total"),
        CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="leased_while_running"),
        CheckConstraint("(state = 'failed') = (error IS NOT NULL)", name="error_when_failed"),
        CheckConstraint("file_name IS NULL OR state = 'done'", name="file_only_when_done"),
        CheckConstraint("(state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)", name="finished_when_over"),
        Index("ix_jobs_unfinished", "created_at", "id", postgresql_where=text("state IN ('queued', 'running')")),
        Index("ix_jobs_asked_by", "asked_by", "id"),
        Index("ix_jobs_done", "kind", "params", "started_at", postgresql_where=text("state = 'done'")),
        Index("ix_jobs_failed", "finished_at", postgresql_where=text("state = 'failed'")),
        Index("ix_jobs_file_id", "file_id", postgresql_where=text("file_id IS NOT NULL")),
    )

    id: Mapped[RowId]
    kind: Mapped[str]
    asked_by: Mapped[UUID | None] = mapped_column(comment="the account; none for the platform itself")
    area_path: Mapped[AreaPath]
    params: Mapped[dict[str, Parameter]] = mapped_column(JSONB, comment="ids and numbers only")
    asked_for_sealed: Mapped[bytes | None] = mapped_column(
        info={SEALED: _ASKED_FOR}, comment="what was asked for in words; empty once the job is over"
    )
    state: Mapped[State] = mapped_column(as_text(State))
    done: Mapped[int]
    total: Mapped[int]
    attempts: Mapped[int] = mapped_column(comment="how often a worker took it; the last one may write")
    lease_until: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(comment="the code of the refusal, or of what else went wrong")
    error_detail: Mapped[str | None] = mapped_column(comment="one Chinese sentence that says so to the asker")
    file_name: Mapped[str | None]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("files.id", name="fk_jobs_file_id"), comment="as long as it is kept")
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    known_at: Mapped[datetime | None] = mapped_column(
        comment="until when the result knows what happened; empty where a release before wrote"
    )
    people: Mapped[int | None] = mapped_column(comment="rows about people in the file; empty where there is none or a release before wrote")


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job as its asker sees it."""

    id: UUID
    kind: str
    state: State
    done: int
    total: int
    error: str | None
    error_detail: str | None
    file_name: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Task:
    """A job in the hands of one worker; `attempt` says that it is this worker's."""

    id: UUID
    kind: str
    asked_by: UUID | None
    area_path: str
    params: Mapping[str, Parameter]
    attempt: int
    asked_for: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a job makes. `known_at`: until when it knows what happened, where that is not the start of the work; `people`: how many rows
    of it are about people."""

    name: str
    kind: files.Kind
    content: bytes
    known_at: datetime | None = None
    people: int = 0


Report = Callable[[int, int], None]
"""Called between two steps, outside any transaction of the runner's, with the steps done and the steps in all. Raises Stopped."""

Runner = Callable[[Task, Report, datetime], Result | None]
"""Does the work and gives what becomes the file, if anything; opens its transactions itself. A Refusal that it raises becomes the job's
error: code and sentence."""


Allow = Callable[[Actor, str, Mapping[str, Parameter]], None]
"""Refuses an actor to whom the area path of a job, or whatever else its parameters say, is, or came, out of reach."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job: how people call it, what it needs, who may still fetch its file, and what runs it."""

    title: str
    permission: str  # what asking needed, as the audit log names it
    allow: Allow
    run: Runner


_kinds: Mapping[str, Kind] = {}


def use(kinds: Mapping[str, Kind]) -> None:
    """Tell this process which kinds of jobs there are (`backend.runners.KINDS`), once, when it starts."""
    global _kinds  # noqa: PLW0603 - one table of kinds per process
    _kinds = kinds


def kinds() -> Mapping[str, Kind]:
    """Kind of job by its name."""
    return _kinds


LINE = tuple(getattr(Job, field) for field in JobLine.__slots__)
"""The columns of a `JobLine`."""


def title_of(kind: str) -> str:
    """How people call a kind of job, also one that a release before knew."""
    return _kinds[kind].title if kind in _kinds else "其他任务"


def ask(
    actor: Actor, kind: str, params: Mapping[str, Parameter], area_path: str, *, asked_for: str | None = None, now: datetime
) -> JobLine:
    """Queue a job. The capability that offers the work asks policy first. `asked_for`: what of it may name somebody."""
    job_id = new_id()
    sealed = None if asked_for is None else keyring().seal(asked_for, field=_ASKED_FOR, row=job_id)
    begins = {"state": State.QUEUED, "done": 0, "attempts": 0, "created_at": now}
    queued = _job(actor, kind, params, area_path, id=job_id, asked_for_sealed=sealed, **begins)
    line = JobLine(*db.session.execute(queued.returning(*LINE)).one())
    audit.record(actor, _kinds[kind].permission, line.id, now=now, kind=kind, area_path=area_path)
    return line


def note_done(
    actor: Actor, kind: str, params: Mapping[str, Parameter], area_path: str, *, began: datetime, known_at: datetime, now: datetime
) -> None:
    """Write down work that was done at once, as a command of `ejia` does it: nobody waits for it, and its file is not kept here."""
    times = {"created_at": began, "started_at": began, "finished_at": now, "known_at": known_at}
    db.session.execute(_job(actor, kind, params, area_path, state=State.DONE, done=1, attempts=1, **times))


def _job(actor: Actor, kind: str, params: Mapping[str, Parameter], area_path: str, **stands: object) -> Insert:
    """A job of one step, as it stands."""
    asked = {"kind": kind, "asked_by": actor.account_id, "area_path": area_path, "params": dict(params)}
    return insert(Job).values({"id": new_id(), "total": 1} | asked | stands)


def last_done(kind: str, params: Mapping[str, Parameter]) -> datetime | None:
    """Until when the last work of this kind that is done knew what happened, asked for with the same parameters; None where there is
    none."""
    done = select(func.coalesce(Job.known_at, Job.started_at)).where(Job.kind == kind, Job.params == dict(params), Job.state == State.DONE)
    return db.session.scalar(done.order_by(Job.started_at.desc()).limit(1))


def unfinished_of(actor: Actor) -> Select[UUID]:
    """Which jobs of the actor are waiting or running."""
    return select(Job.id).where(Job.asked_by == actor.account_id, Job.state.in_([State.QUEUED, State.RUNNING]))


def job_of(actor: Actor, job_id: UUID) -> JobLine:
    """A job of the actor's own. Raises Missing for everybody else's."""
    found = db.session.execute(select(*LINE).where(_own(actor, job_id))).one_or_none()
    if found is None:
        raise Missing
    return JobLine(*found)


def file_of(actor: Actor, job_id: UUID, *, now: datetime) -> FileLine:
    """The file of a job of the actor's own, which they may still see; fetching it is an audited act, and reads the
    rows about people that stand in it.

    Raises Missing (another's job, or its area came out of reach), JobNotDone, JobMakesNoFile, JobFileGone.
    """
    job = db.session.execute(
        select(Job.kind, Job.area_path, Job.params, Job.state, Job.file_name, Job.file_id, Job.people).where(_own(actor, job_id))
    ).one_or_none()
    if job is None:
        raise Missing
    kind = _kinds[job.kind]
    kind.allow(actor, job.area_path, job.params)
    if job.state is not State.DONE:
        raise JobNotDone(state=job.state.value)
    if job.file_name is None:
        raise JobMakesNoFile
    file = None if job.file_id is None else files.line_of(job.file_id)
    if file is None:
        raise JobFileGone
    asked.note_rows(job.people or 0)
    audit.record(actor, kind.permission, job_id, now=now, fetched=True)
    return file


def cancel(actor: Actor, job_id: UUID, *, now: datetime) -> JobLine:
    """Call off a job of the actor's own; a worker that is at it stops at its next step. Raises Missing, JobOver."""
    cancelled = db.session.execute(
        update(Job)
        .where(_own(actor, job_id), _unfinished())
        .values(state=State.CANCELLED, lease_until=None, asked_for_sealed=None, finished_at=now)
        .returning(*LINE)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if cancelled is None:
        raise JobOver(state=job_of(actor, job_id).state.value)
    line = JobLine(*cancelled)
    audit.record(actor, _kinds[line.kind].permission, job_id, now=now, cancelled=True)
    return line


def any_waits(*, now: datetime) -> bool:
    """Whether `take_next` has something to take or to give up."""
    with transaction():
        return bool(db.session.scalar(select(select(Job.id).where(_waits(now)).exists())))


def take_next(*, now: datetime) -> Task | None:
    """Take the job that waits longest, new or left behind by a killed worker, under a lease; None when none waits.

    A job that has killed its workers MOST_ATTEMPTS times fails instead of being taken again.
    """
    with transaction():
        _give_up(now=now)
        waiting = (
            select(Job.id).where(_waits(now)).order_by(Job.created_at, Job.id).limit(1).with_for_update(skip_locked=True).scalar_subquery()
        )
        taken = db.session.execute(
            update(Job)
            .where(Job.id == waiting)
            .values(
                state=State.RUNNING,
                attempts=Job.attempts + 1,
                lease_until=now + LEASE,
                started_at=func.coalesce(Job.started_at, now),
                done=0,
            )
            .returning(Job.id, Job.kind, Job.asked_by, Job.area_path, Job.params, Job.attempts, Job.asked_for_sealed)
            .execution_options(synchronize_session=False)
        ).one_or_none()
    if taken is None:
        return None
    sealed = taken.asked_for_sealed
    asked_for = None if sealed is None else keyring().unseal(sealed, field=_ASKED_FOR, row=taken.id)
    return Task(taken.id, taken.kind, taken.asked_by, taken.area_path, taken.params, taken.attempts, asked_for)


def advance(task: Task, done: int, total: int, *, now: datetime) -> bool:
    """Note the progress and renew the lease, in a transaction of its own beside the caller's.

    False: the job is not this worker's any more.
    """
    moved = (
        update(Job).where(_held(task)).values(done=done, total=total, lease_until=now + LEASE).execution_options(synchronize_session=False)
    )
    with db.engine.begin() as connection:
        return connection.execute(moved).rowcount == 1


def finish(task: Task, result: Result | None, *, now: datetime) -> bool:
    """Store the result, then write it down. False, and nothing written: the job was cancelled or another worker has it.

    Raises FileTooLarge, FileTypeRefused, StoreAway.
    """
    if result is None:
        with transaction():
            return _end(task, state=State.DONE, done=Job.total, finished_at=now)
    stored = files.put(result.kind, result.content)
    with transaction():
        held = db.session.scalar(select(Job.id).where(_held(task)).with_for_update())
        if held is not None:
            file_id = files.add(stored, result.name, area_path=task.area_path, now=now)
            made = {"file_name": result.name, "file_id": file_id, "known_at": result.known_at, "people": result.people}
            _end(task, state=State.DONE, done=Job.total, finished_at=now, **made)
    return held is not None


def fail(task: Task, error: str, detail: str, *, now: datetime) -> bool:
    """Write down why the job cannot be done, as a code and in a sentence. False: the job is not this worker's any more."""
    with transaction():
        return _end(task, state=State.FAILED, error=error, error_detail=detail, finished_at=now)


def forget_old_files(*, now: datetime) -> None:
    """Let go of files whose time is over, so that they are swept; that they were made stays known."""
    over = select(files.File.id).where(files.File.kept_until <= now)
    db.session.execute(update(Job).where(Job.file_id.in_(over)).values(file_id=None).execution_options(synchronize_session=False))


def _end(task: Task, **values: Any) -> bool:
    ended = update(Job).where(_held(task)).values(lease_until=None, asked_for_sealed=None, **values).returning(Job.id)
    return db.session.execute(ended.execution_options(synchronize_session=False)).one_or_none() is not None


def _waits(now: datetime) -> ColumnElement[bool]:
    return and_(_unfinished(), or_(Job.lease_until.is_(None), Job.lease_until <= now))


def _give_up(*, now: datetime) -> None:
    db.session.execute(
        update(Job)
        .where(_unfinished(), Job.lease_until <= now, Job.attempts >= MOST_ATTEMPTS)
        .values(state=State.FAILED, error=GIVEN_UP, error_detail=GIVEN_UP_DETAIL, lease_until=None, asked_for_sealed=None, finished_at=now)
        .execution_options(synchronize_session=False)
    )


def _unfinished() -> ColumnElement[bool]:
    # Literal, as in the index: a parameter would hide from the planner that the partial index fits.
    return literal_column("state IN ('queued', 'running')")


def _held(task: Task) -> ColumnElement[bool]:
    return and_(Job.id == task.id, Job.state == State.RUNNING, Job.attempts == task.attempt)


def _own(actor: Actor, job_id: UUID) -> ColumnElement[bool]:
    return and_(Job.id == job_id, Job.asked_by == actor.account_id)


def hand_over(asker_id: UUID, to_id: UUID) -> None:
    """Let another account have the jobs of one that is dissolved: it is the same person's."""
    db.session.execute(update(Job).where(Job.asked_by == asker_id).values(asked_by=to_id).execution_options(synchronize_session=False))
