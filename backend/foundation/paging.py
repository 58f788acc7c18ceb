"""Lists by keyset: a page says where the next one begins, and costs the same however far in it lies."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Row, Select, func, literal, select, tuple_

from backend.foundation.asked import note_rows
from backend.foundation.database import Column, db
from backend.foundation.errors import Malformed
from backend.foundation.terms import Word

Item = TypeVar("Item")
Made = TypeVar("Made")
Value = str | int | date | datetime | UUID
AnyRow = Row[*tuple[Any, ...]]
LONGEST_CURSOR = 1000
"""In characters."""
MOST_COUNTED = 1_000
"""Rows; of a longer list is said that it has more."""


class CursorInvalid(Malformed):
    """A cursor that no answer of ours ever held."""

    code: ClassVar[str] = "cursor_invalid"
    detail = "翻页参数不正确，请从第一页重新开始"


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The page that somebody asks for: so many rows, behind those of an earlier page; and whether they want to know how many there are."""

    limit: int
    cursor: str | None = None
    count: bool = False


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows a list has, or that it has more than are counted."""

    number: int
    or_more: bool


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some rows and where the next ones begin (None: these were the last). `total`: of the whole list, for who asked."""

    items: Sequence[Item]
    next_cursor: str | None
    total: Total | None = None

    def map(self, make: Callable[[Item], Made]) -> "Page[Made]":
        """The same page with each row made into something else."""
        return self.holding([make(item) for item in self.items])

    def holding(self, items: Sequence[Made]) -> "Page[Made]":
        """The same page with these in place of its rows."""
        return Page(items, self.next_cursor, self.total)


class TimeSort(Word):
    """From which end a list in the order of time is read."""

    LATEST = "latest", "新的在前"
    EARLIEST = "earliest", "旧的在前"


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """The sort key of a list, as its statements select it: by the columns' own names, never null, the last one different in each row.

    The values of the last row on a page are the cursor of the next, opaque to clients. A list that can be asked for in several orders
    names each of them, and the name is part of the cursor: that of one order means nothing in another.
    """

    columns: tuple[Column, ...]
    latest_first: bool = False
    name: str | None = None

    def sorted_by(self, sort: TimeSort) -> "Order":
        """Of an order that has the latest first: the same, or from its other end."""
        return self if sort is TimeSort.LATEST else replace(self, latest_first=False, name=sort.value)

    def page(self, wanted: Select[*tuple[Any, ...]], asked: PageRequest) -> Page[AnyRow]:
        """The rows of one page. Raises CursorInvalid before it reads any."""
        return self.cut(db.session.execute(self.statement(wanted, asked)).all(), asked, of=wanted)

    def statement(self, wanted: Select[*tuple[Any, ...]], asked: PageRequest) -> Select[*tuple[Any, ...]]:
        """Reads the rows of one page and one more. Raises CursorInvalid."""
        after = self.after(asked.cursor)
        if after is not None:
            # Compared as one row value, so that an index in this order is entered at the cursor.
            key = tuple_(*self.columns)
            last = tuple_(*(literal(value, column.type) for value, column in zip(after, self.columns, strict=True)))
            wanted = wanted.where(key < last if self.latest_first else key > last)
        return wanted.order_by(*(column.desc() if self.latest_first else column for column in self.columns)).limit(asked.limit + 1)

    def cut(self, rows: Sequence[Item], asked: PageRequest, *, of: Select[*tuple[Any, ...]]) -> Page[Item]:
        """The page out of the rows that `statement` read of a list."""
        note_rows(min(len(rows), asked.limit))
        total = _counted(of) if asked.count else None
        if len(rows) <= asked.limit:
            return Page(rows, None, total)
        kept = rows[: asked.limit]
        return Page(kept, self.cursor(kept[-1]), total)

    def cursor(self, row: object) -> str:
        """What stands behind a row, as text for `next_cursor`."""
        values = [*self._named, *(getattr(row, str(column.key)) for column in self.columns)]
        plain = [value if isinstance(value, int) else value.isoformat() if isinstance(value, date) else str(value) for value in values]
        return base64.urlsafe_b64encode(json.dumps(plain, ensure_ascii=False).encode()).rstrip(b"=").decode()

    def after(self, cursor: str | None) -> tuple[Value, ...] | None:
        """The values in a cursor of this list (None: no cursor). Raises CursorInvalid for what `cursor` could not have made."""
        if cursor is None:
            return None
        try:
            if len(cursor) > LONGEST_CURSOR:
                raise ValueError("too long")
            plain = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
            names = self._named
            if not isinstance(plain, list) or plain[: len(names)] != names:
                raise ValueError("another list's cursor, or another order's")
            values = plain[len(names) :]
            return tuple(_read(value, column.type.python_type) for value, column in zip(values, self.columns, strict=True))
        except (ValueError, TypeError, AttributeError, RecursionError, OverflowError, binascii.Error) as error:
            raise CursorInvalid from error

    @property
    def _named(self) -> list[str]:
        return [] if self.name is None else [self.name]


def _counted(wanted: Select[*tuple[Any, ...]]) -> Total:
    number = db.session.scalars(select(func.count()).select_from(wanted.limit(MOST_COUNTED + 1).subquery())).one()
    return Total(min(number, MOST_COUNTED), number > MOST_COUNTED)


def _read(value: object, kind: type[Value]) -> Value:
    if kind is int:
        if type(value) is not int or not -(2**63) <= value < 2**63:
            raise ValueError("not a 64-bit integer")
        return value
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError("not a text")
    if kind is str:
        value.encode()  # a lone surrogate ends here
        return value
    if kind is UUID:
        return UUID(value)
    if kind is datetime:
        instant = datetime.fromisoformat(value)
        if instant.tzinfo is None:
            raise ValueError("an instant without its zone")
        return instant
    return date.fromisoformat(value)
