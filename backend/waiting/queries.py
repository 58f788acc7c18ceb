"""What waits for somebody: counted by kind in one statement, of the kinds that one of their roles can have."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, Select, cast, func, literal, null, select, union_all

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.paging import MOST_COUNTED, AnyRow
from backend.waiting import catalogue
from backend.waiting.kinds import KINDS, Kind

_INSTANT = DateTime(timezone=True)


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
    counted = {row.kind: row for row in db.session.execute(union_all(*(_count(kind, viewer, now) for kind in _possible(viewer))))}
    lines = [_line(kind, counted[kind.code]) for kind in KINDS if kind.code in counted and counted[kind.code].number]
    return sorted(lines, key=lambda line: line.due_on)


def _possible(viewer: Actor) -> list[Kind]:
    """Those that one of the viewer's roles can have: what nobody could open is not looked for."""
    return [kind for kind in KINDS if policy.could(viewer, kind.permission)]


def _count(kind: Kind, viewer: Actor, now: datetime) -> Select[*tuple[Any, ...]]:
    rows = kind.rows(viewer, now).add_columns((cast(null(), _INSTANT) if kind.due is None else kind.due()).label("due"))
    some = rows.limit(MOST_COUNTED + 1).subquery()
    days = catalogue.current()[kind.code].days
    late = some.c.due < now if days is None else some.c.since < clock.start_of_day(clock.shanghai_day(now) - timedelta(days=days))
    return select(
        literal(kind.code).label("kind"),
        func.count().label("number"),
        func.min(some.c.since).label("since"),
        func.min(some.c.due).label("due"),
        func.count().filter(late).label("overdue"),
    ).select_from(some)


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
