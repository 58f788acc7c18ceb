"""A body that cannot be read, is too large or breaks the schema is refused by every route that takes one, and changes nothing."""

import json
from dataclasses import replace

from tests.api.refusals.conftest import Sweep
from tests.support.operations import ODD_VALUES, with_value

NOT_JSON = [
    b"",
    b"{",
    b"[" * 100_000,
    b'{"x":' * 20_000,
    b"\xff\xfe\x00",
    b"{} x",
    b'{"x": NaN',
    b'{"x": ' + b"9" * 5000,
]
NOT_AN_OBJECT = [b"null", b"true", b"7", b'"text"', b"[]", b"[{}]"]
OTHER_TYPES = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json", ""]


def test_a_body_that_is_no_json_is_400(sweep: Sweep) -> None:
    for operation in sweep.with_body:
        for raw in NOT_JSON:
            sweep.refused(operation, raw, sweep.send(operation, raw=raw), (400, "malformed"))


def test_a_name_that_stands_twice_in_a_body_is_400(sweep: Sweep) -> None:
    for operation in sweep.with_body:
        body = operation.example
        name = next(iter(body))
        raw = json.dumps(body)[:-1] + f", {json.dumps(name)}: {json.dumps(body[name])}}}"
        sweep.refused(operation, raw, sweep.send(operation, raw=raw.encode()), (400, "malformed"))


def test_a_body_that_is_no_object_is_422(sweep: Sweep) -> None:
    for operation in sweep.with_body:
        for raw in NOT_AN_OBJECT:
            sweep.refused(operation, raw, sweep.send(operation, raw=raw), (422, "invalid"), field="$")


def test_a_body_of_another_type_is_415(sweep: Sweep) -> None:
    for operation in sweep.with_body:
        for content_type in OTHER_TYPES:
            sweep.refused(operation, content_type, sweep.send(operation, content_type=content_type), (415, "unsupported_media_type"))


def test_an_oversized_body_is_413_whether_its_length_is_told_or_not(sweep: Sweep) -> None:
    limit = sweep.world.app.config["MAX_CONTENT_LENGTH"]
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    for operation in sweep.with_body:
        raw = json.dumps(operation.example | {"x": "x" * limit}).encode()
        sweep.refused(operation, "length", sweep.send(operation, raw=raw), (413, "body_too_large"))
        for stated in ("", "5"):  # a length beside the chunks says nothing
            answer = sweep.send(operation, raw=raw, environ_overrides=chunked | {"CONTENT_LENGTH": stated})
            sweep.refused(operation, f"chunks, {stated}", answer, (413, "body_too_large"))


def test_a_body_nobody_asked_for_changes_nothing_however_large(sweep: Sweep) -> None:
    limit = sweep.world.app.config["MAX_CONTENT_LENGTH"]
    bare = [operation for operation in sweep.operations if operation.is_guarded and operation.body is None and operation.method == "post"]
    bare = [operation for operation in bare if not operation.takes_file]
    # Whoever scans a code lets that browser in as themselves; by one that was never drawn, nobody.
    bare = [replace(one, known=one.known | {"login_code": "EJL1.x"}) if "login_code" in one.places else one for one in bare]
    for operation in [operation for operation in bare if operation.places]:
        for raw in (b"[" * 100_000, b"x" * (limit + 1)):
            answer = sweep.send(operation, by=sweep.world.stranger, raw=raw)
            sweep.refused(operation, len(raw), answer, (403, None), (404, None), (413, "body_too_large"))


def test_each_value_that_the_document_does_not_allow_is_422_and_named(sweep: Sweep) -> None:
    for operation in sweep.with_body:
        body = operation.example
        fields = [field for field in operation.fields if field.name != "cursor"]  # 400: test_addresses.py
        for value in ODD_VALUES:
            wrong = [field for field in fields if any(value is odd for odd in field.odd)]
            parts = [[field] for field in wrong if field.is_part]  # each on its own: its fields are gone with it
            for together in (*parts, [field for field in wrong if not field.is_part]):
                if together:
                    answer = sweep.send(operation, body=with_value(body, [field.place for field in together], value))
                for field in together:
                    sweep.refused(operation, f"{field.name} = {value!r}", answer, (422, "invalid"), field=field.name)


def test_a_missing_field_and_an_unknown_one_are_422_and_named(sweep: Sweep) -> None:
    for operation in sweep.with_body:
        assert operation.body is not None
        body = operation.example
        for name in operation.body.get("required", []):
            answer = sweep.send(operation, body={other: value for other, value in body.items() if other != name})
            sweep.refused(operation, f"without {name}", answer, (422, "invalid"), field=name)
        sweep.refused(operation, "x", sweep.send(operation, body=body | {"x": 1}), (422, "invalid"), field="x")


def test_a_lone_surrogate_is_400(sweep: Sweep) -> None:
    for operation in sweep.with_body:
        body = operation.example
        for field in operation.fields:
            if field.is_text:
                answer = sweep.send(operation, body=with_value(body, [field.place], "\ud800"))
                sweep.refused(operation, field.name, answer, (400, "malformed"))


def test_a_write_under_what_is_no_idempotency_key_is_400_and_a_creation_without_one(sweep: Sweep) -> None:
    for operation in [operation for operation in sweep.operations if operation.takes_key]:
        for key in (*([""] if operation.wants_key else []), "short", "k" * 201, "with a blank", "\u00e9" * 10):
            answer = sweep.send(operation, headers={"Idempotency-Key": key})
            sweep.refused(operation, key, answer, (400, "idempotency_key_missing"))
