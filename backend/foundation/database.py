"""The database: base class of all tables, names of constraints, and the transaction that the edge opens.

PostgreSQL (16 or newer) is the only one. A service function changes rows through `db.session` and never commits; views, tasks and
commands do, by `transaction()`.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any
from uuid import UUID

import flask_sqlalchemy.session
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    CursorResult,
    DateTime,
    Enum,
    Executable,
    Insert,
    MetaData,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    event,
    func,
    insert,
    literal,
    select,
    text,
)
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, SessionTransaction, mapped_column, registry
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

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


class Session(flask_sqlalchemy.session.Session):
    """The session of a unit of work; it may hold rows back until just before its commit (`write_at_commit`)."""

    def begin_nested(self) -> SessionTransaction:
        """Begin a savepoint; rows held back until now do not go with its rollback."""
        self.write_held_rows()
        return super().begin_nested()

    def hold_rows(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep rows for `write_held_rows`."""
        if not self.in_transaction():
            self.begin()  # or its rollback would not be one, and the rows would wait for the next transaction
        self.info.setdefault(_HELD, {}).setdefault(table, []).extend(rows)

    def write_held_rows(self) -> None:
        """Insert all rows that are held back, of all their tables in one statement."""
        held: dict[Table, list[Mapping[str, Any]]] | None = self.info.pop(_HELD, None)
        if held:
            values = {f"{table.name}.{of.name}": [row.get(of.name) for row in rows] for table, rows in held.items() for of in table.c}
            self.execute(_insertion_of(tuple(held)), values)


_HELD = "rows held back until the commit"


@event.listens_for(Session, "before_commit")
def _write_held_rows(session: Session) -> None:
    session.write_held_rows()


@event.listens_for(Session, "after_soft_rollback")
def _forget_held_rows(session: Session, _: SessionTransaction) -> None:
    session.info.pop(_HELD, None)


@cache
def _insertion_of(tables: tuple[Table, ...]) -> Insert:
    """Rows of some tables, each column sent as one array: the same statement for one row and for a thousand."""
    insertions = []
    for table in tables:
        arrays = [bindparam(f"{table.name}.{column.name}", type_=ARRAY(column.type)) for column in table.c]
        sent = func.unnest(*arrays).table_valued(*table.c.keys(), name=f"sent_{table.name}").render_derived()
        insertions.append(insert(table).from_select(table.c.keys(), select(*sent.c), include_defaults=False))
    *others, last = insertions
    return last.add_cte(*(other.cte(f"written_{number}") for number, other in enumerate(others)))


db = SQLAlchemy(model_class=Base, session_options={"class_": Session})

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


def write_at_commit(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows just before the transaction commits, together with whatever else waits for that: one round trip for all of it.

    For append-only rows that nobody reads before the commit. They go with a rollback, and with that of the savepoint they came in.
    """
    session, table = db.session(), model.__table__
    if not (isinstance(session, Session) and isinstance(table, Table)):
        raise TypeError(f"{model.__name__} is no table")
    session.hold_rows(table, rows)


def run(statement: Executable, **values: Any) -> CursorResult[Any]:
    """Execute a statement that was built once, on the session's connection and past its object-relational half: for hot paths.

    Building a statement takes several times as long as executing it. Objects that the session has yet to flush are not flushed.
    """
    return db.session.connection().execute(statement, values)


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


def ping_after_rest(engine: Engine, *, seconds: float = 1.0) -> None:
    """Let a connection that rested this long show that it is alive before it is used again.

    A busy one is not asked: a ping before each transaction is a round trip in ten of a claim, and says nothing about the next moment.
    """

    def given_back(_: DBAPIConnection, record: ConnectionPoolEntry | None) -> None:
        if record is not None:
            record.info["rests_since"] = time.monotonic()

    def taken(connection: DBAPIConnection, record: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
        if time.monotonic() - record.info.get("rests_since", time.monotonic()) >= seconds:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError from error  # the pool makes new ones, of this and of all that are as old

    event.listen(engine, "checkin", given_back)
    event.listen(engine, "checkout", taken)


def is_connection_loss(error: DBAPIError) -> bool:
    """Whether the server went away, as opposed to refusing the statement."""
    return error.connection_invalidated


def as_text(kind: type[StrEnum]) -> Enum:
    """A column type for one of our words: stored by its value as text, read back as the word; the schema may grow without a new type."""
    return Enum(kind, native_enum=False, create_constraint=False, length=40, values_callable=lambda words: [word.value for word in words])


def one_of(column: ColumnElement[Any] | InstrumentedAttribute[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """The column is one of the values, which are sent as one array: the statement is the same for two values and for two thousand."""
    return column == any_(literal(list(values), ARRAY(column.type)))
