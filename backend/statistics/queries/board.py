"""The month's figures: few, for who looks after an area, and for anybody, of the whole copy and none by which somebody is known again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select

from backend.areas.models import Area, Level
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.statistics import indicators
from backend.statistics.indicators import Indicator
from backend.statistics.queries.reach import AreaLine, widest_in_reach
from backend.statistics.queries.year import figures_of

FEWEST = 5
"""Of fewer people nothing is told: who knows one of them would learn of the others."""
_PEOPLE = "active_volunteers"
_OF_PEOPLE = (_PEOPLE, "services", "service_hours")
_OF_DEMANDS = ("demands_completed",)


@dataclass(frozen=True, slots=True)
class BoardFigure:
    """One of them, in the indicator's smallest unit; None where too few people stand behind it."""

    indicator: Indicator
    value: int | None


def month_for_anybody(*, now: datetime) -> tuple[BoardFigure, ...]:
    """This month's, of the widest area, without those that this copy does not count."""
    row = db.session.execute(
        select(Area.id, Area.name, Area.level, Area.path).where(Area.level != Level.GRID).order_by(func.length(Area.path), Area.path)
    ).first()
    if row is None:
        return ()
    told = _month_of(AreaLine(*row), (*_OF_DEMANDS, *_OF_PEOPLE), now)
    too_few = any(one.indicator.code == _PEOPLE and 0 < (one.value or 0) < FEWEST for one in told)
    return tuple(replace(one, value=None) if too_few and one.indicator.code in _OF_PEOPLE else one for one in told)


@dataclass(frozen=True, slots=True)
class MonthInReach:
    """Some figures of this month, of the widest area that somebody looks after."""

    area: AreaLine
    year: int
    month: int
    figures: tuple[BoardFigure, ...]


def month_in_reach(viewer: Actor, *, now: datetime) -> MonthInReach | None:
    """Those that say how the month goes; None for who looks after no figures."""
    area, today = widest_in_reach(viewer), clock.shanghai_day(now)
    if area is None:
        return None
    return MonthInReach(area, today.year, today.month, _month_of(area, ("services", "service_hours", _PEOPLE), now))


def _month_of(area: AreaLine, codes: Sequence[str], now: datetime) -> tuple[BoardFigure, ...]:
    wanted = [known for code in codes if (known := indicators.current().get(code)) is not None]
    today = clock.shanghai_day(now)
    found = figures_of(area, today.year, wanted, begun=today.month)
    return tuple(BoardFigure(figure.indicator, figure.series.months[today.month - 1] or 0) for figure in found)
