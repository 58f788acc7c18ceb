"""The facts that a points rule may name. Each can earn a person points.

The capability that owns the rows defines the fact in Python (`<capability>/rewards.py`); the catalogue of rules only names it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, Uuid, any_, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.selectable import FromClause

Rows = Select[*tuple[Any, ...]]

CONCERNED = any_(bindparam("ids", type_=ARRAY(Uuid)))
"""In the keys of a fact: one of the events' subjects, or one of the persons. The ids are sent with the statement."""


class Fact(NamedTuple):
    """What now stands behind a source."""

    source: str
    person_id: UUID
    brand: str
    area_path: str
    day: date
    amount: int


@dataclass(frozen=True, slots=True)
class RewardedFact:
    """How a kind of fact stands now, and what moves it. `title` and `unit` say in Chinese what its amount counts.

    `keys_of_event[name]` selects what an event may have moved, `keys_of_persons` all that concerns some persons; both ask for a column
    to be `CONCERNED`, and give the fact's own key columns beside `source` (text, unique within the fact) and `person_id`.
    `persons_of_event[name]` selects the `person_id`s among them, or more; facts that are moved alike name one selection, asked once.
    `rows(keys)` selects what now holds for each of such keys, as the columns of `Fact`. Where nothing does (any more), `brand` is NULL.
    """

    name: str
    title: str
    unit: str
    keys_of_event: Mapping[str, Rows]
    persons_of_event: Mapping[str, Rows]
    keys_of_persons: Rows
    rows: Callable[[FromClause], Rows]
