# ruff: noqa: S608 - every text here is our own
"""What must hold after whatever befell the processes, in plain SQL: nothing lost, nothing doubled, and equal to a rebuild."""

from collections.abc import Mapping
from typing import Any

import psycopg

CURRENT = "{0}.superseded_at IS NULL AND NOT {0}.void"
_COUNTING = f"""
    SELECT r.fact_id, r.person_id, r.brand, r.opening_id, r.served_on, r.area_path, least(r.minutes, c.most_minutes) AS minutes
    FROM service_records r JOIN service_confirmations c ON c.record_fact_id = r.fact_id AND {CURRENT.format("c")}
    WHERE {CURRENT.format("r")}"""
_BOOKED = """
    SELECT t.* FROM ledger_transactions t
    WHERE t.reverses_id IS NULL AND NOT EXISTS (SELECT FROM ledger_transactions r WHERE r.reverses_id = t.id)"""
_EARNED = f"""
    SELECT 'minutes_served' AS rule, fact_id::text AS source, person_id, minutes / 30 AS points FROM ({_COUNTING}) r WHERE minutes >= 30
    UNION ALL
    SELECT 'first_service_with_brand', person_id || ':' || brand, person_id, 5 FROM ({_COUNTING}) r GROUP BY person_id, brand
    UNION ALL
    SELECT DISTINCT 'wish_fulfilled', d.id || ':' || r.person_id, r.person_id, 10
    FROM demands d JOIN ({_COUNTING}) r ON r.opening_id = d.opening_id WHERE d.brand = 'sunset_wish' AND d.status = 'completed'"""
"""config/points.toml said again in SQL."""

WRONG: Mapping[str, str] = {
    "a delivery was never done": "SELECT consumer, event_id FROM outbox_deliveries",
    "the sides of a transaction do not sum to zero": """
        SELECT t.id FROM ledger_transactions t LEFT JOIN ledger_entries e ON e.transaction_id = t.id
        GROUP BY t.id HAVING count(e.amount) <> 2 OR sum(e.amount) <> 0""",
    "the person's side is not what the transaction says": """
        SELECT t.id FROM ledger_transactions t
        JOIN ledger_entries e ON e.transaction_id = t.id JOIN points_accounts a ON a.id = e.points_account_id AND a.kind = 'person'
        WHERE e.amount <> t.points OR a.person_id <> t.person_id""",
    "a balance is not the sum of its entries": """
        SELECT a.id FROM points_accounts a LEFT JOIN ledger_entries e ON e.points_account_id = a.id
        GROUP BY a.id HAVING a.balance <> coalesce(sum(e.amount), 0)""",
    "a rule holds two bookings for one source": f"SELECT rule, source FROM ({_BOOKED}) b GROUP BY rule, source HAVING count(*) > 1",
    "turns of a rule and source have a gap": """
        SELECT rule, source FROM ledger_transactions WHERE reverses_id IS NULL
        GROUP BY rule, source HAVING min(turn) <> 0 OR max(turn) + 1 <> count(*) OR count(DISTINCT turn) <> count(*)""",
    "something booked is not earned": f"""
        SELECT rule, source, person_id, points FROM ({_BOOKED}) b
        EXCEPT ALL SELECT rule, source, person_id, points FROM ({_EARNED}) e""",
    "something earned is not booked": f"""
        SELECT rule, source, person_id, points FROM ({_EARNED}) e
        EXCEPT ALL SELECT rule, source, person_id, points FROM ({_BOOKED}) b""",
    "a demand's steps do not follow one another": """
        SELECT demand_id FROM (
            SELECT demand_id, from_status, lag(to_status) OVER steps AS before FROM demand_changes WINDOW steps AS (PARTITION BY demand_id
            ORDER BY at, id)
        ) c WHERE from_status IS DISTINCT FROM before""",
    "a demand is not in the state of its last step": """
        SELECT d.id FROM demands d
        WHERE d.status <> (SELECT c.to_status FROM demand_changes c WHERE c.demand_id = d.id ORDER BY c.at DESC, c.id DESC LIMIT 1)""",
    "a wish with a service that counts is not completed": f"""
        SELECT d.id FROM demands d
        WHERE d.brand = 'sunset_wish' AND d.status = 'published' AND d.opening_id IN (SELECT opening_id FROM ({_COUNTING}) r)""",
    "a wish is completed by services of which none counts any more": f"""
        SELECT d.id FROM demands d
        WHERE d.brand = 'sunset_wish' AND d.status = 'completed' AND d.opening_id NOT IN (SELECT opening_id FROM ({_COUNTING}) r)
          AND EXISTS (SELECT FROM service_records r JOIN service_confirmations c ON c.record_fact_id = r.fact_id
                      WHERE r.opening_id = d.opening_id)""",
    "places taken are not the claims that take them": """
        SELECT o.id FROM opening_roles o
        WHERE o.taken <> (SELECT count(*) FROM claims c WHERE c.role_id = o.id AND c.released_at IS NULL)""",
    "somebody holds two places": """
        SELECT opening_id FROM claims WHERE released_at IS NULL
        GROUP BY opening_id, team_id, organisation_id, work_unit_id, person_id HAVING count(*) > 1""",
    "somebody is signed in at two shifts at the same time": """
        SELECT a.person_id FROM attendances a JOIN attendances b ON a.person_id = b.person_id AND a.id < b.id
        WHERE tstzrange(a.signed_in_at, coalesce(a.signed_out_at, a.closed_at)) && tstzrange(b.signed_in_at,
        coalesce(b.signed_out_at, b.closed_at))""",
    "who decides was not told of a demand": """
        SELECT e.id FROM outbox_events e JOIN demands d ON d.id = e.subject_id
        JOIN role_grants g ON g.role = 'community_officer' AND g.area_path = d.area_path AND g.withdrawn_at IS NULL
        AND g.waits_for IS NULL
        JOIN accounts a ON a.id = g.account_id AND a.status = 'active'
        WHERE e.name = 'demand.submitted' AND g.granted_at < e.at
          AND NOT EXISTS (SELECT FROM messages m WHERE m.event_id = e.id AND m.recipient_id = coalesce(a.person_id, a.id))""",
    "somebody is a member and no volunteer": f"""
        SELECT m.person_id FROM team_memberships m
        WHERE {CURRENT.format("m")} AND m.left_on IS NULL
          AND EXISTS (SELECT FROM volunteers v WHERE v.person_id = m.person_id AND v.left_on IS NOT NULL)
          AND NOT EXISTS (SELECT FROM volunteers v WHERE v.person_id = m.person_id AND {CURRENT.format("v")} AND v.left_on IS NULL)""",
}
"""Each selects what there must not be."""

_BALANCES = "SELECT kind, person_id, balance FROM points_accounts WHERE balance <> 0 ORDER BY 1, 2"
"""Who holds nothing may have an account or none."""

_DERIVED: Mapping[str, str] = {
    "balances": _BALANCES,
    "transactions": "SELECT t::text FROM ledger_transactions t ORDER BY 1",
    "bookings of statistics": "SELECT b::text FROM statistics_bookings b ORDER BY 1",
    "presences": "SELECT p::text FROM statistics_presences p ORDER BY 1",
    "cells": "SELECT c::text FROM statistics_cells c ORDER BY 1",
}

_NET: Mapping[str, str] = {
    "balances": _BALANCES,
    "bookings": f"SELECT rule, source, person_id, points, counts_on, area_path, reason FROM ({_BOOKED}) b ORDER BY 1, 2",
    "bookings of statistics": "SELECT b::text FROM statistics_bookings b WHERE measure <> 'points' ORDER BY 1",
    "presences": "SELECT p::text FROM statistics_presences p WHERE measure <> 'points' ORDER BY 1",
    "cells": "SELECT c::text FROM statistics_cells c WHERE measure <> 'points' ORDER BY 1",
    "cells of points": """
        SELECT area_path, dimension, grain, period, quantity_in FROM statistics_cells
        WHERE measure = 'points' AND quantity_in <> 0 ORDER BY 1, 2, 3, 4""",
}
"""Without what was reversed, which a ledger that is made anew has never known."""

Derived = dict[str, list[tuple[Any, ...]]]


def wrongs(database_url: str) -> Derived:
    """What is not as it must be, with a few of the rows of each; empty when all is well."""
    return {wrong: rows[:3] for wrong, rows in _read(database_url, WRONG).items() if rows}


def derived(database_url: str) -> Derived:
    """Ledger and rollups, row by row."""
    return _read(database_url, _DERIVED)


def net(database_url: str) -> Derived:
    """Ledger and rollups as far as they follow from the facts, and not from the way on which things came to be so."""
    return _read(database_url, _NET)


def rows(database_url: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What one query finds."""
    with _connected(database_url) as connection:
        return connection.execute(query, values or None).fetchall()


def _read(database_url: str, queries: Mapping[str, str]) -> Derived:
    with _connected(database_url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return {name: connection.execute(query).fetchall() for name, query in queries.items()}


def _connected(database_url: str) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(database_url.replace("postgresql+psycopg:", "postgresql:", 1))
