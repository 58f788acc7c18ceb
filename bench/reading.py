"""Times reads, one request after the other: over HTTP, and the same statement by hand."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy import event

from backend.foundation.database import db
from backend.foundation.wire import PLANNED_BY_VALUES
from bench import load
from bench.load import percentile
from bench.machine import Machine
from bench.results import Result, compared

Waits = tuple[float, ...]
"""Seconds, one of each read."""


def over_http(port: int, path: str, token: str = "", *, cookie: str = "", reads: int) -> Callable[[], Waits]:
    """Ask for a path, and again when the answer is there. Raises RuntimeError for any answer but 200."""
    asked = load.request("GET", path, token=token, cookie=cookie)

    def run() -> Waits:
        outcome = load.fire(port, [asked] * reads, connections=1)
        if outcome.statuses != {200: reads}:
            raise RuntimeError(f"unexpected answers to {path}: {outcome.statuses}: {outcome.last!r}")
        return outcome.waits

    return run


def answer_to(port: int, path: str, token: str = "", *, cookie: str = "") -> bytes:
    """The body that a path answers."""
    return load.fire(port, [load.request("GET", path, token=token, cookie=cookie)], connections=1).last


def by_hand(connection: psycopg.Connection, statement: str, values: Mapping[str, Any], *, reads: int) -> Callable[[], Waits]:
    """Execute a statement and fetch its rows; prepared where the product prepares it."""
    return by_hand_one_after_the_other(connection, [(statement, values)], reads=reads)


def by_hand_one_after_the_other(
    connection: psycopg.Connection, statements: Sequence[tuple[str, Mapping[str, Any]]], *, reads: int
) -> Callable[[], Waits]:
    """The same for several, timed together."""
    prepared = [(statement, values, False if PLANNED_BY_VALUES in statement else None) for statement, values in statements]

    def run() -> Waits:
        waits = []
        for _ in range(reads):
            began = time.perf_counter()
            for statement, values, prepare in prepared:
                connection.execute(statement, values, prepare=prepare).fetchall()
            waits.append(time.perf_counter() - began)
        return tuple(waits)

    return run


def all_sent(machine: Machine, path: str, cookie: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The statements that the product sends for a page, but for the prepared one that asks who calls; and their values."""
    return _sent(machine, path, {"Cookie": cookie}, lambda statement, _: statement.lstrip().startswith(("SELECT", "WITH")))


def sent(machine: Machine, path: str, token: str, wanted: Callable[[str, Mapping[str, Any]], bool]) -> tuple[str, Mapping[str, Any]]:
    """The one statement of this kind that the product sends for a path, and its values."""
    [statement] = _sent(machine, path, {"Authorization": f"Bearer {token}"}, wanted)
    return statement


def _sent(
    machine: Machine, path: str, headers: Mapping[str, str], wanted: Callable[[str, Mapping[str, Any]], bool]
) -> list[tuple[str, Mapping[str, Any]]]:
    found: list[tuple[str, Mapping[str, Any]]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if isinstance(parameters, dict) and wanted(statement, parameters):
            found.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    machine.app.test_client(use_cookies=False).get(path, headers=headers)
    event.remove(db.engine, "before_cursor_execute", note)
    return found


def waits_compared(name: str, values: list[Waits], floors: list[Waits], *, aim: float | None = None) -> list[Result]:
    """The median of the waits and their slowest in a hundred; the aim is of the median."""
    return [
        compared(
            f"{name}, {label}",
            [percentile(one, share) for one in values],
            [percentile(one, share) for one in floors],
            unit="ms",
            aim=aim if share == 0.5 else None,
        )
        for label, share in (("p50", 0.5), ("p99", 0.99))
    ]
