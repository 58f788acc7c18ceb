"""Ids that nobody has, addresses and queries that cannot be read: refused by every route, and nothing is changed."""

import base64
import json
from dataclasses import replace
from uuid import uuid4

from backend.foundation.ids import new_id
from tests.api.refusals.conftest import Sweep
from tests.support.operations import METHODS, ODD_TEXTS, with_value

NO_ID = ["me", "0", "-1", "9" * 40, "01930a6e-7c1a-7b5e-9a52", f"{uuid4()}x", f"{{{uuid4()}}}", uuid4().hex, "%00", "%ff", "..%2f"]
NO_YEAR = ["1999", "2200", "-1", "9" * 30, "x", "2026.0", "%00"]
NO_WORD = ["no_such_word", "x" * 81, "%00", "%ff", "é", "a%0Ab", "'%3B--"]


def a_cursor(*values: object) -> str:
    """In the form of ours, and of no list's kind."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


NO_CURSOR = [
    "",
    "我",
    "{}",
    "MQ==",
    "a" * 1001,
    "a\x00",
    "not-of-ours",
    a_cursor(),
    a_cursor(None),
    a_cursor("\x00"),
    a_cursor("\ud800"),
    a_cursor(10**400),
    a_cursor(2**63),
    a_cursor([[]]),
    a_cursor("x", "y", "z", "u", "v"),
    base64.urlsafe_b64encode(b"[" * 700).rstrip(b"=").decode(),
]


def test_an_id_that_nobody_has_is_404(sweep: Sweep) -> None:
    for operation in sweep.operations:
        for name, schema in operation.places.items():
            if schema.get("format") == "uuid":
                for unknown in (new_id(), uuid4(), "00000000-0000-0000-0000-000000000000"):
                    answer = sweep.send(operation, address=operation.address(**{name: unknown}))
                    sweep.refused(operation, f"{name} = {unknown}", answer, (404, None))


def test_an_id_in_a_body_that_nobody_has_is_refused(sweep: Sweep) -> None:
    for operation in sweep.with_body:
        for field in operation.fields:
            if field.is_id:
                answer = sweep.send(operation, body=with_value(operation.example, [field.place], str(new_id())))
                sweep.refused(operation, field.name, answer, (403, None), (404, None), (409, None), (422, None))


def test_a_method_that_an_address_does_not_know_is_405(sweep: Sweep) -> None:
    known = {operation.path: operation for operation in sweep.operations}
    for path, operation in known.items():
        for method in set(METHODS) - {other.method for other in sweep.operations if other.path == path}:
            sweep.refused(operation, method, sweep.send(replace(operation, method=method)), (405, "method_not_allowed"))


def test_an_address_with_something_else_in_place_of_an_id_is_404(sweep: Sweep) -> None:
    for operation in sweep.operations:
        for name, schema in operation.places.items():
            for odd in NO_ID if schema.get("format") == "uuid" else NO_YEAR if schema["type"] == "integer" else NO_WORD:
                answer = sweep.send(operation, address=operation.address(**{name: odd}))
                sweep.refused(operation, f"{name} = {odd}", answer, (404, None))


def test_a_query_that_the_document_does_not_allow_is_422_and_named(sweep: Sweep) -> None:
    for operation in sweep.operations:
        known = operation.needed_query
        forbidden = {name: operation.odd_texts(schema) for name, schema in operation.query.items() if name != "cursor"}
        for odd in ODD_TEXTS:
            wrong = [name for name, texts in forbidden.items() if odd in texts]
            if wrong:
                answer = sweep.send(operation, query=known | dict.fromkeys(wrong, odd))
            for name in wrong:
                sweep.refused(operation, f"{name} = {odd!r}", answer, (422, "invalid"), field=name)
        for name in operation.query:
            answer = sweep.send(operation, query={**known, name: ["1", "1"]})
            sweep.refused(operation, f"{name} twice", answer, (422, "invalid"), field=name)
        for name in operation.needed_query:
            sweep.refused(operation, f"without {name}", sweep.send(operation, query={}), (422, "invalid"), field=name)
        if operation.query:
            sweep.refused(operation, "x", sweep.send(operation, query=known | {"x": "1"}), (422, "invalid"), field="x")


def test_a_cursor_that_no_answer_held_is_400(sweep: Sweep) -> None:
    for operation in sweep.operations:
        if "cursor" in operation.query:
            known = operation.needed_query
            for odd in NO_CURSOR:
                answer = sweep.send(operation, query=known | {"cursor": odd})
                sweep.refused(operation, odd[:40], answer, (400, "cursor_invalid"))
    for operation in [operation for operation in sweep.with_body if any(field.name == "cursor" for field in operation.fields)]:
        for odd in NO_CURSOR:
            answer = sweep.send(operation, body=operation.example | {"cursor": odd})
            sweep.refused(operation, odd[:40], answer, (400, "cursor_invalid"))


def test_who_may_see_nothing_of_a_list_is_told_of_a_bad_cursor_too(sweep: Sweep) -> None:
    for operation in sweep.operations:
        if "cursor" in operation.query:
            answer = sweep.send(operation, by=sweep.world.stranger, query=operation.needed_query | {"cursor": NO_CURSOR[-1]})
            sweep.refused(operation, "cursor", answer, (400, "cursor_invalid"), (403, None), (404, None))
