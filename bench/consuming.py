# ruff: noqa: S608 - every text here is our own
"""Measures a consumer that has fallen behind: service records a second, in batches as the worker takes them."""

import time
from collections.abc import Callable, Iterator
from uuid import UUID

import psycopg

from backend.foundation import clock, outbox
from bench import year
from bench.machine import Machine
from bench.results import Result, compared, interleaved, watched
from tasks.deliver import BATCH

LEAST = 5_000
"""Service records a second that one consumer applies (docs/design.md, Speed)."""
LEAST_OF_BARE = {"statistics": None, "points": 0.12}
"""Of what the bare statement applies."""


def measure(machine: Machine, *, facts: int, rounds: int, say: Callable[[str], None]) -> Iterator[Result]:  # noqa: ARG001 - one of many
    """Confirmations of a year, a part of it in each round, applied by the consumers of statistics and of points, and by hand."""
    in_a_round = max(1, facts // (rounds + 1))
    year.make_services(in_a_round * (rounds + 1), year.make_street(), say=say)
    say(f"consumer: {in_a_round:,} service records in a round")
    with year.connection() as server:
        server.execute(_BY_HAND_TABLES)
        confirmed = [row[0] for row in server.execute("SELECT id FROM service_confirmations ORDER BY id").fetchall()]
        shares = [confirmed[start : start + in_a_round] for start in range(0, len(confirmed), in_a_round)]
        contestants = {
            "statistics": _consumer(server, "statistics", shares),
            "statistics by hand": _by_hand(server, _COUNT, shares),
            "points": _consumer(server, "points", shares),
            "points by hand": _by_hand(server, _BOOK, shares),
        }
        found = interleaved(contestants, rounds=rounds, say=say)
    for consumer in ("statistics", "points"):
        yield watched(f"consumer of {consumer}", found[consumer], unit="records/s", aim=LEAST)
        yield compared(
            f"consumer of {consumer}, of bare statement",
            found[consumer],
            found[f"{consumer} by hand"],
            unit="records/s",
            aim=LEAST_OF_BARE[consumer],
        )


def _consumer(server: psycopg.Connection, name: str, shares: list[list[UUID]]) -> Callable[[], float]:
    """Applies the next share of the year."""
    waiting = iter(shares)

    def run() -> float:
        some = next(waiting)
        server.execute(_HAPPENED, {"ids": some, "consumer": name, "now": clock.now()})
        server.execute("ANALYZE outbox_events, outbox_deliveries")
        taken, began = 0, time.perf_counter()
        while taken < len(some):
            taken += outbox.deliver_batch(name, now=clock.now(), size=BATCH)
        rate = len(some) / (time.perf_counter() - began)
        left = server.execute("SELECT count(*) FROM outbox_deliveries WHERE consumer = %s", [name]).fetchall()[0][0]
        server.execute("TRUNCATE outbox_events, outbox_deliveries")
        if left:
            raise RuntimeError(f"{left} deliveries were not applied")
        return rate

    return run


def _by_hand(server: psycopg.Connection, statement: str, shares: list[list[UUID]]) -> Callable[[], float]:
    waiting = iter(shares)

    def run() -> float:
        some = next(waiting)
        began = time.perf_counter()
        for start in range(0, len(some), BATCH):
            server.execute(statement, {"ids": some[start : start + BATCH], "now": clock.now()})
        return len(some) / (time.perf_counter() - began)

    return run


_HAPPENED = """
WITH events AS (
  INSERT INTO outbox_events (id, name, subject_id, at)
  SELECT gen_random_uuid(), 'service.confirmed', id, %(now)s FROM unnest(%(ids)s::uuid[]) id RETURNING id
)
INSERT INTO outbox_deliveries (event_id, consumer, due_at, attempts) SELECT id, %(consumer)s, %(now)s, 0 FROM events"""

_BY_HAND_TABLES = """
CREATE TABLE bench_cells (area_path text COLLATE "C", dimension text, grain text, period date, rows bigint, quantity bigint,
  PRIMARY KEY (area_path, dimension, grain, period));
CREATE TABLE bench_ledger (id uuid PRIMARY KEY, source uuid UNIQUE, person_id uuid, points bigint, counts_on date, area_path text,
  at timestamptz);
CREATE TABLE bench_balances (person_id uuid PRIMARY KEY, balance bigint)"""

_RECORDS = """
FROM service_confirmations c JOIN service_records r ON r.fact_id = c.record_fact_id AND r.superseded_at IS NULL AND NOT r.void"""

# What somebody would write who trusts that every event comes once, and counts no persons.
_COUNT = f"""
INSERT INTO bench_cells AS cells
SELECT left(r.area_path, areas.length), CASE WHEN splits.in_all THEN '' ELSE r.brand END, grains.grain,
  date_trunc(grains.grain, r.served_on::timestamp)::date, count(*), sum(r.minutes / 6)
{_RECORDS}
CROSS JOIN (VALUES (6), (9), (12)) areas (length) CROSS JOIN (VALUES (true), (false)) splits (in_all)
CROSS JOIN (VALUES ('month'), ('year')) grains (grain)
WHERE c.id = ANY (%(ids)s)
GROUP BY 1, 2, 3, 4
ON CONFLICT (area_path, dimension, grain, period) DO UPDATE
SET rows = cells.rows + excluded.rows, quantity = cells.quantity + excluded.quantity"""

_BOOK = f"""
WITH booked AS (
  INSERT INTO bench_ledger
  SELECT gen_random_uuid(), r.fact_id, r.person_id, r.minutes / 30, r.served_on, r.area_path, %(now)s
  {_RECORDS} WHERE c.id = ANY (%(ids)s)
  RETURNING person_id, points
)
INSERT INTO bench_balances AS balances SELECT person_id, sum(points) FROM booked GROUP BY person_id
ON CONFLICT (person_id) DO UPDATE SET balance = balances.balance + excluded.balance"""
