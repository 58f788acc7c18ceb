"""Asks for the year-end workbook as long work, and makes it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from backend.accounts import allowances, policy
from backend.accounts.limits import Written
from backend.accounts.models import Login, LoginKind
from backend.accounts.policy import Permission, Scope
from backend.foundation import contents, files, jobs
from backend.foundation.actor import Actor
from backend.foundation.database import allow_long_statements, db, transaction
from backend.foundation.jobs import JobLine, Kind, Parameter, Report, Result, Task
from backend.statistics import queries, workbook
from backend.statistics.queries import YearFigures
from backend.statistics.queries.reach import area_in_reach, months_begun

YEAR_END = "year_end_workbook"
WORKBOOK = files.Kind("workbook", frozenset({contents.XLSX}), largest=50 * 1024 * 1024, kept_for=timedelta(days=7))


def ask_year_end(actor: Actor, year: int, area_id: UUID, *, now: datetime) -> JobLine:
    """Ask for the workbook of an area and year. Raises YearNotBegun, TooManyToday, TooManyOpen, Missing (out of reach),
    Forbidden."""
    months_begun(year, now=now)
    area = area_in_reach(actor, area_id)
    policy.require(actor, Permission.FIGURES_EXPORT, Scope(area_path=area.path))
    allowances.take(actor, Written.EXPORT, waiting=jobs.unfinished_of(actor), now=now)
    return jobs.ask(actor, YEAR_END, _which(year, area.id), area.path, now=now)


def make_year_end(task: Task, report: Report, now: datetime) -> Result:
    """Read the figures in one transaction, write the workbook outside of it: what it counts was allowed when it was asked for."""
    with transaction():
        figures = year_book(int(task.params["year"]), UUID(str(task.params["area_id"])), now=now)
        exporter = _exporter(task.asked_by)
    content = workbook.write(figures, exporter=exporter, report=report)
    people = sum(len(roster.lines) for roster in figures.rosters)
    return Result(workbook.file_name(figures, now=now), WORKBOOK, content, known_at=figures.known_at, people=people)


def year_book(year: int, area_id: UUID, *, now: datetime) -> YearFigures:
    """The figures of the workbook, with what changed since the last one of this area and year, by whichever door that left. Who may have
    it was asked before. Raises YearNotBegun, Missing."""
    allow_long_statements()  # what was known at the last one is read from the facts
    return queries.year_book(Actor.system(), year, area_id, last_at=jobs.last_done(YEAR_END, _which(year, area_id)), now=now)


def note_year_end(figures: YearFigures, *, began: datetime, now: datetime) -> None:
    """Write down that `ejia` made a workbook of these figures: the next one says what changed since."""
    which = _which(figures.year, figures.area.id)
    jobs.note_done(Actor.system(), YEAR_END, which, figures.area.path, began=began, known_at=figures.known_at, now=now)


def _which(year: int, area_id: UUID) -> Mapping[str, Parameter]:
    return {"year": year, "area_id": str(area_id)}


def _allow(actor: Actor, area_path: str) -> None:
    policy.require_seen(actor, Permission.FIGURES_EXPORT, Scope(area_path=area_path))


def _exporter(account_id: UUID | None) -> str:
    """The name by which an administrator logs in; of a WeChat account the end of its number, as it has no name but a person's."""
    if account_id is None:
        return "系统"
    name = db.session.scalar(select(Login.name).where(Login.account_id == account_id, Login.kind == LoginKind.PASSWORD))
    return f"账号{name}" if name else f"账号尾号{account_id.hex[-8:]}"


KIND = Kind(permission=Permission.FIGURES_EXPORT, allow=_allow, run=make_year_end)
