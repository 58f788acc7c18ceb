"""A copy says whether it lives and whether it can work."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, text

from backend.accounts import tokens
from backend.accounts.tokens import AccessClaims
from backend.foundation import clock, schema
from backend.foundation.database import db
from config.settings import Settings
from ejia.app import create_app
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
    assert answer.get_json() == {"status": "ready", "release": settings.release, "migration_head": schema.head(), "redis": "ok"}


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


def test_a_database_of_another_release_is_not_ready(app: APIFlask, client: FlaskClient) -> None:
    def stand_at(revision: str) -> None:
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})

    stand_at("0001")
    try:
        answer = client.get("/readyz")
    finally:
        stand_at(schema.head())
    assert (answer.status_code, answer.get_json()["code"]) == (503, "not_ready")
    assert (answer.get_json()["database_head"], answer.get_json()["migration_head"]) == ("0001", schema.head())
    assert client.get("/readyz").status_code == 200
