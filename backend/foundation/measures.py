"""What statistics may count. A capability defines measures over the rows that it owns; indicators (`config/indicators.toml`) name them.

A measure says what each of its sources (a fact, a row) contributes: one contribution or none. An event that may change this
names the sources that it touched. Statistics keep what each source last contributed and move their cells by the difference.

A measure can also be asked what was known at an instant: by the revisions of facts (`FactRevision.known_at`) and by the steps in the
lives of things (`life.status_at`, `life.written_with`). A year is frozen by that. What was known no longer changes once no transaction is
open that began before the instant.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Date, Select, Text, Uuid, cast, func, literal, null, select
from sqlalchemy.dialects.postgresql import ARRAY

from backend.foundation.database import Column, one_of
from backend.foundation.facts import FactRevision

AsOf = datetime | None
"""As known at an instant, or now."""

NOW: Final[AsOf] = None

SourcesOf = Callable[[Sequence[UUID]], Select[Any]]
"""From the subjects of an event to the ids of the sources that it may have moved (one column)."""

COLUMNS = ("source_id", "starts_on", "ends_on", "area_path", "dimension", "person_id", "quantity")
"""The columns of a contribution, in the order of `contribution`."""


class Shape(StrEnum):
    """A measure of events happens on a day and can flow; one of intervals lasts from a day until the day before another, and can also
    be a stock."""

    EVENTS = "events"
    INTERVALS = "intervals"


@dataclass(frozen=True, slots=True)
class Dimension:
    """By what a measure's rows can be told apart: 品牌, 类别, 来源. `values` gives code → name for people, in the order they are shown."""

    name: str
    values: Callable[[], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Measure:
    """Rows that can be counted or summed, by day, community, dimension and person.

    `contributions` gives what `contribution` makes, as known now or at an instant; at most one row per source. `moved_by` names every
    event after which a source may contribute something else. `counts_people`: distinct persons can be counted; this costs rows, so it
    is asked for. `seldom`: few of the events move it, so each batch asks first whether any does. `of_register`: those who are counted
    stand in a register of their own and need not be known as persons; a figure of them opens to the ids of its rows, which name nobody
    and open to who may look into the register. `source` says in Chinese where the rows stand, for whoever reads a figure's definition.
    """

    name: str
    source: str
    shape: Shape
    contributions: Callable[[AsOf], Select[Any]]
    moved_by: Mapping[str, SourcesOf]
    dimension: Dimension | None = None
    counts_people: bool = False
    seldom: bool = False
    of_register: bool = False


def contribution(
    *,
    source_id: Column,
    starts_on: Column,
    area_path: Column,
    ends_on: Column | None = None,
    dimension: Column | None = None,
    person_id: Column | None = None,
    quantity: Column | None = None,
) -> Select[Any]:
    """The select of a measure's contributions, still without its joins and conditions.

    It counts from the Shanghai day `starts_on` until the day before `ends_on` (None: without end), in the community `area_path`.
    `quantity` is a whole number in the smallest unit that is shown (tenths of an hour); without one, rows are all that is counted.
    """
    return select(
        source_id.label("source_id"),
        starts_on.label("starts_on"),
        (cast(null(), Date) if ends_on is None else ends_on).label("ends_on"),
        area_path.label("area_path"),
        (literal("", Text) if dimension is None else cast(dimension, Text)).label("dimension"),
        (cast(null(), Uuid) if person_id is None else person_id).label("person_id"),
        (literal(1, BigInteger) if quantity is None else cast(quantity, BigInteger)).label("quantity"),
    )


def day_of(instant: Column) -> Column:
    """The Shanghai day of an instant."""
    return cast(func.timezone("Asia/Shanghai", instant), Date)


def themselves(ids: Sequence[UUID]) -> Select[Any]:
    """For events whose subjects are the sources."""
    return select(func.unnest(literal(list(ids), ARRAY(Uuid))))


def facts_of(kind: type[FactRevision]) -> SourcesOf:
    """For events whose subjects are revisions of facts that are the sources."""
    return lambda revision_ids: select(kind.fact_id).where(one_of(kind.id, revision_ids))
