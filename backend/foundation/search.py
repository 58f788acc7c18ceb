"""Lists that are searched: by a part of a text, and by days.

Every list compares in the same way: texts are folded (width by NFKC, case, blanks left out, one middle dot), words that stand apart are
asked for together, and each may be any part of any of the columns. The index behind it holds the single characters and the pairs of
neighbours of a text, because pg_trgm finds nothing in two Chinese characters. Fold and pairs are functions of the
database, so that what is stored and what is asked can never be folded in two ways.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Index, Text, and_, func, or_, text, true
from sqlalchemy.dialects.postgresql import ARRAY

from backend.foundation import clock
from backend.foundation.database import Column

LONGEST_SEARCH = 50
"""In characters."""
MOST_WORDS = 8
"""Of one search: each is looked for by itself."""


def search_index(table: str, *columns: str, where: str | None = None) -> Index:
    """The index behind a search in these columns of a table, as its model names it."""
    held = [text(f"search_grams({column})") for column in columns]
    return Index(f"ix_{table}_search", *held, postgresql_using="gin", postgresql_where=where)


def words_of(search: str | None) -> list[str]:
    """The words of what somebody looks for, each once (None: nothing, so that all is found)."""
    return list(dict.fromkeys(unicodedata.normalize("NFKC", search or "").split()))


def has_digit(word: str) -> bool:
    """Whether a word looks for a number: no name has a digit."""
    return any(letter.isdigit() for letter in word)


def holds(word: str, *columns: Column) -> ColumnElement[bool]:
    """Condition: one of the columns has the word as a part. Each has to stand in a `search_index`."""
    return or_(*(and_(_grams(column).contains(_wanted(word)), func.strpos(_folded(column), _folded(word)) > 0) for column in columns))


def found_among_few(search: str | None, *columns: Column) -> ColumnElement[bool]:
    """The same as `found`, in a table that stays small enough to be read whole: without an index."""
    return and_(true(), *(or_(*(func.strpos(_folded(column), _folded(word)) > 0 for column in columns)) for word in words_of(search)))


def as_asked(*asked: tuple[Column, object]) -> ColumnElement[bool]:
    """Condition: each column is the value that is asked for; None asks for nothing."""
    return and_(true(), *(column == value for column, value in asked if value is not None))


def found(search: str | None, *columns: Column) -> ColumnElement[bool]:
    """Condition: each word of the search (None: whatever there is) is part of one of the columns."""
    return and_(true(), *(holds(word, *columns) for word in words_of(search)))


@dataclass(frozen=True, slots=True)
class Days:
    """Days from and to which a list reaches, both included; None is open."""

    since: date | None = None
    until: date | None = None

    @property
    def instants(self) -> tuple[datetime | None, datetime | None]:
        """When the first of them begins, and when the last one is over."""
        begins = None if self.since is None else clock.start_of_day(self.since)
        return begins, None if self.until is None else clock.start_of_day(self.until + timedelta(days=1))

    def hold(self, column: Column) -> ColumnElement[bool]:
        """Condition: the day, or the day in Shanghai of the instant, lies among them."""
        after = None if self.until is None else self.until + timedelta(days=1)
        begins, ends = (self.since, after) if isinstance(column.type, Date) else self.instants
        return and_(true(), *([] if begins is None else [column >= begins]), *([] if ends is None else [column < ends]))


EVER = Days()
"""All days."""


def _grams(column: Column) -> ColumnElement[Any]:
    return func.search_grams(column, type_=ARRAY(Text))


def _wanted(word: str) -> ColumnElement[Any]:
    return func.search_wanted(word, type_=ARRAY(Text))


def _folded(value: Column | str) -> ColumnElement[str]:
    return func.search_text(value, type_=Text)
