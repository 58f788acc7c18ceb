"""The month's figures that anybody may read: few, of the whole copy, and none by which somebody is known again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from backend.areas.models import Area, Level
from backend.foundation import clock
from backend.foundation.database import db
from backend.statistics import indicators
from backend.statistics.indicators import Indicator
from backend.statistics.queries.reach import AreaLine
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
    wanted = [known for code in (*_OF_DEMANDS, *_OF_PEOPLE) if (known := indicators.current().get(code)) is not None]
    today = clock.shanghai_day(now)
    told = {
        figure.indicator.code: figure.series.months[today.month - 1] or 0
        for figure in figures_of(AreaLine(*row), today.year, wanted, begun=today.month)
    }
    too_few = 0 < told.get(_PEOPLE, 1) < FEWEST
    return tuple(BoardFigure(one, None if too_few and one.code in _OF_PEOPLE else told[one.code]) for one in wanted)
