"""Whether anything else refers to a row: asked of every foreign key that the models declare, so that no table is forgotten."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Column, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from backend.foundation.database import Base, db


def referring(key: InstrumentedAttribute[UUID]) -> list[Column[Any]]:
    """The columns of all tables that refer to this key, table by table."""
    (target,) = key.property.columns
    return [column for table in Base.metadata.sorted_tables for column in table.columns if column.references(target)]


def is_referred_to(key: InstrumentedAttribute[UUID], row_id: UUID, *, besides: Collection[str]) -> bool:
    """Whether a row of any table but these refers to this one. One statement; it asks each column by its index."""
    columns = [column for column in referring(key) if column.table.name not in besides]
    return db.session.scalar(select(or_(*(exists().where(column == row_id) for column in columns)))) is True
