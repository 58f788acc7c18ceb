"""WeChat is slow, wrong or down: what a phone gets. docs/operations.md has the same table, and is held against this one."""

import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from backend.foundation.database import db
from backend.wechat import channel
from ejia.app import create_app
from tests.support.people import registered_person
from tests.wechat.steering import Levers

UNAVAILABLE_5, UNAVAILABLE_60 = (503, "wechat_unavailable", 5), (503, "wechat_unavailable", 60)
FINE = (200, "", None)

Answer = tuple[int, str, int | None]


@dataclass(frozen=True)
class Case:
    """What the stand-in does with the next calls, and what the phone gets: status, code, Retry-After. None where it cannot happen."""

    told: str
    fault: Mapping[str, Any]
    log_in: Answer | None
    phone: Answer | None


CASES = (
    Case("does not answer (down)", {"drop": "before"}, UNAVAILABLE_5, UNAVAILABLE_5),
    Case("answers, and the answer is lost", {"drop": "after"}, UNAVAILABLE_5, UNAVAILABLE_5),
    Case("is slow: more than 5 s", {"delay_ms": 1000}, UNAVAILABLE_5, UNAVAILABLE_5),
    Case("answers HTTP 502", {"http_status": 502}, UNAVAILABLE_5, UNAVAILABLE_5),
    Case("is busy (-1), four times in a row", {"errcode": -1}, UNAVAILABLE_5, UNAVAILABLE_5),
    Case("is busy (-1), once", {"errcode": -1, "times": 1}, FINE, FINE),
    Case("refuses the code (40029)", {"errcode": 40029}, (401, "wechat_code_rejected", None), (422, "wechat_phone_code_rejected", None)),
    Case("saw the code before (40163)", {"errcode": 40163}, (401, "wechat_code_rejected", None), (422, "wechat_phone_code_rejected", None)),
    Case("holds the user for a risk (40226)", {"errcode": 40226}, (403, "wechat_account_blocked", None), None),
    Case("knows the access token no more (42001), once", {"errcode": 42001, "times": 1}, None, FINE),
    Case("refuses a fresh access token too (40001)", {"errcode": 40001}, None, UNAVAILABLE_60),
    Case("says that it is asked too often (45011)", {"errcode": 45011}, (429, "wechat_rate_limited", 60), (429, "wechat_rate_limited", 60)),
    Case("says that the day's quota is used up (45009)", {"errcode": 45009}, None, (429, "wechat_rate_limited", 3600)),
    Case("refuses appid or secret (40125)", {"errcode": 40125}, UNAVAILABLE_60, UNAVAILABLE_60),
    Case("refuses our address (40164)", {"errcode": 40164}, None, UNAVAILABLE_60),
    Case("says what nobody has heard of (99999)", {"errcode": 99999}, UNAVAILABLE_60, UNAVAILABLE_60),
)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second is long, and repeats follow at once."""
    monkeypatch.setattr(channel, "READ_SECONDS", 0.3)
    monkeypatch.setattr(channel, "PAUSES", (0.0, 0.0, 0.0))


def got(answer: Any) -> Answer:
    code = "" if answer.status_code == 200 else answer.get_json()["code"]
    wait = answer.headers.get("Retry-After")
    return answer.status_code, code, None if wait is None else int(wait)


@pytest.mark.parametrize("case", [case for case in CASES if case.log_in is not None], ids=lambda case: case.told)
def test_who_logs_in_while_wechat_fails_is_told_what_to_do(app, wechat: Levers, impatient, case: Case):
    code = wechat.login_code("zhang")
    wechat.fault("code2Session", **{"times": 5, **case.fault})
    assert got(app.test_client().post("/api/v1/auth/wechat", json={"code": code})) == case.log_in


@pytest.mark.parametrize("case", [case for case in CASES if case.phone is not None], ids=lambda case: case.told)
def test_who_gives_a_phone_number_while_wechat_fails_is_told_what_to_do(wechat: Levers, impatient, phone_of, street, case: Case):
    person = registered_person(phone_of, street)
    code = wechat.phone_code("zhang", phone="13800000001")
    wechat.fault("getPhoneNumber", **{"times": 5, **case.fault})
    assert got(person.post("/me/phone", {"code": code})) == case.phone
    assert person.seen("/me")["person_id"] == person.person_id, "they stay logged in"


@pytest.mark.parametrize("fault", [{"drop": "before"}, {"http_status": 500}, {"errcode": -1}, {"delay_ms": 1000}])
def test_without_an_access_token_nobody_gives_a_phone_number(wechat: Levers, impatient, phone_of, street, fault):
    person = registered_person(phone_of, street)
    code = wechat.phone_code("zhang", phone="13800000001")
    wechat.fault("getStableAccessToken", times=9, **fault)
    assert got(person.post("/me/phone", {"code": code})) == UNAVAILABLE_5


@pytest.mark.parametrize("hangs", [True, False], ids=["hangs", "is away"])
def test_while_redis_is_of_no_help_a_phone_number_is_given_all_the_same(wechat: Levers, phone_of, street, settings, hangs):
    person = registered_person(phone_of, street)
    code = wechat.phone_code("zhang", phone="13800000001")
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes connections, and says nothing
        addresses = {"redis_url": f"redis://127.0.0.1:{deaf.getsockname()[1] if hangs else 1}/0", "wechat_base_url": wechat.base_url}
        app = create_app(settings.model_copy(update=addresses))
        person.client = app.test_client()
        began = time.monotonic()
        assert got(person.post("/me/phone", {"code": code})) == FINE
        assert time.monotonic() - began < 3
        with app.app_context():
            db.engine.dispose()


def test_operations_tell_the_same(project_root):
    told = (project_root / "docs/operations.md").read_text()
    missing = [row for row in map(_row, CASES) if row not in told]
    assert missing == [], "\n".join(missing)


def _row(case: Case) -> str:
    return f"| {case.told} | {_cell(case.log_in)} | {_cell(case.phone)} |"


def _cell(answer: Answer | None) -> str:
    if answer is None:
        return "–"
    status, code, wait = answer
    return "goes well" if code == "" else f"{status} `{code}`" + (f", {wait} s" if wait is not None else "")
