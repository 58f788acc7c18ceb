"""What a points rule may name: a fact of some capability that can earn a person points.

The capability that owns the rows defines the fact in Python (`<capability>/rewards.py`); the catalogue of rules only names it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.sql.selectable import FromClause


@dataclass(frozen=True, slots=True)
class RewardedFact:
    """How a kind of fact stands now, and what moves it.

    `keys_of_event[name](subject_ids)` selects what an event may have moved, `keys_of_persons(person_ids)` all that concerns some
    persons; both give the fact's own key columns beside `source` (text, unique within the fact) and `person_id`.
    `rows(keys)` selects what now holds for such keys: `source`, `person_id`, `brand`, `area_path`, `day`, `amount`. A key without a row
    earns nothing (any more).
    """

    name: str
    keys_of_event: Mapping[str, Callable[[Sequence[UUID]], Select[*tuple[Any, ...]]]]
    keys_of_persons: Callable[[Sequence[UUID]], Select[*tuple[Any, ...]]]
    rows: Callable[[FromClause], Select[*tuple[Any, ...]]]
