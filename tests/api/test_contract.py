"""What any route answers to a request that it cannot take."""

import json
from datetime import UTC, datetime
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.foundation.visible import PRIVATE_USE, UNSEEN_TAG
from tests.api.conftest import NoteIn

PROBLEM_KEYS = {"type", "title", "status", "detail", "code", "errors", "request_id"}
NOTE = {"title": "周三下午", "size": 3}


def send(small: FlaskClient, body: object, **changed: object) -> TestResponse:
    """Write a note with these fields."""
    return small.post("/api/v1/notes", json=body if not changed else {**NOTE, **changed})


def refused(answer: TestResponse, status: int, code: str) -> dict[str, list[str]]:
    """The field errors of an answer that must be this problem."""
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    document = answer.get_json(force=True)
    assert document.keys() >= PROBLEM_KEYS
    assert (document["status"], document["code"], document["type"]) == (status, code, f"/problems/{code}")
    assert document["request_id"] == answer.headers["X-Request-Id"]
    errors: dict[str, list[str]] = document["errors"]
    return errors


def test_an_answer_ends_its_line_as_a_terminal_likes_it(client: FlaskClient) -> None:
    assert client.get("/healthz").get_data() == b'{"status":"ok"}\n'
    assert client.get("/nothing").get_data().endswith(b"}\n")


def test_a_good_request_is_answered_in_json(small: FlaskClient) -> None:
    answer = send(small, NOTE | {"at": "2026-03-05T01:00:00Z", "day": "2026-03-05"})
    assert answer.status_code == 201
    assert answer.json == {
        "id": "00000000-0000-0000-0000-000000000007",
        "title": "周三下午",
        "size": 3,
        "story": "",
        "at": "2026-03-05T09:00:00+08:00",
        "day": "2026-03-05",
    }


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"title":' * 20_000,
        b"\xff\xfe\x00",
        b'{"title": "\xff", "size": 1}',
        b'{"title": "\\ud800", "size": 1}',
        b'{"title": "a", "size": ' + b"9" * 5000 + b"}",
        b'{"title": "a", "size": 1, "size": 2}',
        b'{"title": "a", "size": 1, "places": [{"floor": 1, "floor": 2}]}',
        b'{"title": "a", "size": 1} x',
        "\ufeff{}".encode(),
        json.dumps(NOTE).encode("utf-16"),
    ],
)
def test_a_body_that_is_no_json_is_malformed(small: FlaskClient, raw: bytes) -> None:
    refused(small.post("/api/v1/notes", data=raw, content_type="application/json"), 400, "malformed")


UNSEEN = "\u00ad\u034f\u115f\u1160\u200b\u200d\u200e\u2060\u2800\u3164\ufeff\uffa0\ufffe"
"""Soft hyphen, joiners, fillers, blanks that are letters, marks of order."""


TAGS = "\U000e0001\U000e0041\U000e007f\U000e0fff\U000110bd\U00013430\U0001d173\U0001d159\U00016fe4\ufdd0\ufff0\U0001fffe\U0010ffff"
"""Tags, by which a text can hold another one that nobody sees, format characters and fillers of higher planes, and what is none."""


MARKS = "\u180b\u180e\u180f\ufe00\ufe0e\ufe0f"
"""Selectors, which change how their neighbours are shown, and nothing alone."""


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", None, "应为文字"),
        ("title", 5, "应为文字"),
        ("title", "", "不能为空"),
        ("title", " \u3000\u00a0 ", "不能为空"),
        ("title", "字" * 21, "最多 20 个字"),
        ("title", "a\u0000b", "不能包含控制字符或换行"),
        ("title", "a\nb", "不能包含控制字符或换行"),
        ("title", "\u202eabc", "不能包含控制字符或换行"),
        ("story", "a\u0007", "不能包含控制字符"),
        *(("title", f"互助{unseen}队", "不能包含看不见的字符，请重新输入") for unseen in UNSEEN),
        *((field, f"王{private}", PRIVATE_USE) for field in ("title", "story") for private in "\ue863\U000f0000\U0010fffd"),
        *((field, mark, UNSEEN_TAG) for field in ("title", "story") for mark in MARKS),
        ("story", "\u200d \u200c", UNSEEN_TAG),
        ("story", "一\u200b二", "不能包含看不见的字符，请重新输入"),
        *((field, f"一{tag}二", UNSEEN_TAG) for field in ("title", "story") for tag in TAGS),
        ("title", "ab\U000e0100", UNSEEN_TAG),
        ("story", "葛\U000e0100\U000e0101", UNSEEN_TAG),
        ("size", "1", "应为整数"),
        ("size", 1.5, "应为整数"),
        ("size", 2.0**53 + 2, "应为整数"),
        ("size", True, "应为整数"),
        ("size", 2**63, "不能大于 9223372036854775807"),
        ("size", -(2**63) - 1, "不能小于 -9223372036854775808"),
        ("size", 10**400, "不能大于 9223372036854775807"),
        ("colour", "green", "只能是：red、blue"),
        ("colour", 1, "只能是：red、blue"),
        ("weight", "1", "应为数字"),
        ("weight", -1, "不能小于 0"),
        ("weight", float("nan"), "数字超出范围"),
        ("weight", float("inf"), "数字超出范围"),
        ("owner", "me", "编号格式不正确"),
        ("owner", 7, "编号格式不正确"),
        ("at", "2026-03-05T09:00:00", "应为带时区的时间，例如 2026-03-05T09:00:00+08:00"),
        ("at", 1772672400, "应为带时区的时间，例如 2026-03-05T09:00:00+08:00"),
        ("at", "0001-01-01T00:00:00+14:00", "年份应在 1970 至 2199 之间"),
        ("day", "2026-02-30", "应为日期，例如 2026-03-05"),
        ("day", "2026-03-05T00:00:00Z", "应为日期，例如 2026-03-05"),
        ("day", "9999-12-31", "年份应在 1900 至 2199 之间"),
        ("places", {}, "应为列表"),
        ("places", [{"floor": 1}] * 4, "最多 3 项"),
        ("unknown", 1, "不支持的字段"),
    ],
)
def test_a_wrong_value_is_named_in_plain_words(small: FlaskClient, field: str, value: object, sentence: str) -> None:
    assert refused(send(small, NOTE, **{field: value}), 422, "invalid") == {field: [sentence]}


def test_a_whole_number_may_be_written_with_a_point(small: FlaskClient) -> None:
    answer = send(small, NOTE, size=3.0)
    assert (answer.status_code, answer.json["size"]) == (201, 3)


def test_an_instant_stays_one_until_it_is_written_as_json() -> None:
    note = NoteIn.model_validate_json(json.dumps(NOTE | {"at": "2026-03-05T01:00:00Z"}), strict=True)
    assert note.model_dump()["at"] == datetime(2026, 3, 5, 1, tzinfo=UTC)
    assert note.model_dump(mode="json")["at"] == "2026-03-05T09:00:00+08:00"


def test_every_wrong_field_is_named_at_once_and_nested_ones_by_their_path(small: FlaskClient) -> None:
    errors = refused(send(small, {"size": 1, "places": [{"floor": 1}, {"floor": 201, "covered": 1}]}), 422, "invalid")
    assert errors == {"title": ["必填"], "places.1.floor": ["不能大于 200"], "places.1.covered": ["应为 true 或 false"]}


def test_an_answer_names_a_hundred_wrong_fields_and_is_no_longer_than_the_request(small: FlaskClient) -> None:
    errors = refused(send(small, {f"field_{number}": 1 for number in range(10_000)}), 422, "invalid")
    assert (len(errors), errors["title"], errors["field_0"]) == (100, ["必填"], ["不支持的字段"])
    errors = refused(send(small, NOTE | {"长" * 10_000: 1}), 422, "invalid")
    assert errors == {"长" * 200: ["不支持的字段"]}
    errors = refused(small.get("/api/v1/notes?" + "&".join(f"field_{number}=1" for number in range(2000))), 422, "invalid")
    assert len(errors) == 100


@pytest.mark.parametrize("raw", [b"null", b"[]", b'"text"', b"7"])
def test_a_body_that_is_no_object_is_refused_as_a_whole(small: FlaskClient, raw: bytes) -> None:
    answer = small.post("/api/v1/notes", data=raw, content_type="application/json")
    assert refused(answer, 422, "invalid") == {"$": ["应为对象"]}


def test_text_is_normalised_and_loses_blanks_at_its_ends(small: FlaskClient) -> None:
    answer = send(small, NOTE, title=" \u3000e\u0301cole\u00a0", story="\n一\r\n二\r三 \t")
    assert answer.json is not None
    assert (answer.json["title"], answer.json["story"]) == ("\u00e9cole", "一\n二\n三")


@pytest.mark.parametrize(
    "written",
    ["ᠮᠣᠩᠭᠣᠯ\u180b ᠪᠠᠭ\u180eᠠ", "ئۇيغۇر", "བོད་ཡིག", "ꆈꌠꉙ", "葛\U000e0100城", "爱心\u2764\ufe0f", "𠮷野", "神\ufe00", "3\ufe0f\u20e3"],
)
def test_what_scripts_need_is_no_unseen_character(small: FlaskClient, written: str) -> None:
    prose = f"👨\u200d👩\u200d👧 \u2764\ufe0f\u200d🔥 一家 {written} می\u200cخواهم"
    answer = send(small, NOTE, title=written, story=prose)
    assert answer.json is not None
    assert (answer.json["title"], answer.json["story"]) == (written, prose)


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_that_changes_nothing_where_it_stands_is_left_out(small: FlaskClient, mark: str) -> None:
    answer = send(small, NOTE, title=f"{mark}和a{mark}b1{mark}", story=f"一\u200d二b{mark}\u200c")
    assert answer.json is not None
    assert (answer.json["title"], answer.json["story"]) == ("和ab1", "一二b")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
def test_a_body_of_another_type_is_unsupported(small: FlaskClient, content_type: str) -> None:
    answer = small.post("/api/v1/notes", data=json.dumps(NOTE), content_type=content_type)
    refused(answer, 415, "unsupported_media_type")


def test_an_oversized_body_is_refused_with_and_without_a_stated_length(small: FlaskClient) -> None:
    raw = json.dumps(NOTE | {"story": "长" * 300_000}).encode()
    refused(small.post("/api/v1/notes", data=raw, content_type="application/json"), 413, "body_too_large")
    for beside in ("", "5"):  # a length beside the chunks says nothing
        body = BytesIO(raw)
        environ = {"CONTENT_LENGTH": beside, "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
        chunked = small.post("/api/v1/notes", input_stream=body, content_type="application/json", environ_overrides=environ)
        refused(chunked, 413, "body_too_large")
        assert body.tell() < len(raw), "no more is read than may come"


@pytest.mark.parametrize(
    ("query", "field", "sentence"),
    [
        ("limit=0", "limit", "不能小于 1"),
        ("limit=101", "limit", "不能大于 100"),
        ("limit=ten", "limit", "应为整数"),
        ("limit=1_0", "limit", "应为整数"),
        ("limit=1.0", "limit", "应为整数"),
        ("limit=", "limit", "应为整数"),
        ("limit=5&limit=6", "limit", "只能出现一次"),
        ("size=" + "9" * 19, "size", "不能大于 9223372036854775807"),
        ("colour=green", "colour", "只能是：red、blue"),
        ("day=yesterday", "day", "应为日期，例如 2026-03-05"),
        ("at=1772672400", "at", "应为带时区的时间，例如 2026-03-05T09:00:00+08:00"),
        ("only=perhaps", "only", "应为 true 或 false"),
        ("only=1", "only", "应为 true 或 false"),
        ("only=Yes", "only", "应为 true 或 false"),
        ("tags=a%00b", "tags.0", "不能包含控制字符或换行"),
        ("limti=5", "limti", "不支持的字段"),
    ],
)
def test_a_wrong_query_is_named_in_plain_words(small: FlaskClient, query: str, field: str, sentence: str) -> None:
    assert refused(small.get(f"/api/v1/notes?{query}"), 422, "invalid") == {field: [sentence]}


def test_a_query_is_read_from_text_and_lists_by_repetition(small: FlaskClient) -> None:
    answer = small.get("/api/v1/notes?limit=5&size=-7&day=2026-03-05&at=2026-03-05T09:00:00%2B08:00&tags=a&tags=b")
    assert answer.json == {"limit": 5, "size": -7, "day": "2026-03-05", "at": "2026-03-05T09:00:00+08:00", "tags": ["a", "b"]}


@pytest.mark.parametrize("cursor", ["", "我", "a" * 1001, "a%00", "{}", "MQ==", "not-of-ours", "WzFd%0a"])
def test_a_cursor_that_no_answer_held_is_refused(small: FlaskClient, cursor: str) -> None:
    refused(small.get(f"/api/v1/notes?cursor={cursor}"), 400, "cursor_invalid")


def test_unknown_addresses_and_methods_are_problems(small: FlaskClient) -> None:
    refused(small.get("/api/v1/nothing"), 404, "not_found")
    refused(small.get("/api//v1/notes"), 404, "not_found")
    refused(small.get("/api/v1/shelves/no-uuid/notes"), 404, "not_found")
    wrong_method = small.put("/api/v1/notes")
    refused(wrong_method, 405, "method_not_allowed")
    assert {"GET", "POST"} <= set(wrong_method.headers["Allow"].split(", "))


def test_a_page_without_content_is_204(small: FlaskClient) -> None:
    answer = small.delete("/api/v1/notes/00000000-0000-0000-0000-000000000007")
    assert (answer.status_code, answer.data) == (204, b"")
