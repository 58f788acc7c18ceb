"""What goes from an area to the one that succeeds it, in all or in a part: the owner of a table hands its rows on, and what was counted
before the day stays counted where it was.

A thing that was handed on has one row, which lies in the successor, and its transfers (`AreaTransfer`) say where it had lain until when. So
a measure of what lasts states it once for each area in which it lay, and one of what happens asks in which it lay on that day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    tuple_,
    union,
    union_all,
    update,
)
from sqlalchemy.orm import aliased

from backend.areas.models import Area, AreaTransfer
from backend.foundation import facts
from backend.foundation.actor import Actor
from backend.foundation.database import Column, db, refusing
from backend.foundation.errors import Refusal
from backend.foundation.facts import FactRevision
from backend.foundation.ids import new_id
from backend.foundation.measures import COLUMNS, AsOf, SourcesOf

READJUSTED = "区划调整"
"""The reason of a revision that says where a fact lies now."""


@dataclass(frozen=True, slots=True)
class Handover:
    """From which area to which, and since which day. `part`: of an area that goes on itself, which rows of each table go; without it all
    do."""

    former: Area
    successor: Area
    day: date
    part: Mapping[type[Any], ColumnElement[bool]] | None = None

    def leaving(self, kind: type[Any]) -> ColumnElement[bool]:
        """Condition: the row lies in the former area, and goes."""
        return and_(kind.area_path == self.former.path, self.goes(kind))

    def goes(self, kind: type[Any]) -> ColumnElement[bool]:
        """Condition: of what lies in the former area, the row goes."""
        return true() if self.part is None else self.part.get(kind, false())

    def place_in(self, kind: type[Any]) -> dict[str, Any]:
        """Where what is handed on lies, as the columns of a table that names area and path, or the path alone."""
        path = {"area_path": self.successor.path}
        return path | {"area_id": self.successor.id} if hasattr(kind, "area_id") else path


def hand_on(
    kind: type[Any],
    *which: ColumnElement[bool],
    handover: Handover,
    now: datetime | None = None,
    refusals: Mapping[str, type[Refusal]] = MappingProxyType({}),
) -> list[UUID]:
    """Let the rows of a table that lie in the former area lie in its successor; returns their ids. With `now` it is written down where they
    had lain: for what a measure counts by its area. Only the owner of the table calls it."""
    moving = update(kind).where(handover.leaving(kind), *which).values(handover.place_in(kind)).returning(kind.id)
    with refusing(refusals):
        moved = sorted(db.session.scalars(moving.execution_options(synchronize_session=False)))
    if now is not None:
        write_down(moved, handover, now=now)
    return moved


def hand_on_facts(kind: type[Any], *which: ColumnElement[bool], handover: Handover, now: datetime, counted: bool) -> list[UUID]:
    """As `hand_on`, for what holds of a table of facts: each gets a revision that lies in the successor. Returns the revisions' ids."""
    held = select(kind).where(handover.leaving(kind), kind.is_current(), *which).order_by(kind.id).with_for_update()
    seen: Sequence[FactRevision] = db.session.scalars(held).all()
    revised = facts.revise_all(seen, Actor.system(), now=now, reason=READJUSTED, **handover.place_in(kind))
    if counted:
        write_down([one.fact_id for one in seen], handover, now=now)
    return [one.id for one in revised]


def write_down(subject_ids: Sequence[UUID], handover: Handover, *, now: datetime) -> None:
    """Write down that these lay in the former area until the day."""
    if subject_ids:
        rows = [
            {"id": new_id(), "subject_id": one, "from_path": handover.former.path, "day": handover.day, "at": now} for one in subject_ids
        ]
        db.session.execute(insert(AreaTransfer), rows)


def lay_in(subject_id: Column, path: Column, day: Column, known_at: AsOf) -> Column:
    """The path of the area in which something lay on a day, which lies in `path` now; as known at an instant."""
    return func.coalesce(_first(subject_id, or_(AreaTransfer.day > day, _later(known_at))), path)


def lay_within(subject_id: Column, path: Column, area_path: str, year: int) -> ColumnElement[bool]:
    """Condition: something lay in an area at the end of a year, or until a day of it."""
    until = exists().where(AreaTransfer.subject_id == subject_id, AreaTransfer.from_path == area_path, _of_year(AreaTransfer.day, year))
    return or_(lay_in(subject_id, path, literal(date(year, 12, 31)), None) == area_path, until)


def _of_year(day: Column, year: int) -> ColumnElement[bool]:
    return day.between(date(year, 1, 2), date(year, 12, 31))


def lies_as_known(subject_id: Column, path: Column, known_at: AsOf | Column) -> Column:
    """The path of the area in which something lies by what was known at an instant; of a fact its revision says that."""
    return path if known_at is None else func.coalesce(_first(subject_id, _later(known_at)), path)


def _first(subject_id: Column, which: ColumnElement[bool]) -> Column:
    first = select(AreaTransfer.from_path).where(AreaTransfer.subject_id == subject_id, which)
    # However deep in a statement it is asked, what it names is that statement's.
    return first.order_by(AreaTransfer.at, AreaTransfer.id).limit(1).correlate_except(AreaTransfer).scalar_subquery()


def _later(known_at: AsOf | Column) -> ColumnElement[bool]:
    return false() if known_at is None else AreaTransfer.at > known_at


def stated_by_area(stated: Select[Any], known_at: AsOf) -> Select[Any]:
    """The contributions of a measure of what lasts, each once for every area in which its source lay: since the last transfer by its own
    id, before that by the transfer's."""
    known = true() if known_at is None else AreaTransfer.at <= known_at
    whole = stated.subquery("whole")
    last = select(func.max(AreaTransfer.day)).where(AreaTransfer.subject_id == whole.c.source_id, known).scalar_subquery()
    here = select(*(func.greatest(whole.c.starts_on, last).label(name) if name == "starts_on" else whole.c[name] for name in COLUMNS))

    other = aliased(AreaTransfer)
    before = tuple_(other.at, other.id) < tuple_(AreaTransfer.at, AreaTransfer.id)
    since = select(func.max(other.day)).where(other.subject_id == AreaTransfer.subject_id, before).scalar_subquery()
    begins, ends = func.greatest(whole.c.starts_on, since), func.least(whole.c.ends_on, AreaTransfer.day)
    former = {"source_id": AreaTransfer.id, "starts_on": begins, "ends_on": ends, "area_path": AreaTransfer.from_path}
    columns: list[Any] = [former.get(name, whole.c[name]).label(name) for name in COLUMNS]
    there = select(*columns).join(AreaTransfer, AreaTransfer.subject_id == whole.c.source_id).where(and_(known, begins < ends))
    every = union_all(here, there).subquery("by_area")
    return select(*(every.c[name] for name in COLUMNS))


@cache
def with_transfers(sources_of: SourcesOf) -> SourcesOf:
    """The sources that an event moves of a measure that is `stated_by_area`: the same ones, and their transfers."""

    def found(subject_ids: Sequence[UUID]) -> Select[Any]:
        sources = sources_of(subject_ids).subquery("sources")
        (source,) = sources.c
        transfers = select(AreaTransfer.id).join(sources, AreaTransfer.subject_id == source)
        every = union(select(source.label("id")), transfers).subquery("every")
        return select(every.c.id)

    return found
