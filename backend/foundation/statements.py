"""Statements for hot paths. They are built once, and sent on the session's own connection without SQLAlchemy's execution.

Building a statement takes many times as long as sending it, and SQLAlchemy's bookkeeping around a built one still three times as long
(docs/performance.md). What remains here is the text, how each value is sent and how each column is read. Transactions, savepoints, errors
and lost connections stay SQLAlchemy's; database.py is the way in.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property, lru_cache, partial
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy import (
    ARRAY,
    BindParameter,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    FromClause,
    Insert,
    Integer,
    String,
    Table,
    Uuid,
    bindparam,
    func,
    insert,
    null,
    select,
)
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.type_api import TypeEngine

from backend.foundation.wire import End, PipedConnection, Rows

Values = Mapping[str, Any]
Processor = Callable[[Any], Any] | None

_DIALECT = PGDialect_psycopg(paramstyle="format")  # type: ignore[no-untyped-call]
_FEW_ROWS = 4
"""Up to so many rows an INSERT lists each value; from there on it takes one array for each column, and is the same for any number."""


class Prepared:
    """One Core statement, compiled when it is first used. Its free values are its `bindparam`s; what takes several is one array."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement

    @cached_property
    def text(self) -> bytes:
        """The statement as it is sent. Bytes, or the driver would encode it anew each time."""
        return self._compiled.string.encode()

    def sent(self, values: Values) -> list[Any]:
        """The values in the order of the placeholders, as the driver takes them. Raises KeyError when one is missing."""
        return [
            fixed if name is None else values[name] if processor is None else processor(values[name])
            for name, processor, fixed in self._places
        ]

    def read(self, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """Rows as they came, as named tuples of what the columns' types promise."""
        make, processors = self._reading
        if processors is None:
            return list(map(make, rows))
        return [make([value if to is None else to(value) for value, to in zip(row, processors, strict=True)]) for row in rows]

    @cached_property
    def _compiled(self) -> SQLCompiler:
        compiled = self._statement.compile(dialect=_DIALECT)
        if not isinstance(compiled, SQLCompiler) or compiled.post_compile_params:
            raise TypeError("a list in a prepared statement must be sent as an array")
        return compiled

    @cached_property
    def _places(self) -> list[tuple[str | None, Processor, Any]]:
        return [_place(self._compiled.binds[name]) for name in self._compiled.positiontup or ()]

    @cached_property
    def _columns(self) -> Sequence[Any]:
        return tuple(getattr(self._statement, "exported_columns", ()))

    @cached_property
    def _reading(self) -> tuple[Callable[[Any], Any], tuple[Processor, ...] | None]:
        row = namedtuple("row", [column.key for column in self._columns])  # type: ignore[misc]
        processors = tuple(_receiving(column.type) for column in self._columns)
        # What row._make does, without a call of Python for each row.
        return partial(tuple.__new__, row), processors if any(processors) else None


def _sending(kind: TypeEngine[Any]) -> Processor:
    # As text: the driver asks three times of each UUID what it is, and of each value in a list twice.
    if isinstance(kind, Uuid):
        return _hex
    if isinstance(kind, ARRAY):
        if isinstance(kind.item_type, Uuid):
            return _hexes
        if isinstance(kind.item_type, String) and _sending(kind.item_type) is None:
            return _texts
        for of, in_array in _IN_ARRAYS.items():
            if isinstance(kind.item_type, of):
                return partial(_array, in_array, _sending(kind.item_type))
    return kind.dialect_impl(_DIALECT).bind_processor(_DIALECT)


def _receiving(kind: TypeEngine[Any]) -> Processor:
    if isinstance(kind, Float):
        return None  # the driver gives it as it is; SQLAlchemy would want to know which type came
    return kind.dialect_impl(_DIALECT).result_processor(_DIALECT, None)


def _hex(value: UUID | None) -> str | None:
    return None if value is None else f"{value.int:032x}"  # as UUID.hex, without a call


def _hexes(values: Sequence[UUID | None] | None) -> str | None:
    return None if values is None else "{" + ",".join(["NULL" if value is None else f"{value.int:032x}" for value in values]) + "}"


def _texts(values: Sequence[str | None] | None) -> str | None:
    if not values or None in values:
        return _array(_quoted, None, values)
    joined = "\0".join(values)  # type: ignore[arg-type]
    if joined.count("\0") != len(values) - 1:
        return _array(_quoted, None, values)  # the server refuses it
    # Quoted all at once; NUL, which no text of PostgreSQL holds, stands between them meanwhile.
    return '{"' + joined.replace("\\", "\\\\").replace('"', '\\"').replace("\0", '","') + '"}'


def _array(in_array: Callable[[Any], str], sending: Processor, values: Sequence[Any] | None) -> str | None:
    if values is None:
        return None
    sent = values if sending is None else [sending(value) for value in values]
    return "{" + ",".join(["NULL" if value is None else in_array(value) for value in sent]) + "}"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


_IN_ARRAYS: Mapping[type[TypeEngine[Any]], Callable[[Any], str]] = {
    String: _quoted,
    Integer: str,
    Date: date.isoformat,
    DateTime: datetime.isoformat,
}
"""How PostgreSQL reads an element of an array, of the types of which many are sent; lists of any other are left to the driver."""


def _place(bind: BindParameter[Any]) -> tuple[str | None, Processor, Any]:
    processor = _sending(bind.type)
    if bind.required:
        return bind.key, processor, None
    return None, None, processor(bind.effective_value) if processor else bind.effective_value


class Sender:
    """Sends prepared statements in the transaction of one connection."""

    def __init__(self, connection: Connection) -> None:
        line: Any = connection.connection.dbapi_connection
        if not isinstance(line, PipedConnection):
            raise TypeError("this engine's connections are not made by liveness.watch")
        self._connection = connection
        self._line: PipedConnection = line

    @property
    def in_savepoint(self) -> bool:
        """Whether the transaction goes on when the session commits what it has begun."""
        return self._connection.in_nested_transaction()

    def send(self, text: bytes, values: Sequence[Any]) -> Rows:
        """Send a statement. Raises what SQLAlchemy would: DBAPIError and its kinds."""
        return self._send(text, values, None)

    def send_and_commit(self, text: bytes, values: Sequence[Any]) -> Rows:
        """As `send`, and commit the transaction in the same round trip."""
        return self._send(text, values, End.COMMIT)

    def send_and_roll_back(self, text: bytes, values: Sequence[Any]) -> Rows:
        """As `send`, and roll the transaction back in the same round trip."""
        return self._send(text, values, End.ROLLBACK)

    def _send(self, text: bytes, values: Sequence[Any], end: End | None) -> Rows:
        for listener in self._connection.engine.dispatch.before_cursor_execute:
            listener(self._connection, None, text.decode(), values, None, False)
        try:
            return self._line.ask(text, values, end=end)
        except psycopg.Error as error:
            raise self._told(error, text.decode()) from error

    def commit(self) -> None:
        """Commit what is not committed yet. Raises as `send` does."""
        try:
            self._line.commit()
        except psycopg.Error as error:
            raise self._told(error, "COMMIT") from error

    def _told(self, error: psycopg.Error, statement: str) -> DBAPIError | BaseException:
        connection = self._connection
        if connection.dialect.is_disconnect(error, connection.connection.dbapi_connection, None):  # type: ignore[arg-type]
            connection.exec_driver_sql("SELECT 1")  # meets the same loss, and tells the pool
        return DBAPIError.instance(statement, None, error, psycopg.Error, hide_parameters=True, dialect=connection.dialect)


class Insertion(Prepared):
    """INSERT of so many rows of a table, which name these columns; the others stay NULL."""

    def __init__(self, table: FromClause, columns: tuple[str, ...], count: int) -> None:
        if not isinstance(table, Table):
            raise TypeError(f"{table} is no table")
        self._in_arrays = count > _FEW_ROWS
        named = [column for column in table.c if column.name in columns]
        super().__init__(_unnested(table, named) if self._in_arrays else _listed(table, named, count))
        self._named = [(column.name, _sending(column.type)) for column in named]

    def sent_rows(self, rows: Sequence[Values]) -> list[Any]:
        """The rows' values in the order of the placeholders."""
        if self._in_arrays:
            return self.sent({name: [row[name] for row in rows] for name, _ in self._named})
        return [row[name] if to is None else to(row[name]) for row in rows for name, to in self._named]


def insertion(table: FromClause, columns: tuple[str, ...], count: int) -> Insertion:
    """The INSERT of so many rows: the same one each time, and one for all numbers of rows that are sent in arrays."""
    return _insertion(table, columns, min(count, _FEW_ROWS + 1))


_insertion = lru_cache(maxsize=1000)(Insertion)


def _listed(table: Table, named: Sequence[Column[Any]], count: int) -> Insert:
    # Every column is written, or SQLAlchemy would put Python-side defaults into the statement.
    rest = {column.name: null() for column in table.c if column not in named}
    return insert(table).values(
        [rest | {column.name: bindparam(f"{column.name}_{row}", type_=column.type) for column in named} for row in range(count)]
    )


def _unnested(table: Table, named: Sequence[Column[Any]]) -> Insert:
    names = [column.name for column in named]
    arrays = [bindparam(column.name, type_=ARRAY(column.type)) for column in named]
    given = func.unnest(*arrays).table_valued(*names, name=f"sent_{table.name}").render_derived()
    return insert(table).from_select(names, select(*given.c), include_defaults=False)


class Change(NamedTuple):
    """A change that is yet to be sent, with its values."""

    statement: Prepared
    values: Values


@lru_cache(maxsize=100)
def beside(change: Prepared, query: Prepared) -> bytes:
    """A query together with a change that returns a row when it was made: one more column tells whether. The query does not see it."""
    return b"WITH change AS (%b) SELECT asked.*, EXISTS (SELECT FROM change) FROM (%b) AS asked" % (change.text, query.text)


@lru_cache(maxsize=1000)
def joined(statements: tuple[Prepared, ...]) -> bytes:
    """Several changes as one statement, in one round trip. None of them may need to see what another one does."""
    *others, last = (statement.text for statement in statements)
    if not others:
        return last
    return b"WITH %b %b" % (b", ".join(b"change_%d AS (%b)" % change for change in enumerate(others)), last)
