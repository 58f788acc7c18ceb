"""A copy says whether it lives and whether it can work."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError
from werkzeug.test import TestResponse

from backend.accounts import tokens
from backend.accounts.tokens import AccessClaims
from backend.foundation import clock, schema
from backend.foundation.database import db, transaction
from backend.statistics.settling import hold_lock
from config.settings import Settings
from ejia import core, logs
from ejia.app import create_app
from tests.support.command_line import CommandLine
from web import health

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/none"


@pytest.fixture
def client_of(settings: Settings) -> Iterator[Callable[..., FlaskClient]]:
    """Makes a client of a copy whose settings differ in something."""
    made: list[APIFlask] = []

    def make(**changed: object) -> FlaskClient:
        made.append(create_app(settings.model_copy(update=changed)))
        return made[-1].test_client()

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


def test_a_copy_with_its_database_and_redis_is_ready(client: FlaskClient, settings: Settings) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json() == {"status": "ready", "release": settings.release, "migration_head": schema.head()} | {
        "redis": "ok",
        "tables": "ok",
        "logs": "ok",
    }


def test_who_asks_without_end_does_not_load_the_database(client_of: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "KEPT_SECONDS", 60)
    client, sent = client_of(), []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert {client.get("/readyz").status_code for _ in range(50)} == {200}
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len([statement for statement in sent if "SELECT version_num" in statement]) == 1


def test_without_its_database_a_copy_lives_and_is_not_ready(client_of: Callable[..., FlaskClient]) -> None:
    client = client_of(database_url=NOWHERE)
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert (answer.get_json()["code"], answer.get_json()["database_head"]) == ("not_ready", None)
    assert int(answer.headers["Retry-After"]) > 0


def test_a_route_that_needs_the_database_asks_to_come_again(client_of: Callable[..., FlaskClient]) -> None:
    client = client_of(database_url=NOWHERE)
    token = tokens.maker().access_token(AccessClaims(uuid4(), uuid4()), now=clock.now())
    answer = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0


def test_without_redis_a_copy_works_and_says_that_it_is_degraded(client_of: Callable[..., FlaskClient]) -> None:
    answer = client_of(redis_url="redis://127.0.0.1:1/0", rate_limits_enabled=True).get("/readyz")
    assert (answer.status_code, answer.get_json()["redis"]) == (200, "degraded")


def stood_at(revision: str, client: FlaskClient) -> TestResponse:
    """What `/readyz` says while the database stands at another migration."""

    def stand_at(at: str) -> None:
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": at})

    stand_at(revision)
    try:
        return client.get("/readyz")
    finally:
        stand_at(schema.head())


def test_a_database_of_an_older_release_is_not_ready(app: APIFlask, client: FlaskClient) -> None:
    answer = stood_at("0001", client)

    assert (answer.status_code, answer.get_json()["code"]) == (503, "not_ready")
    assert (answer.get_json()["database_head"], answer.get_json()["migration_head"]) == ("0001", schema.head())
    assert client.get("/readyz").status_code == 200


def test_a_standby_is_not_ready_and_a_command_says_so_in_one_line(
    client_of: Callable[..., FlaskClient], app: APIFlask, ejia: CommandLine
) -> None:
    def let(read_only: str) -> None:
        with db.engine.begin() as connection:
            connection.execute(text("SET TRANSACTION READ WRITE"))
            name = connection.scalar(text("SELECT current_database()"))
            connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = {read_only}"))

    let("on")
    try:
        answer, command = (
            client_of().get("/readyz"),
            ejia("--operator", "A01", "areas", "add", "639999000000", "测试区", "--level", "district"),
        )
    finally:
        let("off")
    assert (answer.status_code, answer.get_json()["detail"]) == (503, "数据库只读，可能是备用服务器")
    assert (command.exit_code, command.output.splitlines()[-1][:8]) == (3, "错误：数据库只读"), command.output
    assert "Traceback" not in command.output


def test_while_the_next_release_migrates_this_one_is_ready_and_says_that_the_tables_are_newer(app: APIFlask, client: FlaskClient) -> None:
    answer = stood_at("9998", client)

    assert (answer.status_code, answer.get_json()["tables"], answer.get_json()["migration_head"]) == (200, "newer", "9998")


def test_a_process_that_hangs_in_a_transaction_does_not_keep_its_locks(
    client_of: Callable[..., FlaskClient], app: APIFlask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core, "LONGEST_IDLE", timedelta(milliseconds=200))
    hanging = client_of().application

    with hanging.app_context():
        hold_lock()
        with app.app_context(), transaction():
            hold_lock()  # waits until the other one is ended
        with pytest.raises(DBAPIError):
            db.session.execute(text("SELECT 1"))
        db.session.remove()


@pytest.mark.parametrize("trouble", [BrokenPipeError(32, "Broken pipe"), OSError(28, "No space left on device"), ValueError("closed")])
def test_a_log_that_takes_no_lines_costs_no_answer_and_is_told(
    client_of: Callable[..., FlaskClient], settings: Settings, trouble: Exception
) -> None:
    class Gone:
        """The reader of the pipe has ended, or the disk is full."""

        def write(self, _line: bytes) -> int:
            raise trouble

        def flush(self) -> None:
            raise trouble

    client = client_of()
    logs.configure(json_lines=settings.log_json, stream=Gone())
    try:
        answers = [client.get("/api/v1/areas"), client.get("/readyz")]
    finally:
        logs.configure(json_lines=settings.log_json)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].get_json()["logs"] == "incomplete"
