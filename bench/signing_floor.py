"""Signing in by hand, as a WSGI application: everything that the product's endpoint does, each in a plain statement of its own."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from backend.accounts import tokens
from backend.accounts.tokens import AccessClaims
from backend.attendance import codes
from backend.consumers import CONSUMERS
from backend.foundation.ids import new_id
from backend.foundation.sealing import keyring, row_of
from bench.floors import note_in_audit
from config.settings import read_settings
from ejia.core import start_process

StartResponse = Callable[[str, list[tuple[str, str]]], object]
Environ = dict[str, Any]

ROUTE = "POST /api/v1/shifts/<uuid:shift_id>/sign-in"

GRANTS = """SELECT a.person_id, g.role, g.area_path, g.team_id, g.person_id
FROM accounts a JOIN token_families f ON f.account_id = a.id
LEFT JOIN role_grants g ON g.account_id = a.id AND g.withdrawn_at IS NULL AND g.starts_at <= %(now)s
  AND (g.ends_at IS NULL OR g.ends_at > %(now)s)
WHERE a.id = %(account)s AND a.status = 'active' AND f.id = %(family)s AND f.ended_at IS NULL AND f.expires_at > %(now)s"""
KEY = """INSERT INTO idempotency_keys AS k (account_id, route, key, body_digest, created_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (account_id, route, key) DO UPDATE
SET body_digest = excluded.body_digest, created_at = excluded.created_at, status = NULL, answer = NULL
WHERE k.created_at < %s RETURNING key"""
CLAIM = """SELECT s.starts_at, s.ends_at, s.grace_minutes, s.status, c.id
FROM shifts s JOIN claims c ON c.opening_id = s.opening_id AND c.released_at IS NULL
JOIN team_memberships m ON m.team_id = c.team_id AND m.person_id = %s AND m.superseded_at IS NULL AND NOT m.void AND m.left_on IS NULL
WHERE s.id = %s FOR SHARE OF s"""
ATTEND = """INSERT INTO attendances (id, shift_id, claim_id, person_id, capacity, capacity_id, signed_in_at, in_evidence)
SELECT %s, %s, id, %s, 'team', team_id, %s, 'code' FROM claims WHERE id = %s AND released_at IS NULL FOR SHARE
ON CONFLICT DO NOTHING RETURNING id"""
EVENT = "INSERT INTO outbox_events (id, name, subject_id, at) VALUES (%s, 'shift.signed_in', %s, %s)"
DELIVERY = "INSERT INTO outbox_deliveries (event_id, consumer, due_at, attempts) VALUES (%s, %s, %s, 0)"
AUDIT = """INSERT INTO audit_entries (id, at, account_id, action, subject_id, succeeded, source_digest, details)
VALUES (%s, %s, %s, 'shift.sign', %s, true, %s, %s)"""
ANSWER = "UPDATE idempotency_keys SET status = 201, answer = %s WHERE account_id = %s AND route = %s AND key = %s"

_here = threading.local()


def create_same_work() -> Callable[[Environ, StartResponse], Iterable[bytes]]:
    """All that the product does, in plain statements."""
    settings = read_settings()
    start_process(settings)
    url = settings.database_url.replace("postgresql+psycopg:", "postgresql:", 1)

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        connection = getattr(_here, "connection", None)
        if connection is None:
            connection = _here.connection = psycopg.connect(url)
        with connection.transaction():
            status, answer = _sign_in(connection, environ, environ["wsgi.input"].read())
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]

    return application


def _sign_in(connection: psycopg.Connection, environ: Environ, body: bytes) -> tuple[str, bytes]:
    now = datetime.now(UTC)
    caller = tokens.maker().read_access_token(environ["HTTP_AUTHORIZATION"].removeprefix("Bearer "), now=now)
    grants = connection.execute(GRANTS, {"account": caller.account_id, "family": caller.family_id, "now": now}).fetchall()
    if not grants:
        return "401 Unauthorized", b"{}"
    path, key, person_id = environ["PATH_INFO"], environ["HTTP_IDEMPOTENCY_KEY"], grants[0][0]
    digest = hashlib.sha256(path.encode() + b"\x00" + body).digest()
    if connection.execute(KEY, (caller.account_id, ROUTE, key, digest, now, now - timedelta(hours=24))).fetchone() is None:
        return "409 Conflict", b"{}"
    shift_id = UUID(path.split("/")[-2])
    codes.maker().check(json.loads(body)["code"], shift_id, now=now)
    found = connection.execute(CLAIM, (person_id, shift_id)).fetchone()
    if found is None:
        return "403 Forbidden", b"{}"
    starts_at, ends_at, grace, status, claim_id = found
    if status == "cancelled" or not starts_at - timedelta(minutes=grace) <= now <= ends_at + timedelta(minutes=grace):
        return "409 Conflict", b"{}"
    attendance_id = new_id()
    if connection.execute(ATTEND, (attendance_id, shift_id, person_id, now, claim_id)).fetchone() is None:
        return "409 Conflict", b"{}"
    note_in_audit(connection, AUDIT, (now, caller.account_id, attendance_id), {"evidence": "code"}, environ["REMOTE_ADDR"])
    return "201 Created", _written(connection, caller, key, attendance_id, {"shift_id": str(shift_id), "claim_id": str(claim_id)}, now)


def _written(
    connection: psycopg.Connection, caller: AccessClaims, key: str, attendance_id: UUID, signed: dict[str, str], now: datetime
) -> bytes:
    """What every change leaves beside its audit entry: its event, its deliveries, and the answer kept under its key."""
    event_id = new_id()
    connection.execute(EVENT, (event_id, attendance_id, now))
    for consumer, reactions in CONSUMERS.items():
        if "shift.signed_in" in reactions:
            connection.execute(DELIVERY, (event_id, consumer, now))
    made = {"attendance_id": str(attendance_id), "capacity": "team", "signed_in_at": now.isoformat(), "evidence": "code"}
    answer = json.dumps(signed | made | {"inside": None, "distance_m": None}).encode()
    sealed = keyring().seal_bytes(answer, field="idempotency_keys.answer", row=row_of(caller.account_id, ROUTE, key))
    connection.execute(ANSWER, (sealed, caller.account_id, ROUTE, key))
    return answer
