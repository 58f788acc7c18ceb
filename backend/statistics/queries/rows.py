"""The rows behind a figure: what it counts, read from the facts, so that they can be compared with it."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, ScalarSelect, Select, Subquery, Uuid, and_, case, cast, func, null, or_, select

from backend.areas.models import LENGTH_OF_PATH, Area, AreaTransfer, Level
from backend.attendance.models import ServiceRecord
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Missing
from backend.foundation.masking import masked
from backend.foundation.measures import NOW
from backend.foundation.paging import AnyRow, Order, Page, PageRequest
from backend.late_entries.models import LateEntry
from backend.people.models import Person
from backend.statistics.indicators import Indicator, indicator
from backend.statistics.queries.reach import area_in_reach, months_begun


class PartUnknown(Missing):
    """The indicator is not told apart by anything."""

    code = "part_unknown"
    detail = "该指标没有分项"


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One row that a figure counts, or, for distinct figures, one person. The values of all rows add up to the figure.

    `source_id` names the fact or row (None for a person, who may have several; who is counted by a register of its own is named by its
    row alone); `subject_id` does the same, and of what counts in an area in which it lay before names the thing itself. `value` is in the
    indicator's smallest unit. `late_entry_id` names the past activity that was entered afterwards, of whose service the row is.
    """

    source_id: UUID | None
    starts_on: date
    ends_on: date | None
    community: str | None
    part: str | None
    person_id: UUID | None
    person_name: str | None
    value: int
    late_entry_id: UUID | None
    subject_id: UUID | None


def figure_rows(
    viewer: Actor,
    year: int,
    code: str,
    *,
    area_id: UUID | None,
    month: int | None,
    part: str | None,
    page: PageRequest,
    now: datetime,
) -> Page[FigureRow]:
    """What one figure counts in an area, in a year or one month of it (a stock: at its end), in all or of one part.

    By community and day; distinct figures by person. Raises IndicatorUnknown, PartUnknown, YearNotBegun, Missing, Forbidden, CursorInvalid.
    """
    wanted = indicator(code)
    months_begun(year, now=now)
    area = area_in_reach(viewer, area_id)
    stated = wanted.counted.contributions(NOW).subquery("stated")
    conditions = [stated.c.area_path.startswith(area.path), in_period(wanted, stated, year, month)]
    if part is not None and not wanted.split:
        raise PartUnknown
    if wanted.only or part:
        conditions.append(stated.c.dimension == (wanted.only or part))
    if wanted.kind.is_distinct:
        rows = _by_person(stated, conditions, page)
    else:
        rows = _by_source(stated, conditions, page, sums_quantity=wanted.sums == "quantity")
    return rows.map(_of_register) if wanted.counted.of_register else rows


def amount_of(wanted: Indicator, stated: Subquery) -> ColumnElement[int]:
    """What a measure's contributions come to for an indicator, in its smallest unit: people once each, or rows, or a quantity."""
    if wanted.kind.is_distinct:
        return func.count(stated.c.person_id.distinct())
    return func.sum(stated.c.quantity) if wanted.sums == "quantity" else func.count()


def in_period(wanted: Indicator, stated: Subquery, year: int, month: int | None) -> ColumnElement[bool]:
    """Condition on a measure's contributions: those that a figure of the year, or of a month of it, counts."""
    first = date(year, month or 1, 1)
    last = date(year, 12, 31) if month in (None, 12) else date(year, (month or 0) + 1, 1) - timedelta(days=1)
    if wanted.kind.is_stock:
        return and_(stated.c.starts_on <= last, or_(stated.c.ends_on.is_(None), stated.c.ends_on > last))
    return stated.c.starts_on.between(first, last)


def _by_source(stated: Subquery, conditions: list[ColumnElement[bool]], page: PageRequest, *, sums_quantity: bool) -> Page[FigureRow]:
    order = Order((stated.c.area_path, stated.c.starts_on, stated.c.source_id))
    return _named(order, select(stated).where(*conditions), page).map(lambda row: _made(row, row.quantity if sums_quantity else 1))


def _by_person(stated: Subquery, conditions: list[ColumnElement[bool]], page: PageRequest) -> Page[FigureRow]:
    # One row a person: the first day, and the community and part where there is only one.
    only_one = {column: _where_one(stated.c[column]).label(column) for column in ("area_path", "dimension")}
    people = (
        select(
            cast(null(), Uuid).label("source_id"),
            func.min(stated.c.starts_on).label("starts_on"),
            cast(null(), Date).label("ends_on"),
            only_one["area_path"],
            only_one["dimension"],
            stated.c.person_id,
        )
        .where(*conditions, stated.c.person_id.is_not(None))
        .group_by(stated.c.person_id)
    )
    return _named(Order((stated.c.person_id,)), people, page).map(lambda row: _made(row, 1))


def _where_one(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((func.min(column) == func.max(column), func.min(column)))


def _named(order: Order, wanted: Select[*tuple[Any, ...]], page: PageRequest) -> Page[AnyRow]:
    """The page with names; they are looked up for its rows only."""
    counted = order.statement(wanted, page).subquery("page")
    community = func.left(counted.c.area_path, LENGTH_OF_PATH[Level.COMMUNITY])
    named = (
        select(
            counted,
            masked(Person.name).label("person_name"),
            Area.name.label("community"),
            _late_entry_of(counted.c.source_id).label("late_entry_id"),
            func.coalesce(AreaTransfer.subject_id, counted.c.source_id).label("subject_id"),
        )
        .select_from(counted)
        .outerjoin(Person, Person.id == counted.c.person_id)
        .outerjoin(Area, Area.path == community)
        .outerjoin(AreaTransfer, AreaTransfer.id == counted.c.source_id)
        .order_by(*(counted.c[str(column.key)] for column in order.columns))
    )
    return order.cut(db.session.execute(named).all(), page, of=wanted)


def _late_entry_of(source_id: ColumnElement[UUID]) -> ScalarSelect[UUID]:
    """The past activity behind a row, where that is a service record of one; what else counts is of none."""
    record = and_(ServiceRecord.fact_id == source_id, ServiceRecord.superseded_at.is_(None), ServiceRecord.late_entry)
    return select(LateEntry.id).join(ServiceRecord, ServiceRecord.shift_id == LateEntry.shift_id).where(record).scalar_subquery()


def _of_register(row: FigureRow) -> FigureRow:
    return replace(row, source_id=row.source_id or row.person_id, person_id=None, person_name=None)


def _made(row: AnyRow, value: int) -> FigureRow:
    return FigureRow(
        source_id=row.source_id,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        community=row.community,
        part=row.dimension or None,
        person_id=row.person_id,
        person_name=row.person_name,
        value=value,
        late_entry_id=row.late_entry_id,
        subject_id=row.subject_id,
    )
