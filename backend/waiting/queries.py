"""What waits for somebody: counted by kind in one statement, of the kinds that one of their roles can have; and what waits past its day in
the communities of a street."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Select, Subquery, cast, func, literal, null, select, union_all

from backend.accounts import policy
from backend.accounts.policy import COMMUNITY_DIGITS, Permission, Scope, ScopeColumns
from backend.areas.models import Area
from backend.areas.queries import lies_in
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import by_indexes, db
from backend.foundation.errors import Missing
from backend.foundation.paging import MOST_COUNTED, AnyRow, Order, Page, PageRequest
from backend.foundation.search import EVER, Days
from backend.people.queries import Community
from backend.waiting import catalogue
from backend.waiting.kinds import KINDS, Kind, Rows
from backend.waiting.models import OverdueLine, OverdueReport

_INSTANT = DateTime(timezone=True)
_NOBODY = UUID(int=0)
MOST_LINES = 2_000
"""Of a report: more kinds in more communities than a street has."""
LATEST_FIRST = Order((OverdueReport.id,), latest_first=True)


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """How many of a kind wait, the first of them since when and until when; `overdue`: how many of them past their day. Of more than are
    counted so many are spoken of (`or_more`)."""

    kind: str
    title: str
    number: int
    or_more: bool
    since: datetime
    due_on: date
    overdue: int


def own_waiting(viewer: Actor, *, now: datetime) -> list[WaitingLine]:
    """What waits for the viewer, the most urgent first; no line for what does not."""
    policy.require(viewer, Permission.WAITING_SEE, Scope())
    with by_indexes():
        counted = {row.kind: row for row in db.session.execute(union_all(*(_count(kind, viewer, now) for kind in _possible(viewer))))}
    lines = [_line(kind, counted[kind.code]) for kind in KINDS if kind.code in counted and counted[kind.code].number]
    return sorted(lines, key=lambda line: line.due_on)


def _possible(viewer: Actor) -> list[Kind]:
    """Those that one of the viewer's roles can have: what nobody could open is not looked for."""
    return [kind for kind in KINDS if policy.could(viewer, kind.permission)]


def _count(kind: Kind, viewer: Actor, now: datetime) -> Select[*tuple[Any, ...]]:
    some = _rows(kind, viewer, now).limit(MOST_COUNTED + 1).subquery()
    return select(
        literal(kind.code).label("kind"),
        func.count().label("number"),
        func.min(some.c.since).label("since"),
        func.min(some.c.due).label("due"),
        func.count().filter(_is_late(kind, some, now)).label("overdue"),
    ).select_from(some)


def _rows(kind: Kind, viewer: Actor, now: datetime) -> Rows:
    return kind.rows(viewer, now).add_columns((cast(null(), _INSTANT) if kind.due is None else kind.due()).label("due"))


def _is_late(kind: Kind, some: Subquery, now: datetime) -> ColumnElement[bool]:
    """Condition: its day is over."""
    days = catalogue.current()[kind.code].days
    if days is None:
        return some.c.due < now
    return some.c.since < clock.start_of_day(clock.shanghai_day(now) - timedelta(days=days))


def _line(kind: Kind, row: AnyRow) -> WaitingLine:
    worded = catalogue.current()[kind.code]
    due_on = clock.shanghai_day(row.due) if worded.days is None else clock.shanghai_day(row.since) + timedelta(days=worded.days)
    return WaitingLine(
        kind=kind.code,
        title=worded.title,
        number=min(row.number, MOST_COUNTED),
        or_more=row.number > MOST_COUNTED,
        since=row.since,
        due_on=due_on,
        overdue=min(row.overdue, MOST_COUNTED),
    )


@dataclass(frozen=True, slots=True)
class OverdueCount:
    """How many of a kind wait past their day in a community, the first of them since when."""

    community: Community
    kind: str
    title: str
    number: int
    since: datetime


@dataclass(frozen=True, slots=True)
class OverdueSheet:
    """What waited past its day in the communities of a street, when a week had begun."""

    id: UUID
    street: Community
    week_on: date
    counted_at: datetime
    number: int
    lines: list[OverdueCount]


def overdue_in(street_path: str, *, now: datetime) -> Sequence[AnyRow]:
    """What waits past its day in the communities of a street: rows of `community_path`, `kind`, `number` and `since`."""
    viewer = _who_decides_in(street_path)
    kinds = (kind for kind in KINDS if kind.area_path is not None)
    return db.session.execute(union_all(*(_late_by_community(kind, kind.area_path, viewer, now) for kind in kinds))).all()


def _who_decides_in(street_path: str) -> Actor:
    """An officer of the street who is nobody, so that nothing is their own; policy holds to the street's area whatever is counted."""
    roles = (Role.COMMUNITY_OFFICER, Role.STREET_OFFICER)
    return Actor(_NOBODY, grants=tuple(Grant(role, area_path=street_path) for role in roles), is_checked=True)


def _late_by_community(kind: Kind, path: Any, viewer: Actor, now: datetime) -> Select[*tuple[Any, ...]]:
    in_community = func.length(path) >= COMMUNITY_DIGITS
    rows = _rows(kind, viewer, now).add_columns(func.left(path, COMMUNITY_DIGITS).label("community_path")).where(in_community).subquery()
    return (
        select(rows.c.community_path, literal(kind.code).label("kind"), func.count().label("number"), func.min(rows.c.since).label("since"))
        .where(_is_late(kind, rows, now))
        .group_by(rows.c.community_path)
    )


def overdue_reports(viewer: Actor, *, street_id: UUID | None = None, days: Days = EVER, page: PageRequest) -> Page[OverdueSheet]:
    """Those of the viewer's streets, or of one of them, the latest first, without their lines; `days`: on which they were counted. Raises
    CursorInvalid."""
    wanted = _reports(viewer).where(lies_in(OverdueReport.area_path, street_id), days.hold(OverdueReport.counted_at))
    return LATEST_FIRST.page(wanted, page).map(lambda row: _sheet(row, []))


def overdue_report(viewer: Actor, report_id: UUID) -> OverdueSheet:
    """One of them, by community and kind, what waits longest first. Raises Missing."""
    row = db.session.execute(_reports(viewer).where(OverdueReport.id == report_id)).one_or_none()
    if row is None:
        raise Missing
    lines = (
        select(OverdueLine, Area.id.label("area_id"), Area.name)
        .join(Area, Area.path == OverdueLine.community_path)
        .where(OverdueLine.report_id == report_id)
        .order_by(OverdueLine.community_path, OverdueLine.since, OverdueLine.kind)
        .limit(MOST_LINES)
    )
    return _sheet(row, [_overdue(line) for line in db.session.execute(lines)])


def _reports(viewer: Actor) -> Select[*tuple[Any, ...]]:
    seen = policy.visible(viewer, Permission.OVERDUE_SEE, ScopeColumns(area_path=OverdueReport.area_path))
    return (
        select(OverdueReport, OverdueReport.id, Area.id.label("area_id"), Area.name)
        .join(Area, Area.path == OverdueReport.area_path)
        .where(seen)
    )


def _sheet(row: AnyRow, lines: list[OverdueCount]) -> OverdueSheet:
    report: OverdueReport = row.OverdueReport
    return OverdueSheet(report.id, Community(row.area_id, row.name), report.week_on, report.counted_at, report.number, lines)


def _overdue(row: AnyRow) -> OverdueCount:
    line: OverdueLine = row.OverdueLine
    worded = catalogue.current().get(line.kind)
    title = worded.title if worded is not None else "其他"
    return OverdueCount(Community(row.area_id, row.name), line.kind, title, line.number, line.since)
