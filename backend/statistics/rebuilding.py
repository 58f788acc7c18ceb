"""Rebuilds the statistics: deletes bookings, presences and cells, and counts them anew from the facts, in one transaction.

Consumers wait for its lock, so their events are neither lost nor doubled: what was committed before is counted here, and its delivery
then finds no difference; what comes later is settled later. Readers see the old cells until the new ones are committed.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import BigInteger, Integer, Text, delete, insert, literal, literal_column, select, text

from backend.foundation.analysis import analysing
from backend.foundation.database import db
from backend.foundation.measures import COLUMNS, NOW, Measure
from backend.statistics.cells import added_to_cells, moved_by_presence, moved_rows
from backend.statistics.measures import MEASURES
from backend.statistics.models import Booking, Cell, Presence
from backend.statistics.settling import PRESENCE_KEYS, hold_lock, shifts_of


def how_many_steps() -> int:
    """In how many steps `rebuild` goes."""
    return len(list(_steps()))


def rebuild(*, advance: Callable[[int], None] = lambda _: None) -> None:
    """Count everything anew; `advance(1)` is called after each step. The caller commits; until then consumers of statistics wait."""
    # Its own time limits: a street's facts take seconds, ten million of them minutes.
    for setting in ("statement_timeout = 0", "lock_timeout = '60s'", "work_mem = '256MB'", "jit = off"):
        db.session.execute(text(f"SET LOCAL {setting}"))
    hold_lock()
    db.session.execute(text("TRUNCATE statistics_bookings, statistics_presences"))
    db.session.execute(delete(Cell).execution_options(synchronize_session=False))  # not truncated: readers need the old ones
    for step in _steps():
        db.session.execute(step)
        advance(1)


def _steps() -> Iterator[Any]:
    measures = list(MEASURES.values())
    yield from (_all_bookings(measure) for measure in measures)
    yield analysing("statistics_bookings")
    yield from (_all_presences(measure) for measure in measures if measure.counts_people)
    yield analysing("statistics_presences")
    yield from (_all_cells(measure) for measure in measures)


def _all_bookings(measure: Measure) -> Any:
    stated = measure.contributions(NOW).subquery("stated")
    return insert(Booking).from_select(
        ["measure", *COLUMNS], select(literal(measure.name, Text), *(stated.c[column] for column in COLUMNS))
    )


def _all_presences(measure: Measure) -> Any:
    shifts = shifts_of(_moves(measure)).subquery("shifts")
    keys = [shifts.c[key] for key in PRESENCE_KEYS]
    # In the order of the primary key: its index then grows at one end.
    return insert(Presence).from_select(
        ["measure", *PRESENCE_KEYS, "count"], select(literal(measure.name, Text), *keys, shifts.c.n).order_by(*keys)
    )


def _all_cells(measure: Measure) -> Any:
    moved = [moved_rows(_moves(measure))]
    if measure.counts_people:
        presences = select(
            *(getattr(Presence, key) for key in PRESENCE_KEYS),
            literal_column("0", BigInteger).label("before"),
            Presence.count.label("after"),
        ).where(Presence.measure == measure.name)
        moved += moved_by_presence(measure, presences.subquery("presences"))
    return added_to_cells(literal(measure.name, Text), *moved)


def _moves(measure: Measure) -> Any:
    came = literal_column("1", Integer).label("n")
    return select(*(getattr(Booking, column) for column in COLUMNS), came).where(Booking.measure == measure.name).subquery("moves")
