"""The claim endpoint by hand, twice, as a WSGI application: what it costs when nothing is between the phone and the database.

`bare`: the token, the conditional UPDATE, the INSERT and COMMIT. `same_work`: everything that the product's endpoint does (grants and
policy, idempotency, the claim's step, outbox with its deliveries, audit, the sealed answer; of a refusal its reason), each in a plain
statement of its own.
"""

import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from joserfc import jwt
from joserfc.jwk import OctKey
from psycopg.types.json import Jsonb

from backend.accounts import tokens
from backend.accounts.tokens import AccessClaims
from backend.consumers import CONSUMERS
from backend.foundation.audit import digest_of
from backend.foundation.ids import new_id
from backend.foundation.sealing import keyring, row_of
from config.settings import read_settings
from ejia.core import start_process

StartResponse = Callable[[str, list[tuple[str, str]]], object]
Environ = dict[str, Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

_here = threading.local()


class _Refused(Exception):
    """A refusal takes the key back with everything else."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.problem = json.dumps({"type": f"/problems/{code}", "status": 409, "code": code}).encode()


def create_bare() -> Application:
    """The least that a claim can be."""
    return _application(_claim_bare)


def create_same_work() -> Application:
    """All that the product does, in plain statements."""
    return _application(_claim_with_all_work)


def _application(claim: Callable[[psycopg.Connection, Environ, bytes], tuple[str, bytes]]) -> Application:
    settings = read_settings()
    start_process(settings)
    url = settings.database_url.replace("postgresql+psycopg:", "postgresql:", 1)

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        connection = getattr(_here, "connection", None)
        if connection is None:
            connection = _here.connection = psycopg.connect(url)
        body = environ["wsgi.input"].read()
        try:
            with connection.transaction():
                status, answer = claim(connection, environ, body)
        except _Refused as refusal:
            status, answer = "409 Conflict", refusal.problem
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]

    return application


TAKE = """UPDATE opening_roles AS r SET taken = taken + 1 FROM openings AS o
WHERE r.id = %(role)s AND o.id = r.opening_id AND r.is_open AND r.closes_at > %(now)s AND r.taken < r.slots
  AND 'team' = ANY (o.claimant_kinds) AND EXISTS (SELECT FROM teams t WHERE t.id = %(team)s AND t.status = 'active' FOR SHARE)
RETURNING r.opening_id, o.asks_first"""
HOLD = """INSERT INTO claims (id, opening_id, role_id, team_id, status, claimed_at, claimed_by)
VALUES (%(claim)s, %(opening)s, %(role)s, %(team)s, 'held', %(now)s, %(account)s)
ON CONFLICT (opening_id, team_id, organisation_id, work_unit_id, person_id) WHERE released_at IS NULL DO NOTHING RETURNING id"""
LOOK = """SELECT o.area_path, o.claimant_kinds, r.is_open AND r.closes_at > %(now)s, r.closes_at, a.name,
  EXISTS (SELECT FROM teams t WHERE t.id = %(team)s AND t.status = 'active'),
  EXISTS (SELECT FROM claims c WHERE c.opening_id = o.id AND c.team_id = %(team)s AND c.released_at IS NULL)
FROM opening_roles r JOIN openings o ON o.id = r.opening_id JOIN areas a ON a.id = o.area_id WHERE r.id = %(role)s"""
STEP = """INSERT INTO claim_changes (id, claim_id, to_status, at, actor_account_id) VALUES (%s, %s, 'held', %s, %s)"""
GRANTS = """SELECT a.person_id, g.role, g.area_path, g.party_organisation_id, g.organisation_id, g.work_unit_id, g.team_id, g.person_id,
  g.ends_at
FROM accounts a JOIN token_families f ON f.account_id = a.id
LEFT JOIN role_grants g ON g.account_id = a.id AND g.withdrawn_at IS NULL AND g.starts_at <= %(now)s
  AND (g.ends_at IS NULL OR g.ends_at > %(now)s)
WHERE a.id = %(account)s AND a.status = 'active' AND f.id = %(family)s AND f.ended_at IS NULL AND f.expires_at > %(now)s"""
KEY = """INSERT INTO idempotency_keys AS k (account_id, route, key, body_digest, created_at) VALUES (%s, 'POST /api/v1/claims', %s, %s, %s)
ON CONFLICT (account_id, route, key) DO UPDATE
SET body_digest = excluded.body_digest, created_at = excluded.created_at, status = NULL, answer = NULL
WHERE k.created_at < %s RETURNING key"""
EVENT = "INSERT INTO outbox_events (id, name, subject_id, at) VALUES (%s, 'place.claimed', %s, %s)"
DELIVERY = "INSERT INTO outbox_deliveries (event_id, consumer, due_at, attempts) VALUES (%s, %s, %s, 0)"
AUDIT = """INSERT INTO audit_entries (id, at, account_id, action, subject_id, succeeded, source_digest, details)
VALUES (%s, %s, %s, 'place.claim', %s, true, %s, %s)"""
SOURCE = "INSERT INTO audit_sources (entry_id, at, address, salt) VALUES (%s, %s, %s, %s)"
ANSWER = "UPDATE idempotency_keys SET status = 201, answer = %s WHERE account_id = %s AND route = 'POST /api/v1/claims' AND key = %s"


def _claim_bare(connection: psycopg.Connection, environ: Environ, body: bytes) -> tuple[str, bytes]:
    now = datetime.now(UTC)
    caller = _caller(environ, now)
    wanted = json.loads(body)
    taken = connection.execute(TAKE, {"role": wanted["role_id"], "team": wanted["team_id"], "now": now}).fetchone()
    if taken is None:
        return "409 Conflict", b"{}"
    claim_id = _hold(connection, caller, wanted, taken[0], now)
    return "201 Created", _answer(claim_id, taken[0], wanted, now)


def _claim_with_all_work(connection: psycopg.Connection, environ: Environ, body: bytes) -> tuple[str, bytes]:
    now = datetime.now(UTC)
    caller = _caller(environ, now)
    grants = connection.execute(GRANTS, {"account": caller.account_id, "family": caller.family_id, "now": now}).fetchall()
    if not grants:
        return "401 Unauthorized", b"{}"
    key = environ["HTTP_IDEMPOTENCY_KEY"]
    digest = hashlib.sha256(environ["PATH_INFO"].encode() + b"\x00" + body).digest()
    if connection.execute(KEY, (caller.account_id, key, digest, now, now - timedelta(hours=24))).fetchone() is None:
        return "409 Conflict", b"{}"
    wanted = json.loads(body)
    team_id = UUID(wanted["team_id"])
    if not any(role == "team_leader" and of_team == team_id for _, role, _, _, _, _, of_team, _, _ in grants):
        return "403 Forbidden", b"{}"
    taken = connection.execute(TAKE, {"role": wanted["role_id"], "team": team_id, "now": now}).fetchone()
    if taken is None:
        raise _Refused(_reason(connection.execute(LOOK, {"role": wanted["role_id"], "team": team_id, "now": now}).fetchone()))
    claim_id = _hold(connection, caller, wanted, taken[0], now)
    connection.execute(STEP, (new_id(), claim_id, now, caller.account_id))
    event_id = new_id()
    connection.execute(EVENT, (event_id, claim_id, now))
    for consumer, reactions in CONSUMERS.items():
        if "place.claimed" in reactions:
            connection.execute(DELIVERY, (event_id, consumer, now))
    note_in_audit(connection, AUDIT, (now, caller.account_id, claim_id), {"claimant": f"team_id:{team_id}"}, environ["REMOTE_ADDR"])
    answer = _answer(claim_id, taken[0], wanted, now)
    sealed = keyring().seal_bytes(answer, field="idempotency_keys.answer", row=row_of(caller.account_id, "POST /api/v1/claims", key))
    connection.execute(ANSWER, (sealed, caller.account_id, key))
    return "201 Created", answer


def note_in_audit(
    connection: psycopg.Connection, statement: LiteralString, act: tuple[datetime, UUID, UUID], details: dict[str, str], address: str
) -> None:
    """Write down when who did it to what, and from where."""
    entry_id, salt = new_id(), secrets.token_bytes(16)
    connection.execute(statement, (entry_id, *act, digest_of(address, salt), Jsonb(details)))
    connection.execute(SOURCE, (entry_id, act[0], address, salt))


@cache
def _token_key() -> OctKey:
    return OctKey.import_key(tokens.maker().key)


def _reason(seen: tuple[Any, ...] | None) -> str:
    if seen is None:
        return "not_found"
    _, kinds, takes_claims, _, _, active, holds_one = seen
    if "team" not in kinds or not active:
        return "claimant_not_active"
    return "opening_closed" if not takes_claims else "already_claimed" if holds_one else "opening_full"


def _caller(environ: Environ, now: datetime) -> AccessClaims:
    said = jwt.decode(environ["HTTP_AUTHORIZATION"].removeprefix("Bearer "), _token_key(), algorithms=["HS256"]).claims
    if said["exp"] <= now.timestamp():
        raise RuntimeError("a token ended during the benchmark")
    return AccessClaims(UUID(said["sub"]), UUID(said["fam"]))


def _hold(connection: psycopg.Connection, caller: AccessClaims, wanted: dict[str, str], opening_id: UUID, now: datetime) -> UUID:
    values = {"claim": new_id(), "opening": opening_id, "role": wanted["role_id"], "team": wanted["team_id"]}
    held = connection.execute(HOLD, values | {"now": now, "account": caller.account_id}).fetchone()
    if held is None:
        raise RuntimeError("held already: the benchmark sends each claim once")
    claim_id: UUID = held[0]
    return claim_id


def _answer(claim_id: UUID, opening_id: UUID, wanted: dict[str, str], now: datetime) -> bytes:
    made = {"id": str(claim_id), "opening_id": str(opening_id), "role_id": wanted["role_id"], "status": "held"}
    return json.dumps(made | {"claimant_kind": "team", "claimant_id": wanted["team_id"], "claimed_at": now.isoformat()}).encode()
