"""After a whole visit nobody's number, phone, address or name stands in clear where it is not meant to; and the scan would find it."""

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
import redis
from celery import Celery

from backend.foundation.sealing import Keyring
from ejia.trial import running
from tests.end_to_end.town import Town, awaited
from tests.end_to_end.visit import Visit
from tests.support import scan
from tests.support.demands import GRANDMOTHER
from tests.support.people import identity_number
from tests.support.scan import Values

HEALTH = "老人听力不好，请多敲几声"
NAMES = {"李队长", "王志愿", "赵邻居", "孙女儿", GRANDMOTHER["name"]}
SEALED = {"id_number": ("people", "id_number"), "phone": ("people", "phone"), "address": ("beneficiaries", "address")}


@pytest.fixture(scope="module")
def visited(town: Town, stores: list["redis.Redis"], told: list[bytes]) -> Town:
    """A visit from the need to the points, corrected and taken back by people who write names, an export, a reading in clear."""
    with scan.told_to(stores[0]) as of_cache, scan.told_to(stores[1]) as of_broker:
        visit = Visit(town)
        fact_id = visit.serve(visit.member, 47)
        visit.confirm(fact_id)
        visit.correct(fact_id, 40, "王志愿 本人说明")
        visit.officer.made(f"/services/{fact_id}/confirmation/withdrawal", {"reason": f"{GRANDMOTHER['name']} 说明"})
        visit.withdraw(fact_id, "李队长 说明")
        town.workbook(town.administrator("jiedao"))
        visit.officer.made(
            f"/people/{visit.member.person_id}/reveals", {"field": "id_number", "purpose": "verify_identity", "note": "核对 王志愿 的证件"}
        )
        visit.leader.get(f"/demands/{visit.demand['id']}/beneficiary")
    told += of_cache + of_broker
    return town


@pytest.fixture(scope="module")
def told() -> list[bytes]:
    """What was told to cache and broker during the visit."""
    return []


@pytest.fixture(scope="module")
def environment(town: Town) -> dict[str, str]:
    """The variables of the running copy."""
    return running.environment_of(town.folder)


@pytest.fixture(scope="module")
def database(visited: Town, environment: dict[str, str]) -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(environment["DATABASE_URL"].replace("postgresql+psycopg:", "postgresql:")) as connection:
        yield connection
        connection.rollback()


@pytest.fixture(scope="module")
def values(database: "psycopg.Connection[Any]", environment: dict[str, str]) -> Values:
    """Every number, phone and address in the database, opened by its keys; names of who took part; what was told of the elder's health."""
    keys = {key_id: base64.b64decode(key) for key_id, key in (pair.split(":") for pair in environment["EJIA_SEALING_KEYS"].split(","))}
    ring = Keyring(keys, next(iter(keys)), base64.b64decode(environment["EJIA_INDEX_KEY"]))
    assert HEALTH in _details(database, ring), "it stands sealed, where it is meant to"
    found = {"name": NAMES, "health": {HEALTH}}
    for kind, (table, column) in SEALED.items():
        rows = database.execute(f"SELECT id, {column}_sealed FROM {table} WHERE {column}_sealed IS NOT NULL").fetchall()  # noqa: S608
        found[kind] = {ring.unseal(bytes(sealed), field=f"{table}.{column}", row=row) for row, sealed in rows}
    found["phone"] |= {GRANDMOTHER["phone"]} if GRANDMOTHER.get("phone") else set()
    assert {kind for kind, wanted in found.items() if not wanted} == set()
    return found


def _details(database: "psycopg.Connection[Any]", ring: Keyring) -> list[str]:
    rows = database.execute("SELECT id, details_sealed FROM demands WHERE details_sealed IS NOT NULL").fetchall()
    return [ring.unseal(bytes(sealed), field="demands.details", row=row) for row, sealed in rows]


@pytest.fixture(scope="module")
def stores(environment: dict[str, str]) -> Iterator[list["redis.Redis"]]:
    """Cache and broker."""
    both = [redis.Redis.from_url(environment[name]) for name in ("REDIS_URL", "BROKER_URL")]
    yield both
    for store in both:
        store.close()


def test_nothing_stands_in_clear_in_any_column_that_is_not_meant_for_it(database, values: Values) -> None:
    assert scan.in_tables(database, values) == set()


def test_nothing_stands_in_clear_in_a_file_that_is_kept(visited: Town, values: Values) -> None:
    kept = list((visited.folder / "files").iterdir())
    assert kept
    assert [file.name for file in kept if scan.kinds_in(file.read_bytes(), values)] == []


def test_nothing_stands_in_clear_in_the_logs_of_any_process(visited: Town, values: Values) -> None:
    assert len(list((visited.folder / "log").iterdir())) > 4
    assert scan.in_files(visited.folder / "log", values) == set()


def test_a_row_that_the_database_refuses_does_not_stand_in_its_log(visited: Town, database, values: Values) -> None:
    log = visited.folder / "log" / "postgres.log"
    with pytest.raises(psycopg.errors.NotNullViolation):
        database.execute("INSERT INTO people (id, name) VALUES (gen_random_uuid(), %s)", (min(values["name"]),))
    database.rollback()
    awaited(log.read_text, lambda text: "violates not-null constraint" in text)
    assert scan.in_files(log.parent, values) == set()


def test_nothing_stands_in_clear_in_redis_nor_in_messages_that_wait_there(stores, values: Values) -> None:
    assert sum(store.dbsize() for store in stores) > 0
    for store in stores:
        assert scan.in_redis(store, values) == set()


def test_nothing_stands_in_clear_in_any_message_that_went_to_a_worker(visited: Town, told: list[bytes], values: Values) -> None:
    assert [task for task in (b"deliver.consumer", b"jobs.run") if not any(task in command for command in told)] == []
    assert scan.kinds_in(b"\n".join(told), values) == set()


def test_nothing_stands_in_clear_in_metrics_and_refusals(visited: Town, values: Values) -> None:
    number = next(iter(values["id_number"]))
    phone = visited.phone("nosy")
    form = {"name": "王志愿", "id_number": number, "community_id": number, "notice_version": "王志愿", "phone": number}
    answers = [
        phone.post("/people", form),
        phone.post("/people", form | {"community_id": next(iter(visited.communities.values())), "notice_version": "x"}),
        phone.get(f"/demands/{number}"),
        phone.get("/demands", number=number, cursor=number),
        visited.nobody.post("/auth/password", {"name": number, "password": "王志愿"}),
    ]
    assert {answer.status_code for answer in answers} <= {400, 401, 404, 422, 409}
    for answer in answers:
        assert scan.kinds_in(answer.get_data(), values) == set(), answer.get_data(as_text=True)[:300]
    assert scan.kinds_in(visited.figures_of_prometheus(), values) == set()
    assert scan.in_files(visited.folder / "log", values) == set(), "what was refused is not logged either"


PLANTED = ("audit_entries.details", "outbox_deliveries.last_error", "idempotency_keys.key", "idempotency_keys.answer")
Found = set[tuple[str, str]]


@pytest.fixture(scope="module")
def planted(database: "psycopg.Connection[Any]", values: Values) -> Found:
    """What one look at all tables finds while a value of each kind, in rows of its own, stands in columns that are not meant for it."""
    for value in map(min, values.values()):
        database.execute(
            "INSERT INTO audit_entries (id, at, action, succeeded, details)"
            " VALUES (gen_random_uuid(), now(), 'x', true, jsonb_build_object('a', %s::text))",
            (value,),
        )
        database.execute(
            "INSERT INTO outbox_deliveries (event_id, consumer, due_at, attempts, last_error)"
            " VALUES (gen_random_uuid(), 'x', now(), 1, %s)",
            (value,),
        )
        database.execute(
            "INSERT INTO idempotency_keys (account_id, route, key, body_digest, created_at, answer)"
            " VALUES (gen_random_uuid(), 'POST /x', %s, %s, now(), %s)",
            (value, b"-", json.dumps({"name": value}).encode()),
        )
    found = scan.in_tables(database, values)
    database.rollback()
    return found


@pytest.mark.parametrize("kind", ["id_number", "phone", "address", "name"])
def test_the_scan_finds_what_is_planted(planted: Found, stores, values: Values, tmp_path: Path, kind: str) -> None:
    value = min(values[kind])
    forms = [value, quote(value), json.dumps(value), json.dumps({"text": f"x{value}y"}), value.encode().hex()]
    forms += [base64.b64encode(f"{'x' * shift}{value}{'y' * 8}".encode()).decode() for shift in range(3)]
    for form in forms:
        assert scan.kinds_in(f'GET /x?y="{form}" 200'.encode(), values) == {kind}, form
    assert {(column, found) for column, found in planted if found == kind} == {(column, kind) for column in PLANTED}
    (tmp_path / "web.log").write_text(f'{{"event": "x", "body": {json.dumps(value)}}}\n')
    assert scan.in_files(tmp_path, values) == {("web.log", kind)}
    stores[0].rpush("planted", base64.b64encode(json.dumps([value]).encode()))
    try:
        assert scan.in_redis(stores[0], values) == {("planted", kind)}
    finally:
        stores[0].delete("planted")


@pytest.mark.parametrize("kind", ["id_number", "phone", "address", "name"])
def test_the_scan_finds_a_message_that_waits_or_went(stores, environment: dict[str, str], values: Values, kind: str) -> None:
    with Celery(broker=environment["BROKER_URL"], set_as_current=False) as sender, scan.told_to(stores[1]) as told:
        try:
            sender.send_task("planted", kwargs={"of": min(values[kind])}, queue="planted")
            assert scan.in_redis(stores[1], values) == {("planted", kind)}
        finally:
            stores[1].delete("planted", "_kombu.binding.planted")
    assert scan.kinds_in(b"\n".join(told), values) == {kind}


@pytest.mark.parametrize("kind", ["id_number", "phone", "address", "name"])
def test_the_scan_finds_what_is_planted_in_a_workbook_a_figure_and_a_refusal(values: Values, kind: str) -> None:
    value = min(values[kind])
    workbook = io.BytesIO()
    with zipfile.ZipFile(workbook, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("docProps/core.xml", f"<dc:creator>{value}</dc:creator>")
    assert scan.kinds_in(workbook.getvalue(), values) == {kind}
    assert scan.kinds_in(f'ejia_requests_total{{route="/x/{value}"}} 1.0'.encode(), values) == {kind}
    assert scan.kinds_in(json.dumps({"code": "invalid", "errors": {"x": [value]}}).encode(), values) == {kind}
    assert scan.kinds_in(repr(value.encode()).encode(), values) == {kind}


def test_the_scan_does_not_cry_over_what_is_masked(values: Values) -> None:
    assert scan.kinds_in(f"639999********0014 138****0000 王** {identity_number()}".encode(), values) == set()
