"""Asks for the year-end workbook as long work, and makes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Uuid, cast, select

from backend.accounts import allowances, policy
from backend.accounts.limits import Written
from backend.accounts.policy import Permission, Scope
from backend.accounts.queries import called_at_work
from backend.areas.models import Area
from backend.foundation import contents, files, jobs
from backend.foundation.actor import Actor
from backend.foundation.database import allow_long_statements, db, one_of, transaction
from backend.foundation.jobs import Job, JobLine, Kind, Parameter, Report, Result, Task
from backend.foundation.paging import Page, PageRequest
from backend.jobs.queries import JobSearch, jobs_in_sight
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


@dataclass(frozen=True, slots=True)
class YearEndLine:
    """A workbook that was asked for: of which area and year, by whom (None: by who looks at it), and whether its file is still kept."""

    job: JobLine
    year: int
    area: str
    asked_by: str | None
    is_kept: bool


def year_ends_in_sight(viewer: Actor, *, now: datetime, page: PageRequest) -> Page[YearEndLine]:
    """The workbooks that the viewer asked for or whose making they look after, the newest first; never their files."""
    found = jobs_in_sight(viewer, JobSearch(kind=YEAR_END), now=now, page=page)
    asked = select(Job.id, Job.params, Job.asked_by, Job.file_id, Area.name).join(Area, Area.id == cast(Job.params["area_id"].astext, Uuid))
    of_page = {row.id: row for row in db.session.execute(asked.where(one_of(Job.id, [line.id for line in found.items])))}
    askers = called_at_work({row.asked_by for row in of_page.values()} - {viewer.account_id})

    def told(line: JobLine) -> YearEndLine:
        row = of_page[line.id]
        asker = None if row.asked_by == viewer.account_id else askers[row.asked_by]
        return YearEndLine(line, int(row.params["year"]), row.name, asker, row.file_id is not None)

    return found.map(told)


def may_ask_some(viewer: Actor) -> bool:
    """Whether the viewer may have the workbook of some area made."""
    return policy.could_by_area(viewer, Permission.FIGURES_EXPORT)


def make_year_end(task: Task, report: Report, now: datetime) -> Result:
    """Read the figures in one transaction, write the workbook outside of it: what it counts was allowed when it was asked for."""
    with transaction():
        figures = year_book(int(task.params["year"]), UUID(str(task.params["area_id"])), now=now)
        exporter = called_at_work([task.asked_by])[task.asked_by]
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


def _allow(actor: Actor, area_path: str, _: Mapping[str, Parameter]) -> None:
    policy.require_seen(actor, Permission.FIGURES_EXPORT, Scope(area_path=area_path))


KIND = Kind(title="年终统计表", permission=Permission.FIGURES_EXPORT, allow=_allow, run=make_year_end)
