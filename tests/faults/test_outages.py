"""Redis, PostgreSQL or WeChat is stopped, or hangs and says nothing, under a running copy: what a phone gets meanwhile, and that all is
well again without a restart. docs/operations.md tells operators the same."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from kombu import Connection, Consumer, Exchange, Message, Queue
from kombu.common import ignore_errors
from sqlalchemy import text
from werkzeug.test import TestResponse

from backend.areas.models import Area
from backend.foundation.actor import Role
from backend.foundation.database import db, transaction
from ejia.broker import celery_of
from ejia.metrics import registry_of
from ejia.trial.processes import last_lines
from tests.faults.outpost import Outpost
from tests.support.beginning import officer_of, wechat_user
from tests.support.demands import demand_form
from tests.support.people import registered_person
from tests.support.phone import Phone, refused
from tests.support.served import confirm, make_person, make_record
from tests.trial.waiting import eventually
from web.health import KEPT_SECONDS

BACK_WITHIN = 90
"""Seconds for a copy to be itself again, on a machine that is busy with other things."""
LITTLE = 2.0
"""Seconds that a request takes at most while Redis is away or hangs."""
BOUND = 10.0
"""Seconds after which whoever needs the database has his 503, also when it hangs."""
PASSWORD = "Correct-Horse-7"

T = TypeVar("T")


@pytest.fixture(scope="module")
def outpost(settings, tmp_path_factory) -> Iterator[Outpost]:
    assert settings.clock_file is not None
    there = Outpost(tmp_path_factory.mktemp("outpost"), settings.clock_file)
    try:
        there.start()
        yield there
    finally:
        there.stop()


@pytest.fixture
def copy(outpost: Outpost) -> Iterator[Outpost]:
    """The copy, whole; and whole again afterwards."""
    with outpost.app.app_context():
        yield outpost
        db.session.remove()
        outpost.wechat.thaw()
        for server in (outpost.redis, outpost.postgres):
            server.thaw()
            if server.process is None:
                server.start()
    assert eventually(lambda: outpost.wire().get("/readyz").get_json().get("redis") == "ok", BACK_WITHIN)


@pytest.fixture
def resident(copy: Outpost) -> Phone:
    """The phone of somebody who said who they are."""
    return copy.reached_by(registered_person(lambda user: wechat_user(copy.app, user), copy.street))


def timed(call: Callable[[], T]) -> tuple[float, T]:
    began = time.monotonic()
    found = call()
    return time.monotonic() - began, found


def count(query: str, **values: object) -> int:
    with transaction():
        return db.session.scalars(text(query), values).one()


def a_service_counts(copy: Outpost) -> UUID:
    """Somebody served for two hours, and it was confirmed: the id of the person, who has no points for it yet."""
    with transaction():
        area = db.session.get_one(Area, UUID(copy.street["和平社区"]))
        person = make_person(area)
        confirm(make_record(person, area, "door_knock", minutes=120))
        return person.id


def has_points(person_id: UUID) -> bool:
    return count("SELECT count(*) FROM points_accounts WHERE person_id = :id AND balance > 0", id=person_id) == 1


def catches_up(copy: Outpost, person_id: UUID) -> None:
    """The points come. Else the logs of who should have booked them are shown."""
    logs = (copy.beat.log, copy.worker.log)
    assert eventually(lambda: has_points(person_id), BACK_WITHIN), "\n".join(last_lines(log, 40) for log in logs)


def submitted(phone: Phone, copy: Outpost, key: str) -> TestResponse:
    return phone.post("/demands", demand_form(copy.street), key=key)


def is_unavailable(answer: TestResponse) -> bool:
    return refused(answer) == (503, "unavailable") and int(answer.headers["Retry-After"]) > 0


def demands_of(phone: Phone) -> int:
    return count("SELECT count(*) FROM demands WHERE requester_person_id = :id", id=phone.person_id)


@pytest.mark.parametrize("how", ["stop", "freeze"])
def test_without_redis_requests_go_on_and_points_catch_up_when_it_is_back(copy: Outpost, resident: Phone, how):
    before = copy.processes()
    getattr(copy.redis, how)()

    person_id = a_service_counts(copy)
    for _ in range(8):
        seconds, answer = timed(lambda: submitted(resident, copy, str(uuid4())))
        assert (answer.status_code, seconds < LITTLE) == (201, True), seconds
    time.sleep(KEPT_SECONDS)  # what was found before is told for so long
    seconds, answer = timed(lambda: copy.wire().get("/readyz"))
    assert (answer.status_code, answer.get_json()["redis"], seconds < LITTLE) == (200, "degraded", True)
    assert not has_points(person_id), "nobody rang"

    copy.redis.thaw() if how == "freeze" else copy.redis.start()
    catches_up(copy, person_id)
    assert eventually(lambda: count("SELECT count(*) FROM outbox_deliveries") == 0, BACK_WITHIN)
    assert copy.processes() == before


def test_no_worker_ends_of_a_message_that_was_under_way_when_redis_went(copy: Outpost):
    """Kombu closes twice what it had open, and gave back what was not acknowledged the second time, when it knew no address any more."""
    connection, taken = celery_of(copy.settings).connection_for_read(), list[Message]()
    mine = Queue("under way", auto_delete=True)
    Consumer(connection, [mine], callbacks=[lambda _, message: taken.append(message)]).consume()
    other = Queue("by the way", exchange=Exchange("ways", type="fanout"), auto_delete=True)
    Consumer(connection.channel(), [other]).consume()  # closed first, which fails
    connection.Producer().publish({}, routing_key=mine.name)
    assert eventually(lambda: drained(connection) or bool(taken), BACK_WITHIN)
    drained(connection)  # the next one is asked for

    copy.redis.stop()

    ignore_errors(connection, connection.collect)
    ignore_errors(connection, connection.close)
    assert not taken[0].acknowledged


def drained(connection: Connection) -> bool:
    """Take what comes within a moment; never True."""
    with suppress(TimeoutError):
        connection.drain_events(timeout=0.3)
    return False


def test_without_redis_a_password_is_still_guarded_by_rows_of_postgresql(copy: Outpost):
    officer_of(copy.app, Role.COMMUNITY_OFFICER, "639999001001")
    name = db.session.scalars(text("SELECT name FROM logins WHERE kind = 'password' ORDER BY created_at DESC LIMIT 1")).one()
    db.session.rollback()
    copy.redis.stop()
    line = copy.wire()

    def log_in(password: str) -> TestResponse:
        return line.post("/api/v1/auth/password", json={"name": name, "password": password})

    assert log_in(PASSWORD).status_code == 200
    assert [refused(log_in("Wrong-Horse-8"))[0] for _ in range(5)].count(401) >= 4
    assert refused(log_in(PASSWORD)) == (429, "login_locked")


def test_without_postgresql_a_phone_is_asked_to_come_again_and_finds_everything_as_it_was(copy: Outpost, resident: Phone):
    before, key = copy.processes(), str(uuid4())
    copy.postgres.stop()

    for _ in range(3):
        seconds, answer = timed(lambda: submitted(resident, copy, key))
        assert (is_unavailable(answer), seconds < BOUND) == (True, True), seconds
    assert copy.wire().get("/healthz").status_code == 200
    time.sleep(KEPT_SECONDS)
    assert refused(copy.wire().get("/readyz")) == (503, "not_ready")

    copy.postgres.start()
    db.engine.dispose()  # ours: this test is no part of the copy
    assert eventually(lambda: copy.wire().get("/readyz").status_code == 200, BACK_WITHIN)
    assert submitted(resident, copy, key).status_code == 201
    assert submitted(resident, copy, key).status_code == 201
    assert demands_of(resident) == 1
    person_id = a_service_counts(copy)
    catches_up(copy, person_id)
    assert copy.processes() == before


def test_a_postgresql_that_hangs_holds_nobody_up_for_long(copy: Outpost, resident: Phone):
    before, key = copy.processes(), str(uuid4())
    lines = [copy.reached_by(Phone(resident.client, resident.access_token, resident.account_id)) for _ in range(12)]
    assert [line.get("/me").status_code for line in lines] == [200] * len(lines)
    copy.postgres.freeze()

    with ThreadPoolExecutor(len(lines)) as pool:
        first = list(pool.map(lambda line: timed(lambda: line.get("/me")), lines))
        assert [is_unavailable(answer) for _, answer in first] == [True] * len(lines)
        assert max(seconds for seconds, _ in first) < BOUND
        time.sleep(KEPT_SECONDS)  # what was found before is told for so long
        # Side by side, for each of them waits: none for another.
        later = [pool.submit(timed, partial(submitted, line, copy, key)) for line in lines[:3]]
        ready = pool.submit(timed, lambda: copy.wire().get("/readyz"))
        up = pool.submit(timed, lambda: registry_of(copy.settings).get_sample_value("ejia_database_up"))
        alive = pool.submit(timed, lambda: copy.wire().get("/healthz"))
    assert [(is_unavailable(answer), seconds < BOUND / 2) for seconds, answer in (each.result() for each in later)] == [(True, True)] * 3
    seconds, answer = alive.result()
    assert (answer.status_code, seconds < LITTLE) == (200, True)
    seconds, answer = ready.result()
    assert (refused(answer), seconds < BOUND) == ((503, "not_ready"), True)
    seconds, found = up.result()
    assert (found, seconds < BOUND) == (0, True), "a scrape of the figures tells"

    copy.postgres.thaw()
    assert eventually(lambda: copy.wire().get("/readyz").status_code == 200, BACK_WITHIN)
    assert submitted(resident, copy, key).status_code == 201
    assert demands_of(resident) == 1
    person_id = a_service_counts(copy)
    catches_up(copy, person_id)
    assert copy.processes() == before


def test_while_wechat_hangs_who_is_logged_in_goes_on(copy: Outpost, resident: Phone):
    codes = [copy.levers.login_code(f"late-{number}") for number in range(16)]
    lines = [copy.wire() for _ in codes]
    copy.wechat.freeze()
    with ThreadPoolExecutor(len(codes)) as pool:
        late = [
            pool.submit(timed, partial(line.post, "/api/v1/auth/wechat", {"code": code})) for line, code in zip(lines, codes, strict=True)
        ]
        waiting = [timed(lambda: resident.get("/me")) for _ in range(5)]
        answers = [each.result() for each in late]
    copy.wechat.thaw()

    assert [(answer.status_code, seconds < 2 * LITTLE) for seconds, answer in waiting] == [(200, True)] * 5, waiting
    assert {refused(answer) for _, answer in answers} == {(503, "wechat_unavailable")}
    assert max(seconds for seconds, _ in answers) < 2 * BOUND


def test_a_statement_that_is_only_slow_goes_on(copy: Outpost):
    seconds, (slept,) = timed(lambda: db.session.execute(text("SELECT 1 FROM pg_sleep(2.5)")).one())
    assert (slept, seconds > 2.5) == (1, True)
