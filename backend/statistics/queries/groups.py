"""A community's year by grid, team and organisation: the same rows that its figures count, told apart by whose they are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, cast, func, null, or_, select
from sqlalchemy import Text as SqlText

from backend.areas import transfers
from backend.areas.models import LENGTH_OF_PATH, AreaTransfer, Level
from backend.attendance.models import Capacity, ServiceRecord
from backend.demands.models import Beneficiary, Demand
from backend.foundation.database import db
from backend.foundation.measures import NOW
from backend.organisations.measures import ORIGIN
from backend.organisations.models import Organisation, OrganisationStatus
from backend.statistics import indicators
from backend.statistics.indicators import Indicator
from backend.statistics.queries.reach import AreaLine, areas_below
from backend.statistics.queries.rows import amount_of, in_period
from backend.teams.measures import CATEGORY
from backend.teams.models import Membership, Team, TeamStatus

_OF_RECORDS = frozenset({"services", "beneficiaries_served"})
_OF_DEMANDS = frozenset(
    {
        *("demands_published", "demands_claimed", "demands_completed", "demands_not_carried_out"),
        *("demands_offered", "demands_offered_to_neighbours", "demands_unconfirmed", "demands_shown_to_street"),
    }
)

_Key = ColumnElement[Any]


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One grid, team or organisation: its name, what is on record of it, and its numbers in the order of the indicators."""

    name: str
    details: tuple[str, ...]
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Grouping:
    """A community's figures by one kind of group. `rest` is what belongs to none of the lines."""

    name: str
    details: tuple[str, ...]
    indicators: tuple[Indicator, ...]
    lines: tuple[GroupLine, ...]
    rest: tuple[int, ...]


def groupings_of(area: AreaLine, year: int) -> tuple[Grouping, ...]:
    """By grid, team and organisation; none of a street or district."""
    return (_by_grid(area, year), _by_team(area, year), _by_organisation(area, year)) if area.level is Level.COMMUNITY else ()


def _by_grid(area: AreaLine, year: int) -> Grouping:
    grids = [(grid.path, grid.name, ()) for grid in areas_below(area, Level.GRID, year)]
    return _grouped("网格", (), _OF_RECORDS | _OF_DEMANDS, grids, _in_grid, area, year)


def _by_team(area: AreaLine, year: int) -> Grouping:
    standing = select(Team.id, Team.name, Team.category, Team.founded_on).where(
        transfers.lay_within(Team.id, Team.area_path, area.path, year),
        Team.status.in_((TeamStatus.ACTIVE, TeamStatus.DISSOLVED)),
        *_in_year(Team.founded_on, Team.dissolved_on, year),
    )
    names = CATEGORY.values()
    rows = db.session.execute(standing.order_by(Team.category, Team.founded_on, Team.id)).all()
    teams = [(str(row.id), row.name, (names[row.category], _day(row.founded_on))) for row in rows]
    return _grouped("服务队", ("类别", "成立日期"), _OF_RECORDS | {"team_memberships"}, teams, _of_team, area, year)


def _by_organisation(area: AreaLine, year: int) -> Grouping:
    standing = select(Organisation.id, Organisation.name, Organisation.origin, Organisation.counted_on).where(
        transfers.lay_within(Organisation.id, Organisation.area_path, area.path, year),
        Organisation.status.in_((OrganisationStatus.VERIFIED, OrganisationStatus.ENDED)),
        *_in_year(Organisation.counted_on, Organisation.ended_on, year),
    )
    names = ORIGIN.values()
    rows = db.session.execute(standing.order_by(Organisation.origin, Organisation.counted_on, Organisation.id)).all()
    organisations = [(str(row.id), row.name, (names[row.origin], _day(row.counted_on))) for row in rows]
    return _grouped("社会组织", ("来源", "协议或备案日期"), _OF_RECORDS, organisations, _of_organisation, area, year)


def _in_year(begins: Any, ends: Any, year: int) -> tuple[ColumnElement[bool], ...]:
    return begins <= date(year, 12, 31), or_(ends.is_(None), ends >= date(year, 1, 1))


def _grouped(
    name: str,
    details: tuple[str, ...],
    measures: frozenset[str],
    groups: Sequence[tuple[str, str, tuple[str, ...]]],
    keyed: Callable[[Indicator, Any], tuple[Any, _Key]],
    area: AreaLine,
    year: int,
) -> Grouping:
    told = tuple(one for one in indicators.current().values() if one.measure in measures and one.only is None)
    found = [_numbers(one, keyed, area, year, frozenset(key for key, *_ in groups)) for one in told]
    lines = tuple(GroupLine(label, said, tuple(numbers.get(key, 0) for numbers in found)) for key, label, said in groups)
    return Grouping(name, details, told, lines, tuple(numbers.get(None, 0) for numbers in found))


def _numbers(
    wanted: Indicator, keyed: Callable[[Indicator, Any], tuple[Any, _Key]], area: AreaLine, year: int, known: frozenset[str]
) -> dict[str | None, int]:
    """The indicator by the key of its group; None: of none that is listed. A distinct person counts once in each."""
    stated = wanted.counted.contributions(NOW).subquery("stated")
    source, key = keyed(wanted, stated)
    listed = case((key.in_(known), key)) if known else cast(null(), SqlText)
    rows = select(listed.label("key"), amount_of(wanted, stated).label("amount")).select_from(source)
    rows = rows.where(stated.c.area_path.startswith(area.path), in_period(wanted, stated, year, None)).group_by(listed)
    return {row.key: int(row.amount or 0) for row in db.session.execute(rows)}


def _in_grid(wanted: Indicator, stated: Any) -> tuple[Any, _Key]:
    """Where who is served lives; what is for nobody in particular lies in no grid."""
    if wanted.measure in _OF_DEMANDS:
        source = stated.join(Demand, Demand.id == stated.c.source_id)
    else:
        source = _with_record(stated).outerjoin(Demand, Demand.opening_id == ServiceRecord.opening_id)
    return source.outerjoin(Beneficiary, Beneficiary.id == Demand.beneficiary_id), func.left(
        transfers.lay_in(Beneficiary.id, Beneficiary.area_path, stated.c.starts_on, NOW), LENGTH_OF_PATH[Level.GRID]
    )


def _of_team(wanted: Indicator, stated: Any) -> tuple[Any, _Key]:
    if wanted.measure in _OF_RECORDS:
        return _with_record(stated), _served_as(Capacity.TEAM)
    # One that counts in a community of before has the transfer as its source.
    source = stated.outerjoin(AreaTransfer, AreaTransfer.id == stated.c.source_id)
    fact_id = func.coalesce(AreaTransfer.subject_id, stated.c.source_id)
    member = source.join(Membership, (Membership.fact_id == fact_id) & Membership.is_current())
    return member, cast(Membership.team_id, SqlText)


def _of_organisation(_: Indicator, stated: Any) -> tuple[Any, _Key]:
    return _with_record(stated), _served_as(Capacity.ORGANISATION)


def _with_record(stated: Any) -> Any:
    return stated.join(ServiceRecord, (ServiceRecord.fact_id == stated.c.source_id) & ServiceRecord.is_current())


def _served_as(capacity: Capacity) -> _Key:
    return case((ServiceRecord.capacity == capacity, cast(ServiceRecord.capacity_id, SqlText)))


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
