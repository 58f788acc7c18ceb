# ruff: noqa: S608 - every text here is our own
"""Measures a rebuild against one pass of SQL by hand over the same facts, with the same figures as result."""

import time
from collections.abc import Callable, Iterator
from statistics import median

import psycopg

from backend.foundation import clock
from backend.foundation.database import transaction
from backend.points import rebuild as points
from backend.statistics import service as statistics
from bench import year
from bench.machine import Machine
from bench.results import Result, compared, interleaved

MOST = 1.5
"""The product's rebuild may take so much of the pass by hand (docs/design.md, Speed)."""

_SAME_TERMS = "SET LOCAL work_mem = '256MB'; SET LOCAL jit = off; SET LOCAL statement_timeout = 0"


def measure(machine: Machine, *, facts: int, rounds: int, say: Callable[[str], None]) -> Iterator[Result]:  # noqa: ARG001 - one of many
    """Seconds of `ejia rebuild points` into an empty ledger and of `ejia rebuild statistics`, each beside its pass by hand."""
    year.make_services(facts, year.make_street(), say=say)
    with year.connection() as server:
        server.execute(_OWN_CELLS)
        say(f"rebuild: {facts:,} service records, points from nothing")
        ledger = {"product": lambda: _timed(lambda: _points(server)), "by hand": lambda: _timed(lambda: _points_by_hand(server))}
        found_points = interleaved(ledger, rounds=rounds, say=say)
        _points(server)
        say("rebuild: statistics")
        cells = {"product": lambda: _timed(_statistics), "by hand": lambda: _timed(lambda: _statistics_by_hand(server))}
        found_cells = interleaved(cells, rounds=rounds, say=say)
        _statistics()
        _compare(server)
    yield compared("rebuild statistics, of one SQL pass", found_cells["product"], found_cells["by hand"], unit="s", aim=MOST)
    yield compared("rebuild points, of one SQL pass", found_points["product"], found_points["by hand"], unit="s")
    for name, found in {"statistics": found_cells, "points": found_points}.items():
        say(f"{facts / median(found['product']):,.0f} records/s into {name}")


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _statistics() -> None:
    with transaction():
        statistics.rebuild()


def _points(server: psycopg.Connection) -> None:
    server.execute(_NO_POINTS)
    points.rebuild(now=clock.now())


def _statistics_by_hand(server: psycopg.Connection) -> None:
    with server.transaction():
        server.execute(_SAME_TERMS)
        server.execute("TRUNCATE bench_cells")
        server.execute(_COUNT_SERVICES)
        server.execute(_COUNT_POINTS)


def _points_by_hand(server: psycopg.Connection) -> None:
    server.execute(_NO_POINTS)
    with server.transaction():
        server.execute(_SAME_TERMS)
        server.execute(_BOOK, {"now": clock.now()})


def _compare(server: psycopg.Connection) -> None:
    """Raises RuntimeError unless both ways came to the same figures."""
    differing = server.execute(_DIFFERENCES).fetchall()
    if differing or not server.execute("SELECT count(*) FROM bench_cells").fetchall()[0][0]:
        raise RuntimeError(f"the product and the pass by hand differ: {differing[:5]}")


_OWN_CELLS = """
CREATE TABLE bench_cells (measure text, area_path text COLLATE "C", dimension text, grain text, period date, rows bigint, quantity bigint,
  people bigint, PRIMARY KEY (measure, area_path, dimension, grain, period))"""

_EVERYWHERE = """
CROSS JOIN (VALUES (6), (9), (12)) areas (length) CROSS JOIN (VALUES ('month'), ('year')) grains (grain)"""

# By person first, then by cell: several times as quick as count(DISTINCT).
_COUNT_SERVICES = f"""
INSERT INTO bench_cells
SELECT 'services', area_path, dimension, grain, period, sum(services), sum(tenths), count(*) FILTER (WHERE volunteered)
FROM (
  SELECT left(r.area_path, areas.length) AS area_path, CASE WHEN splits.in_all THEN '' ELSE r.brand END AS dimension, grains.grain,
    date_trunc(grains.grain, r.served_on::timestamp)::date AS period, count(*) AS services, sum(r.minutes / 6) AS tenths,
    bool_or(v.id IS NOT NULL) AS volunteered
  FROM service_records r
  JOIN service_confirmations c ON c.record_fact_id = r.fact_id AND c.superseded_at IS NULL AND NOT c.void
  LEFT JOIN volunteers v ON v.person_id = r.person_id AND v.superseded_at IS NULL AND NOT v.void AND v.registered_on <= r.served_on
    AND (v.left_on IS NULL OR v.left_on > r.served_on) {_EVERYWHERE}
  CROSS JOIN (VALUES (true), (false)) splits (in_all)
  WHERE r.superseded_at IS NULL AND NOT r.void
  GROUP BY 1, 2, 3, 4, r.person_id
) by_person
GROUP BY 1, 2, 3, 4, 5"""

_COUNT_POINTS = f"""
INSERT INTO bench_cells
SELECT 'points', left(l.area_path, areas.length), '', grains.grain, date_trunc(grains.grain, l.counts_on::timestamp)::date, count(*),
  sum(l.points), 0
FROM ledger_transactions l {_EVERYWHERE}
GROUP BY 1, 2, 3, 4, 5"""

_DIFFERENCES = """
SELECT * FROM (
  SELECT measure, area_path, dimension, grain, period, rows_in, quantity_in, people FROM statistics_cells
  WHERE measure IN ('services', 'points')
) product FULL JOIN bench_cells hand
  ON (product.*)::text = (hand.*)::text
WHERE product.measure IS NULL OR hand.measure IS NULL"""

_NO_POINTS = """
TRUNCATE ledger_entries, ledger_transactions, outbox_events, outbox_deliveries; DELETE FROM points_accounts"""

_BOOK = """
WITH counting AS MATERIALIZED (
  SELECT r.* FROM service_records r
  JOIN service_confirmations c ON c.record_fact_id = r.fact_id AND c.superseded_at IS NULL AND NOT c.void
  WHERE r.superseded_at IS NULL AND NOT r.void
), earned AS (
  SELECT gen_random_uuid() AS id, e.* FROM (
    SELECT 'minutes_served' AS rule, fact_id::text AS source, person_id, minutes / 30 AS points, minutes AS amount, served_on, area_path,
      brand || '：服务' || minutes || '分钟' AS reason
    FROM counting WHERE minutes >= 30
    UNION ALL
    (SELECT DISTINCT ON (person_id, brand) 'first_service_with_brand', person_id || ':' || brand, person_id, 5, 1, served_on, area_path,
      '首次参加' || brand
    FROM counting ORDER BY person_id, brand, served_on, fact_id)
  ) e
), accounts AS (
  INSERT INTO points_accounts (id, kind, person_id, balance)
  SELECT gen_random_uuid(), 'person', person_id, sum(points) FROM earned GROUP BY person_id
  UNION ALL SELECT gen_random_uuid(), 'issued', NULL, -sum(points) FROM earned
  RETURNING id, person_id
), booked AS (
  INSERT INTO ledger_transactions (id, rule, source, turn, person_id, points, fact_amount, counts_on, area_path, reason, booked_at)
  SELECT id, rule, source, 0, person_id, points, amount, served_on, area_path, reason, %(now)s FROM earned
)
INSERT INTO ledger_entries (transaction_id, points_account_id, amount)
SELECT e.id, a.id, e.points FROM earned e JOIN accounts a ON a.person_id = e.person_id
UNION ALL
SELECT e.id, a.id, -e.points FROM earned e JOIN accounts a ON a.person_id IS NULL"""
