"""Schemathesis asks invented routes for values of every type, and each answer is what the document says, also for what it allows.

The real routes it asks in tests/api/conformance.
"""

import re
from typing import Any

import pytest
import schemathesis
from apiflask import APIFlask
from flask import current_app, request
from schemathesis import AuthContext, Case, HookContext, Response, engine
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.openapi.checks import RejectedPositiveData
from schemathesis.schemas import BaseSchema

from backend.foundation.errors import Unauthenticated
from backend.foundation.idempotency import IdempotencyKeyMissing
from backend.foundation.visible import PRIVATE_USE, UNSEEN_TAG
from web.routes import Access, contract_of
from web.submissions import IDEMPOTENCY_KEY_PATTERN

LET_IN = "Bearer let-me-in"


def log_in(schema: BaseSchema) -> None:
    """Let schemathesis send this header with every request."""

    class Known:
        def get(self, _case: Case, _context: AuthContext) -> str:
            return LET_IN

        def set(self, case: Case, data: str, _context: AuthContext) -> None:
            case.headers["Authorization"] = data

    schema.auth()(Known)


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
    # A cursor that no answer held is refused with 400, and no schema can say which ones are ours.
    schema.config.checks.positive_data_acceptance.expected_statuses = ["2xx", "400", "404", "409"]
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


def told_of_the_schema(_context: HookContext, failure: Any, _case: Case, response: Response) -> bool:
    """Whether a refusal is one of what the schema allows: what nobody sees beyond U+FFFF is refused in any text, and no pattern says it."""
    if not isinstance(failure, RejectedPositiveData):
        return True
    errors = response.json().get("errors")
    return not errors or any(sentences not in ([UNSEEN_TAG], [PRIVATE_USE]) for sentences in errors.values())


@pytest.mark.usefixtures("_only_what_a_wsgi_app_takes", "_worked_out_once")
def test_values_of_every_type_are_taken_or_refused_as_the_document_says(guarded_app: APIFlask) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", guarded_app)
    schema.hook("filter_failure")(told_of_the_schema)
    log_in(schema)
    asked, found = complaints(schema, examples=20)
    assert not found, "\n\n".join(found)
    assert asked > 200
