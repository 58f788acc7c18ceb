"""How hot statements travel: prepared on the server, several in one round trip, below psycopg's cursors.

A round trip costs a claim more than the statement that it carries (docs/performance.md). So the first statement of a transaction takes
BEGIN along, and the last one may take COMMIT. psycopg's own pipeline waits for BEGIN by itself, and its rollback forgets every prepared
statement, while most requests of a rush at one place end in one; so this stands on its `pq`, and not on cursors.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

import psycopg
from psycopg import errors, generators
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

_MOST_PREPARED = 200
_STALE = ("0A000", "26000")
"""How the server says that a migration changed what a prepared statement gives, or that it has none of this name."""
_IN_TRANSACTION = (TransactionStatus.INTRANS, TransactionStatus.INERROR)

Rows = list[tuple[Any, ...]]


class _Kind(NamedTuple):
    """What is prepared: a text with numbered placeholders, for values of these types."""

    text: bytes
    types: tuple[int, ...] = ()


class _Statement(NamedTuple):
    """A statement with its values as they travel."""

    kind: _Kind
    values: Sequence[Any] | None = None
    formats: Sequence[Any] | None = None


_BEGIN, _COMMIT, _ROLLBACK = (_Statement(_Kind(text)) for text in (b"BEGIN", b"COMMIT", b"ROLLBACK"))


class PipedConnection(psycopg.Connection[Any]):
    """A connection that also sends a statement in one round trip with the begin and the end of its transaction."""

    _prepared_names: "OrderedDict[_Kind, bytes] | None" = None
    _named = 0

    def ask(self, text: bytes, values: Sequence[Any], *, and_commit: bool = False) -> Rows:
        """Send a statement, whose placeholders are `%s`, and give its rows. A transaction is begun where there is none.

        `and_commit`: it is committed in the same round trip, unless the statement fails. Raises psycopg.Error.
        """
        transformer = Transformer(self)
        sent = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
        asked = _Statement(_Kind(_numbered(text), transformer.types or ()), sent, transformer.formats)
        begin = (_BEGIN,) if self.pgconn.transaction_status == TransactionStatus.IDLE else ()
        answer = self._travel(*begin, asked, *((_COMMIT,) if and_commit else ()))[len(begin)]
        if answer.status != ExecStatus.TUPLES_OK:
            return []
        transformer.set_pgresult(answer)
        return transformer.load_rows(0, answer.ntuples, tuple)

    def commit(self) -> None:
        """As psycopg's, at once where there is nothing to commit: SQLAlchemy asks for it after `and_commit` too."""
        if self.pgconn.transaction_status != TransactionStatus.IDLE:
            super().commit()

    def rollback(self) -> None:
        """As psycopg's, without forgetting what is prepared, for PostgreSQL keeps it over a rollback; the pool asks for one each time."""
        status = self.pgconn.transaction_status
        if status in _IN_TRANSACTION:
            self._travel(_ROLLBACK)
        elif status != TransactionStatus.IDLE:
            super().rollback()

    def _deallocate(self, name: bytes | None) -> PQGen[None]:
        # After ROLLBACK TO, DROP or ALTER over a cursor psycopg has the server forget all that is prepared, ours as well.
        if name is None:
            self._prepared_names = None
        yield from super()._deallocate(name)

    def _travel(self, *statements: _Statement) -> list[PGresult]:
        """Send statements in one round trip, and give the result of each.

        Raises psycopg.Error for the first that fails; none after it is carried out.
        """
        if self.closed:
            raise psycopg.OperationalError("the connection is closed")
        fresh = [statement.kind for statement in statements if statement.kind not in self._names]
        try:
            results = self._together(statements) if fresh or len(statements) > 1 else self._alone(statements[0])
        except BaseException:
            self.close()  # something may still be under way on it
            raise
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                error = errors.error_from_result(result, encoding=self.info.encoding)
                self._forget(self._names if error.sqlstate in _STALE else fresh)
                raise error
        return results

    def _forget(self, kinds: Iterable[_Kind]) -> None:
        """Send these under another name the next time, for they may not be prepared, or no longer as the tables are."""
        for kind in list(kinds):
            self._names.pop(kind, None)

    def _alone(self, statement: _Statement) -> list[PGresult]:
        self._send(statement)
        results: list[PGresult] = self.wait(generators.execute(self.pgconn))
        return results

    def _together(self, statements: Sequence[_Statement]) -> list[PGresult]:
        self.pgconn.enter_pipeline_mode()
        sent = [self._send(statement) for statement in statements]
        self.pgconn.pipeline_sync()
        results = self.wait(_results(self.pgconn, sum(sent) + 1))
        self.pgconn.exit_pipeline_mode()
        failed = [result for result in results if result.status == ExecStatus.FATAL_ERROR]
        return failed or [results[last - 1] for last in accumulate(sent)]

    def _send(self, statement: _Statement) -> int:
        """Send a statement, and what must go before it to have it prepared; gives how many commands these were."""
        names, kind = self._names, statement.kind
        before = 0
        if kind not in names:
            self._named += 1
            names[kind] = b"ejia_%d" % self._named
            self.pgconn.send_prepare(names[kind], kind.text, kind.types)
            before += 1
            if len(names) > _MOST_PREPARED:
                self.pgconn.send_query_params(b"DEALLOCATE " + names.popitem(last=False)[1], None)
                before += 1
        names.move_to_end(kind)
        self.pgconn.send_query_prepared(names[kind], statement.values, statement.formats)
        return before + 1

    @property
    def _names(self) -> "OrderedDict[_Kind, bytes]":
        if self._prepared_names is None:
            self._prepared_names = OrderedDict()
        return self._prepared_names


def _results(pgconn: PGconn, count: int) -> PQGen[list[PGresult]]:
    """Wait for what was sent, and for one result of each command. By psycopg's generators, which keep the interpreter's lock: let go with
    each question whether something has come, it went to another thread of the web server, and a claim waited for it twenty times."""
    results: list[PGresult] = yield from generators.execute(pgconn)
    for _ in range(count - 1):
        results += yield from generators.fetch_many(pgconn)
    return results


@lru_cache(maxsize=1000)
def _numbered(text: bytes) -> bytes:
    """A text with `%s` for each value, as the server takes it."""
    first, *rest = text.split(b"%s")
    return (first + b"".join(b"$%d%b" % (number, part) for number, part in enumerate(rest, 1))).replace(b"%%", b"%")
