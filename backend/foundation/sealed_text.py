"""Free text about somebody's health or home, sealed since a release that found it in clear.

Its sealed column names the one in which releases before wrote the same: `info={SEALED: field, WAS: "details"}`. Both are read, and what
stands in clear is the later word, of a process that is not restarted yet; a sweep by night seals it and empties the old column.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Column, ColumnElement, MetaData, Table, and_, func, select, update
from sqlalchemy.orm import QueryableAttribute

from backend.foundation.database import allow_long_statements, db
from backend.foundation.sealing import SEALED, keyring

WAS = "was"
"""Key of a sealed column's `info`: the column that held it in clear."""

UNREADABLE = "（密钥已失，无法读取）"
"""What is read in the place of a text whose key is lost, where the rest is to be seen all the same."""

_AT_ONCE = 200


class Kept(Protocol):
    """A row with such a text."""

    id: UUID


@dataclass(frozen=True, slots=True)
class OldText:
    """A sealed column, and the one that held it in clear."""

    table: Table
    sealed: Column[Any]
    clear: Column[Any]

    @property
    def emptied(self) -> str | None:
        """What stands in the old column once its text is sealed."""
        return None if self.clear.nullable else ""

    @property
    def waits(self) -> ColumnElement[bool]:
        """Condition: a text stands in clear."""
        return and_(self.clear.is_not(None), self.clear != "")


def old_texts(metadata: MetaData) -> Iterator[OldText]:
    """Every text that once was written in clear, as the models declare them."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if WAS in column.info:
                yield OldText(table, column, table.columns[column.info[WAS]])


def seal_text(column: QueryableAttribute[bytes | None], text: str | None, row: UUID) -> bytes | None:
    """A text as it is stored in a column of a row."""
    return None if text is None else keyring().seal(text, field=_field(column), row=row)


def read_text(column: QueryableAttribute[bytes | None], row: Kept) -> str | None:
    """A text of a row in clear, whichever release wrote it. None where there is none, UNREADABLE where its key is lost."""
    was = getattr(row, column.info[WAS])
    if was:
        return str(was)
    sealed = getattr(row, column.key)
    if sealed is None:
        return None
    opened = keyring().unseal_if_possible(sealed, field=_field(column), row=row.id)
    return UNREADABLE if opened is None else opened


def seal_old(text: OldText) -> int:
    """Seal some of what stands in clear in a column, and empty it. Returns how many rows; those that somebody holds come later."""
    key = text.table.c.id
    waiting = select(key, text.clear).where(text.waits).order_by(key).limit(_AT_ONCE).with_for_update(skip_locked=True)
    rows = db.session.execute(waiting).all()
    for row_id, clear in rows:
        sealed = keyring().seal(clear, field=str(text.sealed.info[SEALED]), row=row_id)
        db.session.execute(update(text.table).where(key == row_id).values({text.sealed: sealed, text.clear: text.emptied}))
    return len(rows)


def count_in_clear(texts: Sequence[OldText]) -> dict[str, int]:
    """How many texts stand in clear, by column. Reads every row: for operators, not for requests."""
    allow_long_statements()
    return {
        f"{text.table.name}.{text.clear.name}": db.session.scalar(select(func.count()).select_from(text.table).where(text.waits)) or 0
        for text in texts
    }


def _field(column: QueryableAttribute[bytes | None]) -> str:
    return str(column.info[SEALED])
