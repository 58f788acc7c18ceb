"""Notices a database server that hangs, so that nobody waits for it for long.

One that is stopped says so at once: the connection breaks. One that hangs (a machine that swaps, a disk that stalls, a cable that was
pulled) says nothing, and the limits of `statement_timeout` are its own: it would have to run to keep them. So whoever hears nothing for
a while asks over a second line whether anybody is there, and once nobody is, one caller at a time tries to reach the server while all
others are turned away at once.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg import errors
from psycopg.abc import PQGen
from psycopg.conninfo import make_conninfo
from psycopg.pq import PGconn, Ping
from psycopg.waiting import Ready
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from backend.foundation.wire import PipedConnection

SILENCE = 2.0
"""Seconds without an answer after which the server is asked whether it is there; a statement that is only slow goes on."""
PATIENCE = 2
"""Seconds that it then has; the least that psycopg takes."""

T = TypeVar("T")


class ServerSilent(psycopg.OperationalError):
    """Nobody answered for too long, or did a moment ago and somebody else is looking."""


class Gate:
    """Whether the server was there when it was last needed. While it was not, one thread at a time tries to reach it."""

    def __init__(self) -> None:
        self.shut = False
        self._trying = threading.Lock()

    def turn_away(self) -> None:
        """Raises ServerSilent while somebody else is trying."""
        if self.shut and self._trying.locked():
            raise ServerSilent("the server did not answer a moment ago")

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Around a try to connect: success opens the gate, silence shuts it. Raises ServerSilent while somebody else is trying."""
        alone = self.shut
        if alone and not self._trying.acquire(blocking=False):
            raise ServerSilent("the server did not answer a moment ago")
        try:
            yield
            self.shut = False
        except errors.ConnectionTimeout:
            self.shut = True
            raise
        finally:
            if alone:
                self._trying.release()


def server_answers(address: str) -> bool:
    """Whether a server is there: it lets us in, or says with an SQLSTATE why it does not (too many are connected, it is going down)."""
    try:
        psycopg.connect(address).close()
    except errors.ConnectionTimeout:
        return False
    except psycopg.OperationalError:
        # psycopg has only the text of a refusal, and that is in the server's language. libpq's own ping knows the SQLSTATE. It keeps the
        # interpreter's lock until it has its answer; so it is not asked first, but only of an address that has just said no at once.
        return PGconn.ping(address.encode()) in (Ping.OK, Ping.REJECT)
    return True


class WatchedConnection(PipedConnection):
    """Gives up on a server that neither answers nor can be reached anew."""

    gate: Gate | None = None

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """As psycopg waits, but not on a server that hangs. Raises ServerSilent; the connection is closed then."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        begun = gen
        while True:
            try:
                return super().wait(begun, interval, SILENCE)
            except errors._WaitTimeout:
                if not self._server_is_there():
                    if self.gate is not None:
                        self.gate.shut = True
                    self.close()
                    raise ServerSilent("the server does not answer") from None
                begun = _continued(gen)  # of the first one each time: a wrapper of wrappers ends at a thousand

    def _server_is_there(self) -> bool:
        if self.gate is not None and self.gate.shut:
            return False  # somebody else has just found out
        return server_answers(make_conninfo(self.info.dsn, password=self.info.password or None, connect_timeout=PATIENCE))


def _continued(gen: PQGen[T]) -> PQGen[T]:
    """A generator that was left while it waited, as one that can be begun."""
    try:
        state = gen.send(Ready.NONE)
        while True:
            state = gen.send((yield state))
    except StopIteration as end:
        found: T = end.value
        return found


def watch(engine: Engine) -> None:
    """Let the connections of an engine be watched, and its callers be turned away while the server is not there."""
    gate = Gate()

    def connect(_dialect: Dialect, _record: ConnectionPoolEntry, arguments: list[Any], parameters: dict[str, Any]) -> WatchedConnection:
        with gate.attempt():
            connection = WatchedConnection.connect(*arguments, **parameters)
        connection.gate = gate
        return connection

    def taken(_connection: DBAPIConnection, _record: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
        gate.turn_away()
        if gate.shut:
            raise DisconnectionError  # whatever lay in the pool is not trusted: a new connection tells

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkout", taken)
