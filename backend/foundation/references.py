"""Whether anything else refers to a row: asked of every foreign key that the models declare, so that no table is forgotten."""

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, FromClause, exists, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from backend.foundation.database import Base, db

COUNTS_WHILE = "counts_while"
"""In the `info` of a column that refers to a row: of its table the condition under which it tells anything of that row, if not always."""


def referring(key: InstrumentedAttribute[UUID]) -> list[Column[Any]]:
    """The columns of all tables that refer to this key, table by table."""
    (target,) = key.property.columns
    return [column for table in Base.metadata.sorted_tables for column in table.columns if column.references(target)]


def is_referred_to(key: InstrumentedAttribute[UUID], row_id: UUID, *, besides: Collection[str]) -> bool:
    """Whether a row of any table but these refers to this one and tells anything of it. One statement; it asks each column by its index."""
    columns = [column for column in referring(key) if column.table.name not in besides]
    return db.session.scalar(select(or_(*(exists().where(column == row_id, _counts(column)) for column in columns)))) is True


def _counts(column: Column[Any]) -> ColumnElement[bool]:
    condition: Callable[[FromClause], ColumnElement[bool]] | None = column.info.get(COUNTS_WHILE)
    return true() if condition is None else condition(column.table)
