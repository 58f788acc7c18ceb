"""Lists as tables to take along (导出所列): the rows of one list, with its filters, as whoever asks sees them, made as long work.

Which lists there are, and how each is read, says who starts a process (`web.lists`): here stands what holds for all of them. A worker reads
as the asker, with the roles that they hold when it begins, in one snapshot. What was made is fetched by who asked, as long as they hold all
that they held then: a row is never told to somebody who could not see it any more.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select

from backend.accounts import allowances, policy
from backend.accounts.limits import Written
from backend.accounts.policy import Permission, Scope
from backend.accounts.queries import called_at_work
from backend.accounts.service import actor_behind
from backend.foundation import clock, contents, files, jobs
from backend.foundation.actor import Actor
from backend.foundation.csv_text import csv_of
from backend.foundation.database import db, one_of, read_as_of_now, transaction
from backend.foundation.errors import Conflict, Missing
from backend.foundation.jobs import Job, JobLine, Kind, Parameter, Report, Result, Task
from backend.foundation.paging import Page, PageRequest
from backend.foundation.terms import Word
from backend.jobs.queries import JobSearch, jobs_in_sight

LIST = "list"
TABLE = files.Kind("list", frozenset({contents.CSV}), largest=50 * 1024 * 1024, kept_for=timedelta(days=7))
MOST_ROWS = 50_000
"""In one table; a street has 27,000 volunteers, and serves 60,000 times in a year."""
_AT_ONCE = 500


class ListTooLong(Conflict):
    """More rows than one table takes."""

    code: ClassVar[str] = "list_too_long"
    detail = f"符合条件的超过{MOST_ROWS:,}条，请缩小范围后再导出"


class ListName(Word):
    """A list that can be taken along."""

    DEMANDS = "demands", "服务需求"
    BENEFICIARIES = "beneficiaries", "服务对象"
    SHIFTS = "shifts", "场次"
    SERVICES = "services", "服务记录"
    UNRECORDED = "attendances_without_record", "没有记录的签到"
    CLAIMS = "claims", "待答复的认领"
    LATE_ENTRIES = "late_entries", "补录活动"
    TEAMS = "teams", "志愿服务队"
    VOLUNTEERS = "volunteers", "志愿者"
    ORGANISATIONS = "organisations", "社会组织"
    RECOVERIES = "recoveries", "找回账号"
    PROXIES = "proxies", "代办"
    RELOCATIONS = "relocations", "迁居"
    CORRECTIONS = "corrections", "身份更正"
    DEATHS = "deaths", "去世登记"
    REGISTRATIONS = "registrations", "党员报到"
    ROLE_GRANTS = "role_grants", "账号与角色"
    AUDIT_ENTRIES = "audit_entries", "审计"


@dataclass(frozen=True, slots=True)
class Sheet:
    """How one list becomes a table. `read` gives a page of what was asked for, as the viewer sees it; `told` the words of what was asked
    for that name nobody, for the name of the file; `columns` what stands under each heading."""

    read: Callable[[Actor, str, PageRequest, datetime], Page[Any]]
    told: Callable[[str], Sequence[str]]
    columns: Mapping[str, Callable[[Any], object]]


@dataclass(frozen=True, slots=True)
class ListLine:
    """A table that was asked for: of which list, by whom (None: by who looks at it), how many rows it has (None: not made yet), and
    whether its file is still kept."""

    job: JobLine
    name: ListName
    asked_by: str | None
    rows: int | None
    is_kept: bool


def ask_list(actor: Actor, sheet: Sheet, name: ListName, asked_for: str, *, now: datetime) -> JobLine:
    """Ask for a list as a table. Raises TooManyToday, TooManyOpen, Forbidden, and whatever the list itself is refused with."""
    policy.require(actor, Permission.LIST_EXPORT, Scope())
    sheet.read(actor, asked_for, PageRequest(1), now)  # what can't be listed is refused before it waits
    allowances.take(actor, Written.EXPORT, waiting=jobs.unfinished_of(actor), now=now)
    which = {"list": name.value, "held": _held(actor)}
    offices = [grant.area_path for grant in actor.grants if grant.area_path is not None]
    return jobs.ask(actor, LIST, which, _above(offices), asked_for=asked_for, now=now)


def may_ask_some(viewer: Actor) -> bool:
    """Whether the viewer may have lists made into tables."""
    return policy.could(viewer, Permission.LIST_EXPORT)


def lists_in_sight(viewer: Actor, *, now: datetime, page: PageRequest) -> Page[ListLine]:
    """The tables that the viewer asked for or whose making they look after, the newest first; never their files."""
    found = jobs_in_sight(viewer, JobSearch(kind=LIST), now=now, page=page)
    asked = select(Job.id, Job.params, Job.asked_by, Job.file_id, Job.people)
    of_page = {row.id: row for row in db.session.execute(asked.where(one_of(Job.id, [line.id for line in found.items])))}
    askers = called_at_work({row.asked_by for row in of_page.values()} - {viewer.account_id})

    def told(line: JobLine) -> ListLine:
        row = of_page[line.id]
        asker = None if row.asked_by == viewer.account_id else askers[row.asked_by]
        return ListLine(line, ListName(row.params["list"]), asker, row.people, row.file_id is not None)

    return found.map(told)


def kind(sheets: Callable[[], Mapping[ListName, Sheet]]) -> Kind:
    """The kind of job that makes them; `sheets` is asked when one is made."""

    def run(task: Task, report: Report, now: datetime) -> Result:
        name = ListName(str(task.params["list"]))
        return _made(sheets()[name], name, task, report, now)

    return Kind(title="列表", permission=Permission.LIST_EXPORT, allow=_allow, run=run)


def _made(sheet: Sheet, name: ListName, task: Task, report: Report, now: datetime) -> Result:
    asked_for = task.asked_for or ""
    rows: list[list[object]] = []
    with transaction():
        read_as_of_now()
        asker = Actor.system() if task.asked_by is None else actor_behind(task.asked_by, now=now)
        policy.require_seen(asker, Permission.LIST_EXPORT, Scope())
        for step, page in enumerate(_pages(asker, sheet, asked_for, now), start=1):
            rows += [[_cell(of(line)) for of in sheet.columns.values()] for line in page.items]
            if len(rows) > MOST_ROWS:
                raise ListTooLong
            report(step, step + (page.next_cursor is not None))
    called = "_".join([name.chinese, *sheet.told(asked_for), clock.shanghai_day(now).isoformat()])
    return Result(f"{called}.csv", TABLE, csv_of(list(sheet.columns), rows), known_at=now, people=len(rows))


def _pages(viewer: Actor, sheet: Sheet, asked_for: str, now: datetime) -> Iterator[Page[Any]]:
    asked: PageRequest | None = PageRequest(_AT_ONCE)
    while asked is not None:
        page = sheet.read(viewer, asked_for, asked, now)
        yield page
        asked = None if page.next_cursor is None else PageRequest(_AT_ONCE, page.next_cursor)


def _cell(value: object) -> object:
    """A value as somebody reads it in a spreadsheet, which knows instants by this form."""
    match value:
        case Word():
            return value.chinese
        case bool():
            return "是" if value else "否"
        case datetime():
            return f"{value.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            return value


def _above(paths: Sequence[str]) -> str:
    """The least area above all of these; one of them, where nothing is above all."""
    first, last = min(paths), max(paths)
    alike = next((i for i, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), min(len(first), len(last)))
    return first[:alike] or first


def _held(actor: Actor) -> str:
    return ",".join(sorted({f"{grant.role.value}@{grant.place}" for grant in actor.grants}))


def _allow(actor: Actor, _: str, params: Mapping[str, Parameter]) -> None:
    policy.require_seen(actor, Permission.LIST_EXPORT, Scope())
    if not set(str(params["held"]).split(",")) <= set(_held(actor).split(",")):
        raise Missing
