"""Computes which cells move when rows come and go. Only this module knows how a figure adds up.

What settles a batch and what rebuilds everything use the same expressions, so both give the same values.
"""

from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    CompoundSelect,
    Date,
    DateTime,
    FromClause,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
    values,
)
from sqlalchemy import column as named
from sqlalchemy.dialects.postgresql import DATERANGE, insert

from backend.areas.models import LENGTH_OF_PATH, Level
from backend.foundation.database import Column
from backend.foundation.measures import Measure, Shape
from backend.statistics.models import Cell, Grain

Rows = Select[Any] | CompoundSelect[Any]

AMOUNTS = ("rows_in", "rows_out", "quantity_in", "quantity_out", "people", "people_in", "people_out")
FOREVER = cast(literal_column("'infinity'"), Date)
_KEYS = ("area_path", "dimension", "grain", "period")
_ZERO = literal_column("0", Integer)
_ONE = literal_column("1", Integer)
_IN_ALL = literal_column("''", Text)


def month_of(day: Column) -> Column:
    """The first day of the month of a day."""
    return _first_of(literal_column("'month'", Text), day)


def month_or_never(day: Column) -> Column:
    """The first day of its month, `infinity` for no day: the form of `Presence.leaves`."""
    return func.coalesce(month_of(day), FOREVER)


def year_of(day: Column) -> Column:
    """The first day of the year of a day."""
    return _first_of(literal_column("'year'", Text), day)


def moved_rows(moves: FromClause) -> Rows:
    """By how much the moves change the row and quantity columns of cells.

    `moves` holds contributions and `n`: 1 for one that came, -1 for one that went.
    """
    base = (
        select(
            moves.c.area_path,
            moves.c.dimension,
            month_of(moves.c.starts_on).label("enters"),
            month_of(moves.c.ends_on).label("leaves"),
            func.sum(moves.c.n).label("count"),
            func.sum(moves.c.n * moves.c.quantity).label("quantity"),
        )
        .group_by(moves.c.area_path, moves.c.dimension, "enters", "leaves")
        .cte("moved_base")
    )
    came = select(
        base.c.area_path, base.c.dimension, base.c.enters.label("month"), *_amounts(rows_in=base.c["count"], quantity_in=base.c.quantity)
    )
    went = select(
        base.c.area_path, base.c.dimension, base.c.leaves.label("month"), *_amounts(rows_out=base.c["count"], quantity_out=base.c.quantity)
    ).where(base.c.leaves.is_not(None))
    both = union_all(came, went).subquery("came_and_went")
    spread = _spread(both, *(both.c[amount] for amount in AMOUNTS), month=both.c.month)
    return select(*(spread.c[name] for name in (*_KEYS, *AMOUNTS)))


def moved_people(kept: FromClause) -> Rows:
    """By how much changed presences change the distinct persons who came in, by month and by year.

    `kept` holds every presence, before and after, of the persons and years concerned. The months of a person's year are the bits of
    a number, so what a wider area or all dimensions see of the person is an OR.
    """
    bit = literal_column("1", Integer).op("<<")(cast(func.extract("month", kept.c.enters), Integer) - _ONE)
    months = select(
        kept.c.person_id,
        kept.c.area_path,
        kept.c.dimension,
        year_of(kept.c.enters).label("year"),
        case((kept.c.before > _ZERO, bit), else_=_ZERO).label("was"),
        case((kept.c.after > _ZERO, bit), else_=_ZERO).label("now"),
    ).subquery("months")
    split = _person_years(months, _cut(months.c.area_path, Level.COMMUNITY), months.c.dimension)
    levels = [(Level.COMMUNITY, split, _person_years(split, split.c.area_path, _IN_ALL))]
    for level in (Level.STREET, Level.DISTRICT):
        below, below_in_all = levels[-1][1:]
        split = _person_years(below, _cut(below.c.area_path, level), below.c.dimension)
        levels.append((level, split, _person_years(below_in_all, _cut(below_in_all.c.area_path, level), _IN_ALL)))
    every = union_all(
        *(
            select(rows).where(func.length(rows.c.area_path) == LENGTH_OF_PATH[level], *conditions)
            for level, split, whole in levels
            for rows, conditions in ((split, [split.c.dimension != _IN_ALL]), (whole, []))
        )
    ).subquery("person_years")
    return _people_by_period(every)


def _person_years(rows: FromClause, area_path: Column, dimension: Column) -> CTE:
    keys = select(
        rows.c.person_id, area_path.label("area_path"), dimension.label("dimension"), rows.c.year, rows.c.was, rows.c.now
    ).subquery("rows")
    alike = [keys.c[key] for key in ("person_id", "area_path", "dimension", "year")]
    return select(*alike, func.bit_or(keys.c.was).label("was"), func.bit_or(keys.c.now).label("now")).group_by(*alike).cte()


def _people_by_period(person_years: FromClause) -> Rows:
    """Adds up, in one pass, who is present in which month and in the year at all; then gives each of these sums a row.

    Whoever changed alike is counted first: there are few ways to change, and each costs thirteen sums.
    """
    names = ("area_path", "dimension", "year", "was", "now")
    alike = [person_years.c[name] for name in names]
    changed = select(*alike, func.count().label("people")).where(person_years.c.was != person_years.c.now).group_by(*alike)
    changes = changed.subquery("changes")
    keys = [changes.c[key] for key in ("area_path", "dimension", "year")]
    monthly = [_present_in(changes.c.now, month) - _present_in(changes.c.was, month) for month in range(12)]
    yearly = cast(changes.c.now != _ZERO, Integer) - cast(changes.c.was != _ZERO, Integer)
    sums = [func.sum(change * changes.c.people).label(f"change_{period}") for period, change in enumerate([*monthly, yearly])]
    added = select(*keys, *sums).group_by(*keys).subquery("added_people")
    periods = values(named("number", Integer), name="periods").data([(number,) for number in range(13)])
    number, in_month = periods.c.number, periods.c.number < literal_column("12", Integer)
    change = case(*((number == period, added.c[f"change_{period}"]) for period in range(13)))
    return select(
        added.c.area_path,
        added.c.dimension,
        case((in_month, literal_column(f"'{Grain.MONTH}'", Text)), else_=literal_column(f"'{Grain.YEAR}'", Text)).label("grain"),
        case((in_month, cast(added.c.year + func.make_interval(0, number), Date)), else_=added.c.year).label("period"),
        *_amounts(people=change),
    ).select_from(added.join(periods, change != _ZERO))


def _present_in(months: Column, month: int) -> Column:
    return cast(months.op(">>")(literal_column(str(month), Integer)).op("&")(_ONE), Integer)


def _cut(area_path: Column, level: Level) -> Column:
    return func.left(area_path, literal_column(str(LENGTH_OF_PATH[level]), Integer), type_=area_path.type)


def moved_stock(kept: FromClause) -> Rows:
    """By how much changed presences change the months in which persons' presence, as the union of their rows, begins and ends."""
    spread = _spread(kept, kept.c.person_id, kept.c.before, kept.c.after, kept.c.enters, kept.c.leaves)
    months = func.range_agg(func.daterange(spread.c.enters, spread.c.leaves, type_=DATERANGE))
    lasting = spread.c.enters < spread.c.leaves
    each = (
        select(
            spread.c.area_path,
            spread.c.dimension,
            months.filter(and_(spread.c.before > _ZERO, lasting)).label("was"),
            months.filter(and_(spread.c.after > _ZERO, lasting)).label("now"),
        )
        .group_by(spread.c.person_id, spread.c.area_path, spread.c.dimension)
        .cte("people_lasting")
    )
    edges = union_all(
        *(_edges(each, whole, is_start, sign) for whole, sign in ((each.c.now, 1), (each.c.was, -1)) for is_start in (True, False))
    ).subquery("edges")
    grains = _grains()
    return select(
        edges.c.area_path,
        edges.c.dimension,
        grains.c.grain,
        _first_of(grains.c.grain, edges.c.month).label("period"),
        *_amounts(people_in=edges.c.begun, people_out=edges.c.ended),
    ).select_from(edges.join(grains, edges.c.month < FOREVER))


def moved_by_presence(measure: Measure, kept: FromClause) -> list[Rows]:
    """What presences move of a measure: the persons who came in, and for intervals the stock of persons too."""
    return [moved_people(kept), moved_stock(kept)] if measure.shape is Shape.INTERVALS else [moved_people(kept)]


def added_to_cells(measure: Column, *moved: Rows) -> Any:
    """The statement that adds all of this to the cells."""
    together = union_all(*moved).subquery("moved")
    sums = {amount: func.sum(together.c[amount]) for amount in AMOUNTS}
    keys = [together.c[key] for key in _KEYS]
    deltas = (
        select(measure, *keys, *(total.label(amount) for amount, total in sums.items()))
        .group_by(*keys)
        .having(or_(*(total != _ZERO for total in sums.values())))
    )
    adding = insert(Cell).from_select(["measure", *_KEYS, *AMOUNTS], deltas)
    return adding.on_conflict_do_update(
        index_elements=["measure", *_KEYS], set_={amount: getattr(Cell, amount) + adding.excluded[amount] for amount in AMOUNTS}
    )


def _edges(each: FromClause, whole: Column, is_start: bool, sign: int) -> Rows:
    edge = (func.lower if is_start else func.upper)(func.unnest(whole, type_=DATERANGE), type_=Date())
    moved = literal_column(str(sign), Integer)
    return select(
        each.c.area_path,
        each.c.dimension,
        edge.label("month"),
        (moved if is_start else _ZERO).label("begun"),
        (_ZERO if is_start else moved).label("ended"),
    ).where(each.c.was.is_distinct_from(each.c.now))


def _spread(rows: FromClause, *columns: Column, month: Column | None = None) -> Subquery:
    """Each row once for every area above its community and that itself, by its dimension value and in all; and, where a month is given,
    by month and by year."""
    lengths = [LENGTH_OF_PATH[level] for level in (Level.DISTRICT, Level.STREET, Level.COMMUNITY)]
    areas = values(named("length", Integer), name="areas").data([(length,) for length in lengths])
    splits = values(named("in_all", Integer), name="splits").data([(1,), (0,)])
    shown = [
        func.left(rows.c.area_path, areas.c.length, type_=rows.c.area_path.type).label("area_path"),
        case((splits.c.in_all == _ONE, _IN_ALL), else_=rows.c.dimension).label("dimension"),
        *columns,
    ]
    source = rows.join(areas, true()).join(splits, true())
    if month is not None:
        grains = _grains()
        shown += [grains.c.grain, _first_of(grains.c.grain, month).label("period")]
        source = source.join(grains, true())
    return (
        select(*shown)
        .select_from(source)
        .where(areas.c.length <= func.length(rows.c.area_path), or_(splits.c.in_all == _ONE, rows.c.dimension != _IN_ALL))
        .subquery("spread")
    )


def _grains() -> FromClause:
    return values(named("grain", Text), name="grains").data([(grain.value,) for grain in Grain])


def _first_of(grain: Column, day: Column) -> Column:
    return cast(func.date_trunc(grain, cast(day, DateTime(timezone=False))), Date)


def _amounts(**given: Any) -> list[Any]:
    return [cast(given.get(amount, _ZERO), BigInteger).label(amount) for amount in AMOUNTS]
