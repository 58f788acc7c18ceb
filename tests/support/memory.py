"""The beginning that most tests share (a street, its officers, a team and who leads it) is made by the front door once in some minutes;
in between, its rows are put back as they were written."""

from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from apiflask import APIFlask
from psycopg import Connection, sql

from backend.foundation import clock
from backend.foundation.database import db
from backend.tables import METADATA
from tests.support.phone import Phone

T = TypeVar("T")

AREAS = "areas"
GOOD_FOR = timedelta(minutes=5)
"""By the clock of the tests: an access token holds for longer."""


class Recall(Protocol):
    """Gives what is called so: as it is remembered, or made now."""

    def __call__(self, name: str, make: Callable[[], T]) -> T: ...


def made_now(name: str, make: Callable[[], T]) -> T:
    """Remembers nothing."""
    return make()


@dataclass
class _Remembered:
    given: Any
    statements: sql.Composed


class Memory:
    """What was made together, in one order: so whoever is older here is older in every test."""

    def __init__(self, app: APIFlask) -> None:
        self._app = app
        self._made_at: datetime | None = None
        self._kept: dict[str, _Remembered] = {}
        self._standing: Rows = {}

    def is_fresh(self) -> bool:
        """Whether what is remembered could have been made in these minutes."""
        return self._made_at is not None and timedelta() <= clock.now() - self._made_at < GOOD_FOR

    def learn(self, make_all: Callable[[Recall], object]) -> None:
        """Remember all that `make_all` makes by a recall, in an empty database."""
        self._kept, self._made_at, self._standing = {}, clock.now(), _rows()
        make_all(self._learnt)

    def _learnt(self, name: str, make: Callable[[], T]) -> T:
        given = make()
        before, self._standing = self._standing, _rows()
        self._kept[name] = _Remembered(given, _insert(_new(before, self._standing)))
        return given

    def of_a_test(self) -> Recall:
        """A recall for one test, which begins with an empty database: each name once, a second of that name is made; and none
        before the areas, in which all of them are."""
        left = dict(self._kept)

        def recall(name: str, make: Callable[[], T]) -> T:
            if name not in left or not self.is_fresh() or (AREAS in left and name != AREAS):
                return make()
            known = left.pop(name)
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                _driver(connection).execute(known.statements)
            given: T = self._revived(known.given)
            return given

        return recall

    def _revived(self, given: Any) -> Any:
        if isinstance(given, tuple):
            return tuple(map(self._revived, given))
        if not isinstance(given, Phone):
            return copy(given)
        phone = copy(given)
        phone.client, phone.card = self._app.test_client(use_cookies=False), dict(given.card)
        return phone


Rows = dict[str, dict[str, str]]
"""Of each table its rows as JSON, by where they lie."""


def _driver(connection: Any) -> Connection[Any]:
    driver: Connection[Any] = connection.connection.driver_connection
    return driver


def _rows() -> Rows:
    found: Rows = {name: {} for name in METADATA.tables}
    with db.engine.connect() as connection:
        for name, place, row in _driver(connection).execute(_ALL):
            found[name][place] = row
    return found


def _new(before: Rows, after: Rows) -> Iterable[tuple[str, list[str]]]:
    """The rows of `after` that were not there; all others must stand as they stood, or another test could not begin without them."""
    for name, rows in after.items():
        gone = before[name].items() - rows.items()
        assert not gone, f"a row of {name} was changed, which cannot be remembered: {gone}"
        yield name, [row for place, row in rows.items() if place not in before[name]]


_ALL = sql.SQL(" UNION ALL ").join(
    sql.SQL("SELECT {}, ctid::text, to_jsonb(row)::text FROM {} row").format(sql.Literal(table.name), sql.Identifier(table.name))
    for table in METADATA.sorted_tables
)
_PUT_BACK = sql.SQL("INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, {rows})")


def _insert(new: Iterable[tuple[str, list[str]]]) -> sql.Composed:
    """One text for one trip; as a replica, for what the triggers and keys guard was right when it was written."""
    statements = [
        _PUT_BACK.format(
            table=sql.Identifier(name),
            names=sql.SQL(", ").join(sql.Identifier(column.name) for column in METADATA.tables[name].columns if column.computed is None),
            rows=sql.Literal(f"[{','.join(rows)}]"),
        )
        for name, rows in new
        if rows
    ]
    as_replica = [sql.SQL("SET session_replication_role = replica"), *statements, sql.SQL("SET session_replication_role = origin")]
    return sql.SQL("; ").join(as_replica)
