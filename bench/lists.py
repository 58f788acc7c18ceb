# ruff: noqa: S608 - every text here is our own
"""Measures the list of open demands among very many, its first page and a deep one; and `/me`, which each client asks at its start."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from backend.areas.models import Area
from backend.demands.models import Demand, DemandStatus
from backend.demands.queries.demands import LATEST_PUBLISHED
from backend.foundation import clock
from backend.foundation.database import db, transaction
from bench import phones, reading, year
from bench.machine import Machine
from bench.results import Result, interleaved

PAGE = 20
FLAT = 1.5
"""A page deep in a list may take so much of what the first one takes."""


def measure(machine: Machine, *, demands: int, reads: int, rounds: int, say: Callable[[str], None]) -> Iterator[Result]:
    """p50 and p99 of the first page, of a page behind nine tenths of the list, and of `/me`, each beside its statement by hand."""
    communities = year.make_street()
    caller = phones.volunteers(communities[0], 1)[0]
    make_demands(demands, communities)
    say(f"lists: {demands:,} demands")
    deep = _deep_in(demands)
    with machine.web("product") as port, year.connection() as server:
        values = {"now": clock.now(), "limit": PAGE + 1, "at": None, "id": None}
        after = values | {"at": deep.published_at, "id": deep.id}
        paths = {
            "first": f"/api/v1/demands?limit={PAGE}",
            "deep": f"/api/v1/demands?limit={PAGE}&cursor={LATEST_PUBLISHED.cursor(deep)}",
            "me": "/api/v1/me",
        }
        _same_rows(server, reading.answer_to(port, paths["first"], caller.token), _FIRST, values)
        _same_rows(server, reading.answer_to(port, paths["deep"], caller.token), _DEEP, after)
        contestants = {name: reading.over_http(port, path, caller.token, reads=reads) for name, path in paths.items()}
        contestants["first by hand"] = reading.by_hand(server, _FIRST, values, reads=reads)
        contestants["deep by hand"] = reading.by_hand(server, _DEEP, after, reads=reads)
        contestants["me by hand"] = reading.by_hand(server, _ME, {"person": caller.person_id}, reads=reads)
        found = interleaved(contestants, rounds=rounds, say=say)
    yield from reading.waits_compared("open demands, first page, of bare SQL", found["first"], found["first by hand"])
    yield from reading.waits_compared("open demands, deep page, of bare SQL", found["deep"], found["deep by hand"])
    yield reading.waits_compared("open demands, deep page, of first page", found["deep"], found["first"], aim=FLAT)[0]
    yield from reading.waits_compared("/me, of bare SQL", found["me"], found["me by hand"])


def make_demands(count: int, communities: list[Area]) -> None:
    """So many demands of a year, each with its opening and role: half have room, a tenth are over, the others full or completed."""
    values = {
        "count": count,
        "communities": len(communities),
        "ids": [area.id for area in communities],
        "paths": [area.path for area in communities],
        "now": clock.now(),
    }
    with year.connection() as server:
        server.execute("SET synchronous_commit = off")
        for statement in (_BENEFICIARIES, _OPENINGS, _ROLES, _DEMANDS):
            server.execute(statement, values)
        server.execute("ANALYZE")


def _deep_in(count: int) -> Row[datetime | None, UUID]:
    """The last row before a page behind nine tenths of what is published."""
    newest_first = select(Demand.published_at, Demand.id).where(Demand.status == DemandStatus.PUBLISHED)
    with transaction():
        return db.session.execute(
            newest_first.order_by(Demand.published_at.desc(), Demand.id.desc()).offset(int(count * 0.8 * 0.9)).limit(1)
        ).one()


def _same_rows(server: Any, answer: bytes, statement: str, values: dict[str, Any]) -> None:
    shown = [UUID(item["id"]) for item in json.loads(answer)["items"]]
    selected = [row[0] for row in server.execute(statement, values).fetchall()][:PAGE]
    if shown != selected or not shown:
        raise RuntimeError(f"the page shows {shown}, the statement {selected}")


_BENEFICIARIES = f"""
INSERT INTO beneficiaries (id, area_id, area_path, name, called, born_in, address_sealed, created_at)
SELECT {year.id_of(8, "n")}, (%(ids)s::uuid[])[n %% %(communities)s + 1], (%(paths)s::text[])[n %% %(communities)s + 1],
  '王测试', '王奶奶', 1940, '-', %(now)s
FROM generate_series(1, %(count)s::bigint) n"""

_OPENINGS = f"""
INSERT INTO openings (id, brand, title, area_id, area_path, status, claimant_kinds, asks_first, starts_at, ends_at, made_at)
SELECT {year.id_of(9, "n")}, 'door_knock', '上门看望', (%(ids)s::uuid[])[n %% %(communities)s + 1],
  (%(paths)s::text[])[n %% %(communities)s + 1], 'open', '{{team}}', true, %(now)s, %(now)s + interval '2 days', %(now)s
FROM generate_series(1, %(count)s::bigint) n"""

_ROLES = f"""
INSERT INTO opening_roles (id, opening_id, name, slots, taken, is_open, closes_at)
SELECT {year.id_of(10, "n")}, {year.id_of(9, "n")}, '敲门人', 2, CASE WHEN n %% 10 IN (5, 6) THEN 2 ELSE n %% 2 END, n %% 10 < 8,
  %(now)s + CASE WHEN n %% 10 = 7 THEN -1 ELSE 1 END * interval '2 days'
FROM generate_series(1, %(count)s::bigint) n"""

_DEMANDS = f"""
INSERT INTO demands (id, number, brand, title, details, area_id, area_path, beneficiary_id, submitted_at, status, places, starts_at,
  ends_at, published_at, opening_id)
SELECT {year.id_of(11, "n")}, '测' || n, 'door_knock', '上门看望', '请提前约定时间', (%(ids)s::uuid[])[n %% %(communities)s + 1],
  (%(paths)s::text[])[n %% %(communities)s + 1], {year.id_of(8, "n")}, d.at, CASE WHEN n %% 10 < 8 THEN 'published' ELSE 'completed' END, 2,
  %(now)s, %(now)s + interval '2 days', d.at, {year.id_of(9, "n")}
FROM generate_series(1, %(count)s::bigint) n, LATERAL (SELECT %(now)s - (%(count)s - n) * interval '1 minute' AS at) d"""

_LINES = """
SELECT d.id, d.number, d.brand, d.title, b.called, b.born_in, d.area_id, a.name, d.status, d.submitted_at, d.places, d.published_at,
  d.starts_at, d.ends_at, d.opening_id, r.id, r.taken
FROM demands d JOIN areas a ON a.id = d.area_id LEFT JOIN beneficiaries b ON b.id = d.beneficiary_id
JOIN opening_roles r ON r.opening_id = d.opening_id
WHERE d.status = 'published' AND r.is_open AND r.closes_at > %(now)s AND r.taken < r.slots"""
_FIRST = f"{_LINES} ORDER BY d.published_at DESC, d.id DESC LIMIT %(limit)s"
_DEEP = f"{_LINES} AND (d.published_at, d.id) < (%(at)s, %(id)s) ORDER BY d.published_at DESC, d.id DESC LIMIT %(limit)s"

_ME = """
SELECT p.id, p.name, p.id_number_sealed, p.phone_sealed, a.id, a.name, v.fact_id, v.number, v.registered_on, s.id, s.name
FROM people p JOIN areas a ON a.id = p.area_id
LEFT JOIN volunteers v ON v.person_id = p.id AND v.superseded_at IS NULL AND NOT v.void AND v.left_on IS NULL
LEFT JOIN areas s ON s.id = v.area_id
WHERE p.id = %(person)s"""
