"""Schemathesis asks each route what its schema allows and what it forbids, and holds the answers against the document."""

import re
import threading
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from apiflask import APIFlask
from flask import current_app, request
from schemathesis import AuthContext, Case, engine
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.schemas import BaseSchema

from backend.foundation.database import db
from backend.foundation.errors import Unauthenticated
from backend.foundation.idempotency import IdempotencyKeyMissing
from config.settings import Settings
from ejia.app import create_app
from ejia.trial.wechat_server import create_stand_in, stand_in_server
from miniprogram_api.contract import Access, contract_of
from miniprogram_api.fields import IDEMPOTENCY_KEY_PATTERN
from tests.support.phone import Phone

LET_IN = "Bearer let-me-in"
# So that the workers of a run share the routes.
PARTS = 4


def is_guarded(context: Any) -> bool:
    """Whether the route asks who is calling."""
    return bool(context.operation.definition.raw["security"])


@pytest.fixture
def app_with_wechat(app: APIFlask, settings: Settings) -> Iterator[APIFlask]:
    """The application beside a stand-in of WeChat's server."""
    server = stand_in_server(create_stand_in(settings.wechat_appid, settings.wechat_secret.get_secret_value()), 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    beside = create_app(settings.model_copy(update={"wechat_base_url": f"http://127.0.0.1:{server.server_port}"}))
    yield beside
    with beside.app_context():
        db.engine.dispose()
    server.shutdown()
    thread.join()
    server.server_close()


def log_in(schema: BaseSchema, authorization: str) -> None:
    """Let schemathesis send this header with every request."""

    class Known:
        def get(self, _case: Case, _context: AuthContext) -> str:
            return authorization

        def set(self, case: Case, data: str, _context: AuthContext) -> None:
            case.headers["Authorization"] = data

    schema.auth()(Known)
    # Its probe without the header passes arguments of requests to a WSGI app and fails; another test asks the same.
    schema.config.checks.ignored_auth.enabled = False


@pytest.fixture
def guarded_app(small_app: APIFlask) -> APIFlask:
    """The small app behind a door like that of edge.py, without accounts."""

    def guard() -> None:
        access = contract_of(current_app.view_functions[request.endpoint]).access if request.endpoint else None
        if access in (Access.READS, Access.WRITES, Access.CREATES) and request.headers.get("Authorization") != LET_IN:
            raise Unauthenticated
        if access is Access.CREATES and not re.fullmatch(IDEMPOTENCY_KEY_PATTERN, request.headers.get("Idempotency-Key", "")):
            raise IdempotencyKeyMissing

    small_app.before_request(guard)
    return small_app


def complaints(schema: BaseSchema, *, examples: int) -> tuple[int, list[str]]:
    """How many cases were asked, and what was wrong with the answers."""
    # A cursor that no answer held is refused, and no schema can say which ones are ours.
    schema.config.checks.positive_data_acceptance.expected_statuses = ["2xx", "400", "401", "403", "404", "409"]
    schema.config.generation.update(max_examples=examples, deterministic=True, database="none")
    asked, found = 0, set()
    for event in engine.from_schema(schema).execute():
        if isinstance(event, FatalError | NonFatalError):
            raise event.value if isinstance(event, NonFatalError) else event.exception
        if isinstance(event, ScenarioFinished):
            asked += len(event.recorder.cases)
            checks = [check for of_case in event.recorder.checks.values() for check in of_case]
            found |= {f"{check.failure_info.failure}\n{check.failure_info.code_sample}" for check in checks if check.failure_info}
    return asked, sorted(found)


def test_public_answers_keep_to_the_document(app_with_wechat: APIFlask) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app_with_wechat).exclude(is_guarded)
    # Whether a code or a password is right, no schema can say.
    schema.config.checks.positive_data_acceptance.enabled = False
    asked, found = complaints(schema, examples=8)
    assert not found, "\n\n".join(found)
    assert asked > 50


@pytest.mark.parametrize("part", range(PARTS))
def test_answers_to_who_is_logged_in_keep_to_the_document(app: APIFlask, phone_of: Callable[..., Phone], part: int) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app).include(
        lambda context: is_guarded(context) and zlib.crc32(context.operation.label.encode()) % PARTS == part
    )
    log_in(schema, f"Bearer {phone_of().access_token}")
    # Behind the door stand rules that no schema can say: check digits, an end after its beginning.
    schema.config.checks.positive_data_acceptance.enabled = False
    _, found = complaints(schema, examples=5)
    assert not found, "\n\n".join(found)


def test_values_of_every_type_are_taken_or_refused_as_the_document_says(guarded_app: APIFlask) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", guarded_app)
    log_in(schema, LET_IN)
    asked, found = complaints(schema, examples=20)
    assert not found, "\n\n".join(found)
    assert asked > 200
