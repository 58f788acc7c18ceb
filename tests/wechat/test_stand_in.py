"""The stand-in answers as the real server does: paths, shapes, content types, errcodes."""

import hashlib
import hmac
import re
from typing import Any

import pytest
import requests

from tests.wechat.conftest import APPID, SECRET

SESSION_KEY = "EBESExQVFhcYGRobHB0eHw=="
LOGIN_SIGNATURE = "53b5ead1075403747fbbbe7d8322c6b27ed9eb701ebc65569f67dd4d50199e0a"
SIGNATURE_WITH_DECODED_KEY = "cc267bd9515c1eba2cf6aaa1fc8380677f4351fcbea6d70873df5a334efcee0d"
RID = re.compile(r", rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$")


class Caller:
    """Calls the stand-in as any HTTP client would; every answer must be 200 and, if refused, carry a request id."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def get(self, path: str, **query: str) -> dict[str, Any]:
        return self._judge(requests.get(self.base_url + path, params=query, timeout=10))

    def post(self, path: str, body: object = None, data: bytes | str | dict[str, str] | None = None, **query: str) -> dict[str, Any]:
        return self._judge(requests.post(self.base_url + path, params=query, json=body, data=data, timeout=10))

    @staticmethod
    def _judge(answer: requests.Response) -> dict[str, Any]:
        assert answer.status_code == 200
        body: dict[str, Any] = answer.json()
        if body.get("errcode"):
            assert RID.search(body["errmsg"]), body
        return body


@pytest.fixture
def call(stand_in):
    return Caller(stand_in.base_url)


@pytest.fixture
def app_query():
    return {"appid": APPID, "secret": SECRET}


@pytest.fixture
def stable(call):
    def fetch(**changed: Any) -> dict[str, Any]:
        body = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET} | changed
        return call.post("/cgi-bin/stable_token", {name: value for name, value in body.items() if value is not None})

    return fetch


@pytest.fixture
def plain(call, app_query):
    return lambda **changed: call.get("/cgi-bin/token", **({"grant_type": "client_credential"} | app_query | changed))


@pytest.fixture
def verdict_on(call):
    """The errcode that a call with this token gets: 87009 where the token itself is good."""

    def check(token: str) -> int:
        return int(call.get("/wxa/checksession", access_token=token)["errcode"])

    return check


GOOD = 87009


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"js_code": ""}, 41008),
        ({"grant_type": "code"}, 40002),
        ({"grant_type": ""}, 40002),
        ({"appid": "wxffffffffffffffff"}, 40013),
        ({"secret": "f" * 32}, 40125),
        ({"js_code": "0" * 32}, 40029),
    ],
)
def test_a_login_with_a_wrong_part_is_refused_by_its_errcode(call, stand_in, app_query, changed, errcode):
    query = app_query | {"js_code": stand_in.login_code(), "grant_type": "authorization_code"}

    assert call.get("/sns/jscode2session", **(query | changed))["errcode"] == errcode
    assert call.get("/sns/jscode2session", **query)["openid"]  # the refused try did not spend the code


def test_a_login_answers_json_as_undeclared_text_and_without_errcode(stand_in, app_query):
    query = app_query | {"js_code": stand_in.login_code(), "grant_type": "authorization_code"}
    answer = requests.get(f"{stand_in.base_url}/sns/jscode2session", params=query, timeout=10)

    assert answer.headers["Content-Type"].startswith("text/plain")
    assert set(answer.json()) == {"session_key", "openid"}


def test_a_used_code_stays_used_after_its_five_minutes(call, stand_in, app_query):
    query = app_query | {"js_code": stand_in.login_code(), "grant_type": "authorization_code"}
    call.get("/sns/jscode2session", **query)
    stand_in.post("clock", advance_s=3600)

    assert call.get("/sns/jscode2session", **query)["errcode"] == 40163


def test_openid_depends_on_app_and_name_only(stand_in):
    before = stand_in.user("resident-1")
    stand_in.post("reset")

    assert stand_in.user("resident-1")["openid"] == before["openid"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{28}", before["openid"])


def test_token_answers_declare_json_and_have_no_errcode(stand_in, app_query):
    answer = requests.get(f"{stand_in.base_url}/cgi-bin/token", params=app_query | {"grant_type": "client_credential"}, timeout=10)

    assert answer.headers["Content-Type"] == "application/json; encoding=utf-8"
    assert set(answer.json()) == {"access_token", "expires_in"}


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        ({"grant_type": "authorization_code"}, 40002),
        ({"appid": None}, 41002),
        ({"secret": None}, 41004),
        ({"appid": "wxffffffffffffffff"}, 40013),
        ({"secret": "f" * 32}, 40125),
        ({"force_refresh": "yes"}, 40097),
    ],
)
def test_a_stable_token_is_refused_by_its_errcode(stable, changed, errcode):
    assert stable(**changed)["errcode"] == errcode


def test_a_plain_token_with_a_wrong_secret_is_40001(plain):
    assert plain(secret="f" * 32)["errcode"] == 40001


def test_wrong_methods_and_bodies_have_errcodes_of_their_own(call):
    assert call.get("/cgi-bin/stable_token")["errcode"] == 43002
    assert call.post("/cgi-bin/token")["errcode"] == 43001
    assert call.post("/sns/jscode2session")["errcode"] == 43001
    assert call.post("/cgi-bin/stable_token")["errcode"] == 44002
    for data in (b"{", b"[]", b"\xff", {"grant_type": "client_credential"}, b"[" * 100_000):
        assert call.post("/cgi-bin/stable_token", data=data)["errcode"] == 47001


def test_a_stable_token_stays_the_same_until_its_last_five_minutes(stable, stand_in, verdict_on):
    first = stable()
    assert first["expires_in"] == pytest.approx(7200, abs=2)
    stand_in.post("clock", advance_s=6890)
    again = stable()
    assert again["access_token"] == first["access_token"]
    assert again["expires_in"] == pytest.approx(310, abs=2)
    stand_in.post("clock", advance_s=20)

    new = stable()

    assert new["access_token"] != first["access_token"]
    assert new["expires_in"] == pytest.approx(7200, abs=2)
    assert verdict_on(first["access_token"]) == verdict_on(new["access_token"]) == GOOD
    stand_in.post("clock", advance_s=295)
    assert verdict_on(first["access_token"]) == GOOD
    stand_in.post("clock", advance_s=10)
    assert (verdict_on(first["access_token"]), verdict_on(new["access_token"])) == (42001, GOOD)


def test_each_plain_token_replaces_the_one_before_within_five_minutes(plain, stand_in, verdict_on):
    first, second = plain()["access_token"], plain()["access_token"]

    assert first != second
    assert verdict_on(first) == verdict_on(second) == GOOD
    stand_in.post("clock", advance_s=301)
    assert (verdict_on(first), verdict_on(second)) == (40001, GOOD)


def test_the_two_kinds_of_token_do_not_disturb_each_other(plain, stable, verdict_on, stand_in):
    kept = stable()["access_token"]
    for _ in range(3):
        plain()
    stand_in.post("clock", advance_s=400)

    assert verdict_on(kept) == GOOD
    assert stable()["access_token"] == kept


def test_force_kills_the_old_token_at_once_but_not_twice_in_thirty_seconds(stable, stand_in, verdict_on):
    first = stable()["access_token"]
    second = stable(force_refresh=True)["access_token"]
    assert (verdict_on(first), verdict_on(second)) == (40001, GOOD)

    assert stable(force_refresh=True)["access_token"] == second
    stand_in.post("clock", advance_s=31)
    assert stable(force_refresh=True)["access_token"] != second


def test_force_works_twenty_times_a_day(stable, stand_in):
    stand_in.post("clock", now="2026-03-02T09:00:00+08:00")
    stable()
    for _ in range(20):
        assert stable(force_refresh=True)["access_token"]
        stand_in.post("clock", advance_s=31)

    assert stable(force_refresh=True)["errcode"] == 45009
    stand_in.post("clock", now="2026-03-03T00:00:01+08:00")
    stable()
    stand_in.post("clock", advance_s=31)
    assert stable(force_refresh=True)["access_token"]


def test_bad_tokens_are_told_apart(call, verdict_on, stable, stand_in):
    token = stable()["access_token"]

    assert call.get("/wxa/checksession")["errcode"] == 41001
    assert verdict_on("80_never-given-out") == 40001
    for malformed in ("80 with blanks", "80_" + "x" * 512):
        assert verdict_on(malformed) == 40014
    stand_in.post("clock", advance_s=7201)
    assert verdict_on(token) == 42001


def test_tokens_can_be_expired_and_revoked_by_kind(stable, plain, stand_in, verdict_on):
    lasting, fleeting = stable()["access_token"], plain()["access_token"]

    assert stand_in.post("tokens/expire", kind="plain") == {"expired": 1}
    assert (verdict_on(lasting), verdict_on(fleeting)) == (GOOD, 42001)
    assert stand_in.post("tokens/revoke") == {"revoked": 1}
    assert verdict_on(lasting) == 40001
    assert stable()["access_token"] != lasting


def test_the_allow_list_and_a_frozen_secret_close_the_token_calls(stable, stand_in):
    stand_in.post("app", allow_list=["203.0.113.7"])
    refused = stable()
    assert refused["errcode"] == 40164
    assert refused["errmsg"].startswith("invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist")
    stand_in.post("app", allow_list=None, secret_frozen=True)
    assert stable()["errcode"] == 40243
    stand_in.post("app", secret_frozen=False)
    assert stable()["access_token"]


def test_a_phone_number_has_wechats_shape(call, stand_in, stable):
    stand_in.post("clock", now="2026-01-01T08:00:00+08:00")
    token = stable()["access_token"]
    code = stand_in.phone_code(phone="13800000000")

    answer = call.post("/wxa/business/getuserphonenumber", {"code": code}, access_token=token)

    info = answer["phone_info"]
    assert (answer["errcode"], answer["errmsg"]) == (0, "ok")
    assert (info["phoneNumber"], info["purePhoneNumber"], info["countryCode"]) == ("13800000000", "13800000000", "86")
    assert info["watermark"] == {"timestamp": pytest.approx(1767225600, abs=2), "appid": APPID}


def test_a_bad_phone_code_has_its_errcode(call, stand_in, stable):
    def ask(body: object) -> int:
        return int(call.post("/wxa/business/getuserphonenumber", body, access_token=stable()["access_token"])["errcode"])

    code = stand_in.phone_code()
    assert ask({"code": stand_in.phone_code(appid="wxffffffffffffffff")}) == 40013
    assert ask({"code": stand_in.login_code()}) == 40029
    assert ask({}) == ask({"code": 7}) == 41008
    assert ask({"code": code}) == 0
    assert ask({"code": code}) == 40029
    assert call.post("/wxa/business/getuserphonenumber", {"code": code})["errcode"] == 41001
    assert call.get("/wxa/business/getuserphonenumber")["errcode"] == 43002


def test_users_without_a_given_phone_have_different_ones(stand_in):
    numbers = {stand_in.user(f"resident-{number}")["phone"] for number in range(60)}

    assert len(numbers) == 60
    assert all(re.fullmatch(r"1380000\d{4}", number) for number in numbers)


@pytest.fixture
def session_check(call, stand_in, stable):
    openid = stand_in.user(session_key=SESSION_KEY)["openid"]
    token = stable()["access_token"]

    def check(path: str = "checksession", **changed: str) -> dict[str, Any]:
        query = {"openid": openid, "signature": LOGIN_SIGNATURE, "sig_method": "hmac_sha256"} | changed
        return call.get(f"/wxa/{path}", access_token=token, **query)

    return check


def test_a_session_key_is_checked_by_its_text(session_check):
    assert session_check() == {"errcode": 0, "errmsg": "ok"}
    assert session_check(signature=SIGNATURE_WITH_DECODED_KEY)["errcode"] == 87009
    assert session_check(openid="oEjia-nobody")["errcode"] == 87009
    assert session_check(sig_method="sha1")["errcode"] == 87009


def test_a_login_replaces_the_session_key(session_check, client, stand_in):
    session = client.code_to_session(stand_in.login_code())

    assert session_check()["errcode"] == 87009
    assert session_check(signature=hmac.new(session.session_key.encode(), b"", hashlib.sha256).hexdigest())["errcode"] == 0


def test_a_reset_gives_a_new_session_key_once(session_check, stand_in):
    assert session_check("resetusersessionkey", sig_method="sha1")["errcode"] == 87008
    assert session_check("resetusersessionkey", openid="oEjia-nobody")["errcode"] == 87007
    assert session_check("resetusersessionkey", signature=SIGNATURE_WITH_DECODED_KEY)["errcode"] == 87009
    assert session_check("resetusersessionkey", signature="")["errcode"] == 40097

    answer = session_check("resetusersessionkey")

    assert (answer["errcode"], answer["openid"]) == (0, stand_in.user()["openid"])
    assert answer["session_key"] == stand_in.user()["session_key"] != SESSION_KEY
    assert session_check("resetusersessionkey")["errcode"] == 87009


def test_unknown_paths_are_not_found(stand_in):
    for path in ("/", "/sns/other", "/cgi-bin/token/", "/__stand-in__/other"):
        assert requests.get(stand_in.base_url + path, timeout=10).status_code == 404


@pytest.mark.parametrize(
    ("path", "order"),
    [
        ("codes/login", {}),
        ("codes/login", {"user": ""}),
        ("codes/phone", {"user": "u", "phone": "one"}),
        ("users", {"user": "u", "sessionkey": SESSION_KEY}),
        ("users", {"user": "u", "session_key": "short"}),
        ("clock", {}),
        ("clock", {"now": "2026-01-01T00:00:00"}),
        ("clock", {"now": "2026-01-01T00:00:00+08:00", "advance_s": 1}),
        ("faults", {"call": "code2Session"}),
        ("faults", {"call": "code2Session", "errcode": -1, "drop": "after"}),
        ("faults", {"call": "sendMoney", "errcode": -1}),
        ("tokens/expire", {"kind": "other"}),
    ],
)
def test_a_steering_order_that_makes_no_sense_says_why(stand_in, path, order):
    answer = requests.post(f"{stand_in.base_url}/__stand-in__/{path}", json=order, timeout=10)

    assert answer.status_code == 400
    assert answer.json()["error"]


def test_calls_are_listed_with_what_went_wrong(stand_in, stable):
    stand_in.fault("/cgi-bin/stable_token", times=2, errcode=45009)
    stable(), stable(), stable()

    assert [(seen["errcode"], seen["fault"]) for seen in stand_in.calls("getStableAccessToken")] == [
        (45009, "errcode"),
        (45009, "errcode"),
        (0, None),
    ]


def test_a_login_and_a_visit_are_remembered(stand_in, client):
    assert stand_in.user()["last_visit"] is None
    client.code_to_session(stand_in.login_code())
    logged_in = stand_in.user()["last_visit"]
    stand_in.post("clock", advance_s=60)
    assert stand_in.post("visits", user="resident-1")["last_visit"] > logged_in
