"""The commands of statistics: settle what events moved, and rebuild everything.

Nobody commands a figure: statistics are derived, so there is no policy to ask and no event to record. Reading is in `queries.py`.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache, partial
from uuid import UUID

from backend.foundation.database import db
from backend.foundation.measures import Measure, SourcesOf
from backend.foundation.outbox import Reaction, Reactions
from backend.statistics.measures import MEASURES
from backend.statistics.rebuilding import how_many_steps, rebuild
from backend.statistics.settling import hold_lock, settle, takes_turn

__all__ = ["CONSUMER", "REACTIONS", "how_many_steps", "rebuild", "settle_event", "takes_turn"]

CONSUMER = "statistics"


def settle_event(name: str, subject_ids: Sequence[UUID], *, now: datetime) -> None:  # noqa: ARG001 - every reaction is told the time
    """Bring every measure that the event may have moved to what the facts now say of the sources that it touched."""
    hold_lock()
    for sources_of, measures in _moved_by(name).items():
        settle(measures, db.session.scalars(sources_of(subject_ids)))


@cache
def _moved_by(name: str) -> dict[SourcesOf, list[Measure]]:
    """The measures that an event may move, by how their sources are found: for measures of one kind of row they are the same."""
    found: dict[SourcesOf, list[Measure]] = {}
    for measure in MEASURES.values():
        if name in measure.moved_by:
            found.setdefault(measure.moved_by[name], []).append(measure)
    return found


def _reaction(name: str) -> Reaction:
    return partial(settle_event, name)


REACTIONS: Reactions = {name: _reaction(name) for measure in MEASURES.values() for name in measure.moved_by}
"""Every event that moves some measure."""
