"""Savepoints of one connection at the price of few round trips: the walk sets and rolls back tens of thousands of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Connection

from backend.foundation.wire import PipedConnection


@contextmanager
def cheap_savepoints(connection: Connection) -> Iterator[None]:
    """Meanwhile SQLAlchemy's savepoints on this connection are sent below psycopg's cursors.

    Over a cursor each ROLLBACK TO has the server forget every prepared statement (wire.py), so all of them were planned anew at each
    request.
    """
    dialect: Any = connection.engine.dialect
    savepoints = _Savepoints(connection)
    dialect.do_savepoint, dialect.do_rollback_to_savepoint, dialect.do_release_savepoint = (
        savepoints.begin,
        savepoints.roll_back,
        savepoints.release,
    )
    try:
        yield
    finally:
        del dialect.do_savepoint, dialect.do_rollback_to_savepoint, dialect.do_release_savepoint
        savepoints.forget()


class _Savepoints:
    """What SQLAlchemy asks of a dialect. A savepoint is another name of the last one while nothing was sent since, and a release
    waits for the next one: until then it changes nothing."""

    def __init__(self, connection: Connection) -> None:
        connection.exec_driver_sql("SELECT")  # psycopg begins the transaction with the first statement
        line = connection.connection.dbapi_connection
        assert isinstance(line, PipedConnection)
        self._line: Any = line
        self._usual_wait = line.wait
        self._line.wait = self._wait
        self._standing: dict[str, str] = {}
        self._untouched: str | None = None
        self._released: str | None = None

    def forget(self) -> None:
        """Let the connection wait as before."""
        del self._line.wait

    def begin(self, _: Connection, name: str) -> None:
        self._standing[name] = self._untouched or name
        if self._untouched is None:
            self._send(f"SAVEPOINT {name}" if self._released is None else f"RELEASE SAVEPOINT {self._released}; SAVEPOINT {name}")
            self._released, self._untouched = None, name

    def roll_back(self, _: Connection, name: str) -> None:
        standing = self._standing.pop(name)
        if self._untouched != standing:
            self._send(f"ROLLBACK TO SAVEPOINT {standing}")
            self._released, self._untouched = None, standing

    def release(self, _: Connection, name: str) -> None:
        # It stands for a COMMIT, which the server makes a ROLLBACK of, and says nothing, after an error that somebody swallowed.
        assert self._line.pgconn.transaction_status == TransactionStatus.INTRANS, "a release after an error, which lets nothing stand"
        if self._standing.pop(name) == name and self._untouched != name:
            self._released = name

    def _wait(self, *args: Any, **kwargs: Any) -> Any:
        """Whatever else is sent is waited for."""
        self._untouched = None
        return self._usual_wait(*args, **kwargs)

    def _send(self, statements: str) -> None:
        answer = self._line.pgconn.exec_(statements.encode())
        assert answer.status == ExecStatus.COMMAND_OK, answer.error_message
