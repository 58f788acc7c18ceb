"""Sends hot statements: prepared on the server, several in one round trip, below psycopg's cursors.

A round trip costs a claim more than the statement that it carries (docs/performance.md). So the first statement of a transaction takes
BEGIN along, and the last one may take COMMIT. psycopg's own pipeline waits for BEGIN by itself, and its rollback forgets every prepared
statement, while most requests of a rush at one place end in one; so this stands on its `pq`, and not on cursors.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from enum import Enum, IntEnum, auto
from functools import cached_property, lru_cache
from itertools import count
from typing import Any, NamedTuple, ParamSpec, Self, TypeVar

import psycopg
from psycopg import abc, errors, generators
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.rows import RowFactory, tuple_row

PLANNED_BY_VALUES = "search_wanted("
"""What stands in a statement that searches (search.py). A word that none has wants the index of words, one that all have the order of the
list; the plan that serves for any word took 5 s for the latter at 100,000 rows."""
_MOST_PREPARED = 200
_STALE = ("0A000", "26000")
"""How the server says that a migration changed what a prepared statement gives, or that it has none of this name."""

Rows = list[tuple[Any, ...]]
Found = TypeVar("Found")
P = ParamSpec("P")


class _Statement(NamedTuple):
    """What is prepared: a text with numbered placeholders, for values of these types."""

    text: bytes
    types: tuple[int, ...]


class _Part(IntEnum):
    """What one round trip may hold."""

    BEGIN = auto()
    PREPARE = auto()
    FORGET = auto()
    ASK = auto()
    END = auto()


class End(Enum):
    """How a transaction ends in the round trip of its last statement."""

    COMMIT = b"COMMIT"
    ROLLBACK = b"ROLLBACK"


class _Cursor(psycopg.Cursor[Any]):
    """Prepares what is sent often, but not what is planned well only by its values: PostgreSQL makes one plan for all values in the end."""

    def execute(self, query: Any, params: Any = None, *, prepare: bool | None = None, binary: bool | None = None) -> Self:
        """As psycopg's."""
        if isinstance(query, str) and PLANNED_BY_VALUES in query:
            prepare = False
        return super().execute(query, params, prepare=prepare, binary=binary)


class PipedConnection(psycopg.Connection[Any]):
    """A connection that also sends a statement in one round trip with the begin and the end of its transaction."""

    _named = 0
    _server_keeps_ours = False

    def __init__(self, pgconn: PGconn, row_factory: RowFactory[Any] = tuple_row) -> None:
        super().__init__(pgconn, row_factory)
        self.cursor_factory = _Cursor
        self._names: OrderedDict[_Statement, bytes] = OrderedDict()

    def ask(self, text: bytes, values: Sequence[Any], *, end: End | None = None) -> Rows:
        """Send a statement, whose placeholders are `%s`, and give its rows. A transaction is begun where there is none.

        `end`: how it ends in the same round trip, unless the statement fails. Raises psycopg.Error.
        """
        transformer = self._transformer
        sent = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
        statement = _Statement(_numbered(text), transformer.types or ())
        results = self._undisturbed(self._travel, statement, sent, transformer.formats, end)
        self._raise_first_failure(statement, results)
        answer = results[_Part.ASK]
        if answer.status != ExecStatus.TUPLES_OK:
            return []
        transformer.set_pgresult(answer)
        rows = transformer.load_rows(0, answer.ntuples, tuple)
        transformer.set_pgresult(None)  # or the answer stays in memory for as long as the connection rests
        return rows

    @cached_property
    def _transformer(self) -> abc.Transformer:
        # The same for all statements: a new one would look up anew how values of each type are sent and read. Made at the first of them and
        # no sooner: psycopg makes a connection first, and tells it then which adapters its opener wants.
        return Transformer(self)

    def commit(self) -> None:
        """As psycopg's, at once where there is nothing to commit: SQLAlchemy asks for it after `End.COMMIT` too."""
        if self.pgconn.transaction_status != TransactionStatus.IDLE:
            super().commit()

    def rollback(self) -> None:
        """As psycopg's, which has everything prepared anew afterwards; but here only after an error.

        PostgreSQL keeps what is prepared over a rollback, and most are those of a refusal. Where there is nothing to roll back, which the
        pool asks for each time, nothing is sent.
        """
        match self.pgconn.transaction_status:
            case TransactionStatus.IDLE:
                return
            case TransactionStatus.INTRANS:
                self._undisturbed(self._send_rollback)
            case _:
                super().rollback()
                if self._server_keeps_ours:
                    self.wait(self._deallocate(None))

    def _deallocate(self, name: bytes | None) -> PQGen[None]:
        # After ROLLBACK TO, DROP or ALTER over a cursor psycopg has the server forget all that is prepared, ours as well.
        if name is None:
            self._names.clear()
            self._server_keeps_ours = False
        yield from super()._deallocate(name)

    def _undisturbed(self, exchange: Callable[P, Found], *with_what: P.args, **named: P.kwargs) -> Found:
        """What an exchange with the server gives. Whatever disturbs it closes the connection: something may still be under way on it."""
        if self.closed:
            raise psycopg.OperationalError("the connection is closed")
        try:
            return exchange(*with_what, **named)
        except BaseException:
            self.close()
            raise

    def _travel(self, statement: _Statement, values: Any, formats: Any, end: End | None) -> dict[_Part, PGresult]:
        """Send a statement and whatever goes with it in one round trip, and give the result of each."""
        pgconn, name = self.pgconn, self._names.get(statement)
        idle = pgconn.transaction_status == TransactionStatus.IDLE
        if name is not None and not idle and end is None:
            self._names.move_to_end(statement)
            pgconn.send_query_prepared(name, values, formats)
            return {_Part.ASK: self.wait(generators.execute(pgconn))[0]}
        pgconn.enter_pipeline_mode()
        parts = []
        if idle:
            pgconn.send_query_params(b"BEGIN", None)
            parts.append(_Part.BEGIN)
        if name is None:
            parts += self._prepare(statement)
        self._names.move_to_end(statement)
        pgconn.send_query_prepared(self._names[statement], values, formats)
        parts.append(_Part.ASK)
        if end is not None:
            pgconn.send_query_params(end.value, None)
            parts.append(_Part.END)
        pgconn.pipeline_sync()
        results = self.wait(_results(pgconn, len(parts) + 1))
        pgconn.exit_pipeline_mode()
        return dict(zip(parts, results, strict=False))  # the last one is the end of the pipeline

    def _prepare(self, statement: _Statement) -> list[_Part]:
        names = self._names
        self._named += 1
        self._server_keeps_ours = True
        names[statement] = b"ejia_%d" % self._named
        self.pgconn.send_prepare(names[statement], statement.text, statement.types)
        if len(names) <= _MOST_PREPARED:
            return [_Part.PREPARE]
        self.pgconn.send_query_params(b"DEALLOCATE " + names.popitem(last=False)[1], None)
        return [_Part.PREPARE, _Part.FORGET]

    def _send_rollback(self) -> list[PGresult]:
        self.pgconn.send_query(b"ROLLBACK")
        results: list[PGresult] = self.wait(generators.execute(self.pgconn))
        return results

    def _raise_first_failure(self, statement: _Statement, results: dict[_Part, PGresult]) -> None:
        for result in results.values():
            if result.status == ExecStatus.FATAL_ERROR:
                error = errors.error_from_result(result, encoding=self.info.encoding)
                preparing = results.get(_Part.PREPARE)
                never_prepared = preparing is not None and preparing.status != ExecStatus.COMMAND_OK
                if never_prepared or error.sqlstate in _STALE:
                    self._names.pop(statement, None)
                raise error


def _results(pgconn: PGconn, commands: int) -> PQGen[list[PGresult]]:
    """Wait for what was sent, and for one result of each command. By psycopg's generators, which keep the interpreter's lock: let go with
    each question whether something has come, it went to another thread of the web server, and a claim waited for it twenty times."""
    results: list[PGresult] = yield from generators.execute(pgconn)
    for _ in range(commands - 1):
        results += yield from generators.fetch_many(pgconn)
    return results


@lru_cache(maxsize=1000)
def _numbered(text: bytes) -> bytes:
    """A text with `%s` for each value, and `%%` for a percent sign, as the server takes it."""
    number = count(1)
    return re.sub(rb"%[%s]", lambda found: b"%" if found[0] == b"%%" else b"$%d" % next(number), text)
