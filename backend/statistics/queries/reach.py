"""Checks which area and year a viewer may ask for."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.areas.models import LENGTH_OF_PATH, Area, AreaTransfer, Level
from backend.areas.queries import MOST_IN_TREE
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Forbidden, Missing, Unprocessable
from backend.statistics.models import Cell, Grain

FIRST_YEAR = 2000
"""The first whose figures are asked for."""


class YearNotBegun(Unprocessable):
    """The year lies ahead, so nothing can have been counted in it."""

    code = "year_not_begun"
    detail = "该年度尚未开始"


@dataclass(frozen=True, slots=True)
class AreaLine:
    """An area as the table names it. `ended`: what became of it within the year, where it went out of use or gave a part away."""

    id: UUID
    name: str
    level: Level
    path: str
    ended: str = ""

    @property
    def told(self) -> str:
        """Its name in a table of the year, with what became of it."""
        return f"{self.name}（{self.ended}）" if self.ended else self.name


@dataclass(frozen=True, slots=True)
class Choices:
    """Of which areas and years somebody may see figures: the areas in use, each after the one in which it lies, and the years since the
    first in which something counted, the latest first."""

    areas: tuple[AreaLine, ...]
    years: tuple[int, ...]


def looks_after_some(viewer: Actor) -> bool:
    """Whether the viewer sees the figures of some area."""
    return policy.could_by_area(viewer, Permission.FIGURES_SEE)


def choices(viewer: Actor, *, now: datetime) -> Choices:
    """What the viewer may choose from, as many areas as a tree may have. Raises Forbidden for who looks after none."""
    paths = policy.reach_by_area(viewer, Permission.FIGURES_SEE)
    if not paths:
        raise Forbidden(policy.who_may(Permission.FIGURES_SEE))
    within = or_(*(Area.path.startswith(path, autoescape=True) for path in paths))
    areas = select(Area.id, Area.name, Area.level, Area.path).where(Area.level != Level.GRID, Area.withdrawn_on.is_(None), within)
    found = db.session.execute(areas.order_by(Area.path).limit(MOST_IN_TREE)).all()
    first = db.session.scalar(select(func.min(Cell.period)).where(Cell.area_path.in_(paths), Cell.grain == Grain.YEAR))
    this_year = clock.shanghai_day(now).year
    since = this_year if first is None else min(max(first.year, FIRST_YEAR), this_year)
    return Choices(tuple(AreaLine(*area) for area in found), tuple(range(this_year, since - 1, -1)))


def months_begun(year: int, *, now: datetime) -> int:
    """How many months of the year have begun. Raises YearNotBegun."""
    today = clock.shanghai_day(now)
    if year > today.year:
        raise YearNotBegun
    return today.month if year == today.year else 12


_AREAS = select(Area.id, Area.name, Area.level, Area.path).where(Area.level != Level.GRID)


def area_in_reach(viewer: Actor, area_id: UUID | None) -> AreaLine:
    """The area of this id, or the widest that the viewer looks after. Figures end at communities, so a grid has none.

    Raises Missing for an area out of reach, Forbidden for who looks after none and names none.
    """
    if area_id is None:
        if not policy.area_paths(viewer, Permission.FIGURES_SEE):
            raise Forbidden(policy.who_may(Permission.FIGURES_SEE))
        found = widest_in_reach(viewer)
    else:
        row = db.session.execute(_AREAS.where(Area.id == area_id)).one_or_none()
        found = None if row is None else AreaLine(*row)
    if found is None:
        raise Missing
    policy.require_seen(viewer, Permission.FIGURES_SEE, Scope(area_path=found.path))
    return found


def widest_in_reach(viewer: Actor) -> AreaLine | None:
    """The widest area that the viewer looks after; None where there is none, or none of it is on record yet."""
    paths = policy.area_paths(viewer, Permission.FIGURES_SEE)
    if not paths:
        return None
    row = db.session.execute(_AREAS.where(Area.path.startswith(paths[0])).order_by(func.length(Area.path), Area.path)).first()
    return None if row is None else AreaLine(*row)


def areas_below(area: AreaLine, level: Level, year: int) -> tuple[AreaLine, ...]:
    """The streets, communities or grids below an area that were in use in a year, in the order of their codes; none that lie as high as
    itself."""
    if LENGTH_OF_PATH[level] <= LENGTH_OF_PATH[area.level]:
        return ()
    successor = aliased(Area)
    # Of a community also what lay in its grids. As a range, that the index serves; a path is of digits.
    its_own = (
        AreaTransfer.from_path.between(Area.path, Area.path + "999") if level is Level.COMMUNITY else AreaTransfer.from_path == Area.path
    )
    given = (
        select(func.max(AreaTransfer.day)).where(its_own, AreaTransfer.day.between(date(year, 1, 1), date(year, 12, 31))).scalar_subquery()
    )
    wanted = (
        select(Area.id, Area.name, Area.level, Area.path, Area.withdrawn_on, successor.name.label("successor"), given.label("given"))
        .outerjoin(successor, successor.id == Area.successor_id)
        .where(
            Area.path.startswith(area.path), Area.level == level, or_(Area.withdrawn_on.is_(None), Area.withdrawn_on >= date(year, 1, 1))
        )
    )
    return tuple(
        AreaLine(row.id, row.name, row.level, row.path, _ended(row.withdrawn_on, row.successor, row.given, year))
        for row in db.session.execute(wanted.order_by(Area.path))
    )


def _ended(day: date | None, successor: str | None, given: date | None, year: int) -> str:
    if day is None or day.year > year:
        return "" if given is None else f"{given.month}月{given.day}日划出一部分"
    return f"{day.month}月{day.day}日{'撤销' if successor is None else f'并入{successor}'}"
