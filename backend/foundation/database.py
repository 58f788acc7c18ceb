"""The database: base class of all tables, names of constraints, and the transaction that the edge opens.

PostgreSQL (16 or newer) is the only one. A service function changes rows through `db.session` and never commits; views, tasks and
commands do, by `transaction()`.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, NoReturn
from uuid import UUID

import flask_sqlalchemy.session
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Enum,
    FromClause,
    MetaData,
    Select,
    Text,
    TypeDecorator,
    Uuid,
    any_,
    delete,
    event,
    literal,
    text,
    tuple_,
)
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError, MultipleResultsFound
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, SessionTransaction, mapped_column, registry
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from backend.foundation import clock
from backend.foundation.errors import Refusal
from backend.foundation.ids import new_id
from backend.foundation.statements import Change, Prepared, Sender, Values, beside, insertion, joined

Column = ColumnElement[Any] | InstrumentedAttribute[Any]
"""What a statement may name: a column of a model, or any expression."""

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
    """The session of a unit of work; it may hold changes back until just before its commit (`write_at_commit`, `run_at_commit`).

    Prepared statements that come first have a connection to themselves (`_line`), and SQLAlchemy's own transaction is not begun: that cost
    a claim a thirteenth of its processor time. Asked for anything else, the session joins that connection. To load, add or change a row it
    begins its transaction, so nothing waits for a commit where there is none.
    """

    _held: "_Held | None" = None
    _sender: Sender | None = None
    _line: Connection | None = None
    _given_up = False
    _bound_to: Engine | Connection | None = None

    def get_bind(self, *_: Any, **__: Any) -> Engine | Connection:
        """The one database, for whatever is asked: by the connection of the prepared statements, where they have one."""
        self._refuse_what_was_given_up()
        return self._line or self._database

    @property
    def _database(self) -> Engine | Connection:
        # Looked up once in the life of a session.
        if self._bound_to is None:
            self._bound_to = super().get_bind()
        return self._bound_to

    def commit(self) -> None:
        """As SQLAlchemy's, and what is held back goes with it."""
        if self._line is None or self.in_transaction():
            super().commit()
            return
        self.send_held(and_commit=True)
        self.sender.commit()
        self.let_go()

    def rollback(self) -> None:
        """As SQLAlchemy's, and what is held back is dropped."""
        super().rollback()
        self.forget_held()
        self.let_go()

    def close(self) -> None:
        """As SQLAlchemy's, and what is held back is dropped."""
        super().close()
        self.forget_held()
        self.let_go()

    def begin_nested(self) -> SessionTransaction:
        """Begin a savepoint; what was held back until now does not go with its rollback."""
        self.flush()
        self.send_held()
        self.forget_sender()  # the savepoint is sent when the session is next asked for its connection
        return super().begin_nested()

    @property
    def held(self) -> "_Held":
        """What waits for `send_held`."""
        if self._held is None:
            self._held = _Held()
        return self._held

    def send_held(self, *, and_commit: bool = False) -> None:
        """Send all that is held back, in one statement; and commit in the same round trip where asked, unless it ends a savepoint only.

        Raises the refusals that were named with it.
        """
        held, self._held = self._held, None
        if held is not None:
            try:
                held.send(self.sender, and_commit=and_commit and self._commits_all())
            except IntegrityError as error:
                _refuse(error, held.refusals)

    def _commits_all(self) -> bool:
        """Whether its commit ends the transaction: not that of a savepoint, nor within a transaction that somebody else began."""
        return not self.sender.in_savepoint and isinstance(self._database, Engine)

    def forget_held(self) -> None:
        """Drop what is held back: its transaction or savepoint was rolled back."""
        self._held = None

    @property
    def sender(self) -> Sender:
        """The connection for prepared statements, in the session's transaction."""
        self._refuse_what_was_given_up()
        if self._sender is None:
            self._sender = Sender(self.connection() if self.in_transaction() else self._own_line())
        return self._sender

    def _own_line(self) -> Connection:
        if self._line is None:
            database = self._database
            if isinstance(database, Connection):
                return self.connection()  # somebody else's, and so is its transaction
            self._line = database.connect()
        return self._line

    def send_and_give_up(self, text: bytes, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Send a prepared statement after which only `rollback` is left: in the same round trip, where nobody else takes part in the
        transaction. Whatever goes on nevertheless, or commits, raises RuntimeError."""
        sender = self.sender
        if self._line is None or self.in_transaction():
            return sender.send(text, values)
        rows = sender.send_and_roll_back(text, values)
        self._given_up = True
        return rows

    def _refuse_what_was_given_up(self) -> None:
        if self._given_up:
            raise RuntimeError("the transaction was given up with what was asked last")

    def forget_sender(self) -> None:
        """What it was asked for stands at another place now: a savepoint was begun or ended."""
        self._sender = None

    def let_go(self) -> None:
        """The transaction is over, or rolled back hereby; the next one may have another connection."""
        line, self._line, self._sender, self._given_up = self._line, None, None, False
        if line is not None:
            line.close()


@dataclass
class _Held:
    """Rows by table and named columns, other changes, and the constraints that may refuse them."""

    rows: dict[tuple[FromClause, tuple[str, ...]], list[Values]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    refusals: dict[str, type[Refusal]] = field(default_factory=dict)

    def send(self, sender: Sender, *, and_commit: bool) -> None:
        statements: list[Prepared] = []
        values: list[Any] = []
        for (table, columns), rows in self.rows.items():
            statement = insertion(table, columns, len(rows))
            statements.append(statement)
            values += statement.sent_rows(rows)
        for change in self.changes:
            statements.append(change.statement)
            values += change.statement.sent(change.values)
        send = sender.send_and_commit if and_commit else sender.send
        send(joined(tuple(statements)), values)


@event.listens_for(Session, "before_commit")
def _send_held(session: Session) -> None:
    session.flush()  # what came after the commit would be in a transaction of its own
    session.send_held(and_commit=True)


@event.listens_for(Session, "after_soft_rollback")
def _forget_held(session: Session, _: SessionTransaction) -> None:
    session.forget_held()


@event.listens_for(Session, "after_transaction_end")
def _forget_sender(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.let_go()
    else:
        session.forget_sender()


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
        _session().commit()
    except BaseException:
        _session().rollback()
        raise


def write_at_commit(rows: Mapping[type[Base], Sequence[Values]], refusals: Mapping[str, type[Refusal]] | None = None) -> None:
    """Insert rows just before the transaction commits, together with whatever else waits for that: one round trip for all of it.

    For rows that nobody reads before the commit; what is None need not be sent. They go with a rollback, and with that of the
    savepoint they came in. A constraint named here that refuses them becomes its refusal, raised at the commit.
    """
    held = _session().held
    for model, of_model in rows.items():
        table = model.__table__
        for row in of_model:
            columns = tuple([name for name, value in row.items() if value is not None])
            held.rows.setdefault((table, columns), []).append(row)
    if refusals:
        held.refusals.update(refusals)


def run_at_commit(change: Prepared, **values: Any) -> None:
    """Send a change with the rows of `write_at_commit`. It sees none of them, and its conditions are asked when it is sent."""
    _session().held.changes.append(Change(change, values))


def send_held_back() -> None:
    """Send what waits for the commit, for who reads what it changes."""
    session = _session()
    session.flush()
    session.send_held()


def run(statement: Prepared, **values: Any) -> list[Any]:
    """Send a prepared statement in the session's transaction, and give its rows. What the session has yet to flush is not flushed."""
    return statement.read(_session().sender.send(statement.text, statement.sent(values)))


def run_beside(change: Change, query: Prepared, **values: Any) -> tuple[list[Any], bool]:
    """As `run`, with a change in the same round trip, and whether that was made (as it would be alone). False as well without a row."""
    text = beside(change.statement, query)
    rows = _session().sender.send(text, change.statement.sent(change.values) + query.sent(values))
    return query.read([row[:-1] for row in rows]), bool(rows) and rows[0][-1]


def run_one(statement: Prepared, **values: Any) -> Any | None:
    """As `run`, for at most one row: the row, or None."""
    return _one(run(statement, **values))


def _one(rows: list[Any]) -> Any | None:
    if len(rows) > 1:
        raise MultipleResultsFound(f"{len(rows)} rows where one was asked for")
    return rows[0] if rows else None


def run_one_and_give_up(statement: Prepared, **values: Any) -> Any | None:
    """As `run_one`, for who is about to refuse: what was done so far is taken back in the same round trip where that can be.

    The refusal must leave the transaction: whatever goes on in it raises RuntimeError.
    """
    return _one(statement.read(_session().send_and_give_up(statement.text, statement.sent(values))))


def _session() -> Session:
    session = db.session.registry()
    if not isinstance(session, Session):
        raise TypeError("the session of this process is another one")
    return session


def delete_some(model: type[Base], keys: Select[*tuple[Any, ...]]) -> int:
    """Delete the rows of these primary keys; returns how many there were."""
    primary = list(model.__table__.primary_key)
    gone = delete(model).where(tuple_(*primary).in_(keys)).returning(*primary).execution_options(synchronize_session=False)
    return len(db.session.execute(gone).all())


def allow_long_statements() -> None:
    """Lift, until this transaction ends, the limit that a request's statements have: a load or a rebuild takes what it takes."""
    db.session.execute(text("SET LOCAL statement_timeout = 0"))


def read_as_of_now() -> None:
    """Let everything that this transaction reads be as it is at this instant: for who reads a list page by page. The first thing in it."""
    db.session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def look_up_by_key() -> None:
    """Leave the planner nothing but indexes until this transaction ends: for a batch that looks all its rows up by key.

    A plan outlives the moment it is made for. The connection keeps those of foreign keys and of prepared statements, and one that was made
    while a table held a few rows reads the whole table, row by row of the batch, until that is next analysed.
    """
    off = ", ".join(f"set_config('{name}', 'off', true)" for name in ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit"))
    db.session.execute(text(f"SELECT {off}"))


@contextmanager
def by_indexes() -> Iterator[None]:
    """Have the planner read meanwhile no table whole that it can look up: for a statement of very many parts.

    Two plans whose costs differ by less than a hundredth are one to it. Where a part is reckoned dear it may therefore read a whole table
    for each row of another, which costs thousands of times as much once there are more of those than it thought.
    """
    db.session.execute(text("SELECT set_config('enable_seqscan', 'off', true)"))
    yield
    db.session.execute(text("SELECT set_config('enable_seqscan', 'on', true)"))


def violated_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that refused a statement: the one way in which the code recognises it."""
    return getattr(getattr(error.orig, "diag", None), "constraint_name", None)


def flush_or_refuse(refusals: Mapping[str, type[Refusal]]) -> None:
    """Send what the session holds; a constraint named here that refuses it becomes its refusal, any other error goes on."""
    with refusing(refusals):
        db.session.flush()


@contextmanager
def refusing(refusals: Mapping[str, type[Refusal]]) -> Iterator[None]:
    """Turn the error of a constraint named here into its refusal; any other error goes on."""
    try:
        yield
    except IntegrityError as error:
        _refuse(error, refusals)


def _refuse(error: IntegrityError, refusals: Mapping[str, type[Refusal]]) -> NoReturn:
    refusal = refusals.get(violated_constraint(error) or "")
    if refusal is None:
        raise error
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


def keep_the_servers_time(engine: Engine, *, seconds: float = 60.0) -> None:
    """Let the clock of this process go by the server's, which is asked when first needed, and again after so many seconds."""
    asked_at = float("-inf")

    def taken(connection: Any, _record: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
        nonlocal asked_at
        if time.monotonic() - asked_at < seconds:
            return
        asked_at = time.monotonic()  # whoever comes meanwhile goes by what is known
        try:
            clock.keep_to(lambda: connection.execute("SELECT clock_timestamp()").fetchone()[0])
            connection.rollback()
        except engine.dialect.loaded_dbapi.Error as error:
            asked_at = float("-inf")
            raise DisconnectionError from error

    event.listen(engine, "checkout", taken)


def is_connection_loss(error: DBAPIError) -> bool:
    """Whether the server went away, as opposed to refusing the statement."""
    return error.connection_invalidated


def as_text(kind: type[StrEnum]) -> Enum:
    """A column type for one of our words: stored by its value as text, read back as the word; the schema may grow without a new type."""
    return Enum(kind, native_enum=False, create_constraint=False, length=40, values_callable=lambda words: [word.value for word in words])


def one_of(column: Column, values: Sequence[Any]) -> ColumnElement[bool]:
    """The column is one of the values, which are sent as one array: the statement is the same for two values and for two thousand."""
    return column == any_(literal(list(values), Uuids() if isinstance(column.type, Uuid) else ARRAY(column.type)))


class Uuids(TypeDecorator[Sequence[UUID]]):
    """Many ids as one array, sent as text: the driver would ask of each in a list, twice, what it is."""

    impl = ARRAY
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(Uuid())

    def bind_processor(self, dialect: Dialect) -> Callable[[Sequence[UUID] | None], str | None]:  # noqa: ARG002 - only one is used
        return lambda ids: None if ids is None else as_array(ids)


def as_array(ids: Iterable[UUID]) -> str:
    """Ids as PostgreSQL reads an array of them."""
    return f"{{{','.join(map(str, ids))}}}"
