"""What changed in a year's table since its last version: the same figures, as they were known at that instant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from backend.foundation.database import db
from backend.statistics.indicators import Indicator
from backend.statistics.queries.reach import AreaLine
from backend.statistics.queries.rows import amount_of, in_period


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that is another one now, in the indicator's smallest unit."""

    indicator: Indicator
    was: int
    now: int


@dataclass(frozen=True, slots=True)
class LastVersion:
    """The version before: until when it knew what was on record, and what is otherwise since."""

    at: datetime
    changes: tuple[Change, ...]


def since(at: datetime, figures: Sequence[tuple[Indicator, int]], area: AreaLine, year: int) -> LastVersion:
    """What these figures of an area and year were at an instant, where they were others: by the facts as they were known then."""
    compared = (Change(indicator, _known_at(at, indicator, area, year), now) for indicator, now in figures)
    return LastVersion(at, tuple(change for change in compared if change.was != change.now))


def _known_at(at: datetime, indicator: Indicator, area: AreaLine, year: int) -> int:
    stated = indicator.counted.contributions(at).subquery("stated")
    wanted = select(amount_of(indicator, stated)).where(stated.c.area_path.startswith(area.path), in_period(indicator, stated, year, None))
    if indicator.only is not None:
        wanted = wanted.where(stated.c.dimension == indicator.only)
    return int(db.session.scalar(wanted) or 0)
