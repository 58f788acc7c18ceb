"""The database: base class of all tables, names of constraints, and the transaction that the edge opens.

PostgreSQL (16 or newer) is the only one. A service function changes rows through `db.session` and never commits; views, tasks and
commands do, by `transaction()`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ARRAY, BigInteger, ColumnElement, DateTime, Enum, MetaData, Text, Uuid, any_, literal, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, mapped_column, registry

from backend.foundation.errors import Refusal
from backend.foundation.ids import new_id

NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}


class Base(DeclarativeBase):
    """Parent of all tables: text without a length limit, 64-bit integers, instants with their zone."""

    metadata = MetaData(naming_convention=NAMES)
    registry = registry(
        metadata=metadata,
        type_annotation_map={int: BigInteger, str: Text, datetime: DateTime(timezone=True), UUID: Uuid},
    )


db = SQLAlchemy(model_class=Base)

RowId = Annotated[UUID, mapped_column(Uuid, primary_key=True, default=new_id)]
"""Primary key of a table whose rows are made one by one in Python."""

AreaPath = Annotated[str, mapped_column(Text(collation="C"))]
"""The leading digits of a statistical code (`areas.models.Area.path`): a subtree is a prefix, so its index must sort by bytes."""


@contextmanager
def transaction() -> Iterator[None]:
    """Commit what happens inside, or roll all of it back when an exception leaves.

    The session is given back afterwards, so nothing that was loaded inside may be loaded further outside.
    """
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def allow_long_statements() -> None:
    """Lift, until this transaction ends, the limit that a request's statements have: a load or a rebuild takes what it takes."""
    db.session.execute(text("SET LOCAL statement_timeout = 0"))


def violated_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that refused a statement: the one way in which the code recognises it."""
    return getattr(getattr(error.orig, "diag", None), "constraint_name", None)


def flush_or_refuse(refusals: Mapping[str, type[Refusal]]) -> None:
    """Send what the session holds; a constraint named here that refuses it becomes its refusal, any other error goes on."""
    try:
        db.session.flush()
    except IntegrityError as error:
        refusal = refusals.get(violated_constraint(error) or "")
        if refusal is None:
            raise
        raise refusal from error


def is_connection_loss(error: DBAPIError) -> bool:
    """Whether the server went away, as opposed to refusing the statement."""
    return error.connection_invalidated


def as_text(kind: type[StrEnum]) -> Enum:
    """A column type for one of our words: stored by its value as text, read back as the word; the schema may grow without a new type."""
    return Enum(kind, native_enum=False, create_constraint=False, length=40, values_callable=lambda words: [word.value for word in words])


def one_of(column: ColumnElement[Any] | InstrumentedAttribute[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """The column is one of the values, which are sent as one array: the statement is the same for two values and for two thousand."""
    return column == any_(literal(list(values), ARRAY(column.type)))
