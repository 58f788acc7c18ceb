"""Settles a batch of sources: moves bookings, presences and cells by the difference to what the facts now say.

One statement a measure and batch. It looks at the facts as they stand and at what was booked before, so twice, late and out of order
are the same. One lock is held until the transaction ends, so whoever comes second reads what the first left: the totals of street and
district are rows for which every batch would wait anyway, and what a district counts of a person hangs on all its streets. A worker that
finds it taken leaves the batch to the next ring, so that one which lost its power keeps nobody from other work; and the database ends a
session that took the turn and then says nothing for `MOST_SILENT`, so that no street's figures wait longer for a worker that is gone.
"""

from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnClause,
    Date,
    Delete,
    FromClause,
    Integer,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    column,
    delete,
    except_,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from backend.foundation.database import as_array, db, run, run_one
from backend.foundation.measures import COLUMNS, NOW, Measure, Shape
from backend.foundation.statements import Prepared
from backend.statistics.cells import (
    AMOUNTS,
    Rows,
    added_to_cells,
    month_of,
    month_or_never,
    moved_by_presence,
    moved_rows,
    year_of,
)
from backend.statistics.measures import MEASURES
from backend.statistics.models import Booking, Cell, Presence

_LOCK = 7063002
MOST_SILENT = timedelta(seconds=30)
"""A batch asks the database for one thing after another; between two there are milliseconds."""
_SOURCES = literal_column("CAST(:sources AS UUID[])", ARRAY(Uuid))
PRESENCE_KEYS = ("person_id", "enters", "leaves", "area_path", "dimension")


def hold_lock() -> None:
    """Wait until nobody else settles or rebuilds; held until the transaction ends."""
    # A batch looks a few hundred rows up by key, and these tables may have grown since the planner last looked at them.
    hints = "set_config('random_page_cost', '1.0', true), set_config('jit', 'off', true)"
    db.session.execute(text(f"SELECT pg_advisory_xact_lock(:key), {hints}"), {"key": _LOCK})


def takes_turn() -> bool:
    """As `hold_lock`, where nobody else has it; whether it was taken. Who takes it and then is silent for `MOST_SILENT` is cut off."""
    silent = func.set_config("idle_in_transaction_session_timeout", f"{MOST_SILENT // timedelta(milliseconds=1)}ms", True)
    return bool(db.session.execute(select(func.pg_try_advisory_xact_lock(_LOCK), silent)).one()[0])


def settle(measures: Iterable[Measure], source_ids: Iterable[UUID]) -> None:
    """Move bookings, presences and cells of these measures by the difference to what the sources now contribute. Needs `hold_lock`."""
    together = set(source_ids)
    if not together:
        return
    sources = as_array(together)  # once for all measures
    for measure in measures:
        if measure.seldom and not run(_touched(measure.name), sources=sources):
            continue
        settled = run_one(_prepared(measure.name), sources=sources)
        if settled is not None and settled.went:
            db.session.execute(_emptied(measure.name))


@cache
def _prepared(name: str) -> Prepared:
    return _with_sources(_settlement(name), column("went", BigInteger))


@cache
def _touched(name: str) -> Prepared:
    """A row where one of `sources` contributes something or did."""
    contributing = _stated(name)
    booked = select(literal(1)).where(Booking.measure == name, Booking.source_id == any_(_SOURCES))
    return _with_sources(select(literal(1).label("one")).where(or_(contributing.exists(), booked.exists())), column("one", Integer))


def _with_sources(statement: Select[Any], given: ColumnClause[Any]) -> Prepared:
    # Our own words stand in it as literals, or PostgreSQL would not see that what it groups by is what it gives.
    named = PGDialect_psycopg(paramstyle="named")  # type: ignore[no-untyped-call]
    compiled = str(statement.compile(dialect=named, compile_kwargs={"literal_binds": True}))
    return Prepared(text(compiled).bindparams(bindparam("sources", type_=Text)).columns(given))


def _stated(name: str) -> Select[Any]:
    """What `sources` now contribute."""
    stated = MEASURES[name].contributions(NOW).subquery("stated")
    return select(*(stated.c[column] for column in COLUMNS)).where(stated.c.source_id == any_(_SOURCES))


def _settlement(name: str) -> Select[int]:
    """Settles the parameter `sources` and gives how many contributions were taken back."""
    measure = MEASURES[name]
    now = _stated(name).cte("now")
    was = (
        select(*(getattr(Booking, column) for column in COLUMNS))
        .where(Booking.measure == name, Booking.source_id == any_(_SOURCES))
        .cte("was")
    )
    came = except_(select(now), select(was)).cte("came")
    went = except_(select(was), select(now)).cte("went")
    moves = union_all(select(came, _signed(1)), select(went, _signed(-1))).cte("moves")
    moved: list[Rows] = [moved_rows(moves)]
    effects = [_written(name, came), _removed(name, came, went)]
    if measure.counts_people:
        kept = _kept(measure, moves)
        moved += moved_by_presence(measure, kept)
        effects += [_presences_written(name, kept), _presences_removed(name, kept)]
    effects.append(added_to_cells(literal(name, Text), *moved).cte("added"))
    return select(func.count().label("went")).select_from(went).add_cte(*effects)


def _signed(sign: int) -> Any:
    return literal_column(str(sign), Integer).label("n")


def _written(name: str, came: CTE) -> CTE:
    writing = insert(Booking).from_select(["measure", *COLUMNS], select(literal(name, Text), came))
    return writing.on_conflict_do_update(
        index_elements=["measure", "source_id"], set_={column: writing.excluded[column] for column in COLUMNS if column != "source_id"}
    ).cte("written")


def _removed(name: str, came: CTE, went: CTE) -> CTE:
    gone = except_(select(went.c.source_id), select(came.c.source_id))
    return delete(Booking).where(Booking.measure == name, Booking.source_id == any_(_SOURCES), Booking.source_id.in_(gone)).cte("removed")


def _kept(measure: Measure, moves: FromClause) -> CTE:
    """Every presence that stood or stands, with its count before and after, of the persons (and for events the years) that moved."""
    shifts = shifts_of(moves).cte("shifts")
    # As arrays, so that the planner has no other way than the index.
    people = func.array(select(shifts.c.person_id).distinct().scalar_subquery(), type_=ARRAY(Uuid))
    keys = [getattr(Presence, key) for key in PRESENCE_KEYS]
    held = select(*keys, Presence.count.label("before"), literal_column("0", Integer).label("shift")).where(
        Presence.measure == measure.name, Presence.person_id == any_(people)
    )
    if measure.shape is Shape.EVENTS:
        years = func.array(select(year_of(shifts.c.enters)).distinct().scalar_subquery(), type_=ARRAY(Date))
        held = held.where(year_of(Presence.enters) == any_(years))
    shifted = select(*(shifts.c[key] for key in PRESENCE_KEYS), literal_column("0", Integer), shifts.c.n)
    both = union_all(held, shifted).subquery("both")
    return (
        select(
            *(both.c[key] for key in PRESENCE_KEYS),
            func.sum(both.c.before).label("before"),
            func.sum(both.c.before + both.c.shift).label("after"),
        )
        .group_by(*(both.c[key] for key in PRESENCE_KEYS))
        .cte("kept")
    )


def shifts_of(moves: FromClause) -> Select[Any]:
    """By how much moves change each presence: its keys and `n`."""
    months = select(
        moves.c.person_id,
        month_of(moves.c.starts_on).label("enters"),
        month_or_never(moves.c.ends_on).label("leaves"),
        moves.c.area_path,
        moves.c.dimension,
        moves.c.n,
    ).where(moves.c.person_id.is_not(None))
    monthly = months.subquery("monthly")
    keys = [monthly.c[key] for key in PRESENCE_KEYS]
    return select(*keys, func.sum(monthly.c.n).label("n")).group_by(*keys).having(func.sum(monthly.c.n) != 0)


def _presences_written(name: str, kept: CTE) -> CTE:
    standing = select(literal(name, Text), *(kept.c[key] for key in PRESENCE_KEYS), kept.c.after).where(
        kept.c.after > 0, kept.c.after != kept.c.before
    )
    writing = insert(Presence).from_select(["measure", *PRESENCE_KEYS, "count"], standing)
    return writing.on_conflict_do_update(index_elements=["measure", *PRESENCE_KEYS], set_={"count": writing.excluded["count"]}).cte(
        "presences_written"
    )


def _presences_removed(name: str, kept: CTE) -> CTE:
    same = [getattr(Presence, key) == kept.c[key] for key in PRESENCE_KEYS]
    return delete(Presence).where(Presence.measure == name, *same, kept.c.after == 0, kept.c.before > 0).cte("presences_removed")


@cache
def _emptied(name: str) -> Delete:
    """Removes cells in which nothing is left, so that settling leaves just what a rebuild would."""
    return delete(Cell).where(Cell.measure == name, *(getattr(Cell, amount) == 0 for amount in AMOUNTS))
