"""Who logs in with a code of `wx.login`, and which phone number a code stands for."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from pydantic import SecretStr

from backend.foundation.errors import Forbidden, Unauthenticated, Unavailable, Unprocessable
from backend.wechat.calls import Call
from backend.wechat.channel import Channel
from backend.wechat.errors import (
    AccountBlocked,
    CallRefused,
    InvalidArgument,
    LoginCodeRejected,
    PhoneCodeRejected,
    PhoneNotSupported,
    Unreachable,
    WeChatError,
)

NO_CODES = ["", " ", "two words", "a\nb", "验证码", "c" * 257, None, 7]


def test_a_login_code_tells_who_it_is(client, stand_in):
    code = stand_in.login_code("resident-1")

    session = client.code_to_session(code)

    user = stand_in.user("resident-1")
    assert (session.openid, session.session_key, session.unionid) == (user["openid"], user["session_key"], None)
    assert len(session.openid) == 28


def test_the_same_user_has_one_openid_and_a_new_session_key_each_time(client, stand_in):
    first, second = (client.code_to_session(stand_in.login_code()) for _ in range(2))
    other = client.code_to_session(stand_in.login_code("resident-2"))

    assert first.openid == second.openid != other.openid
    assert first.session_key != second.session_key


def test_a_bound_app_learns_the_unionid(client, stand_in):
    stand_in.post("app", bound_to_open_platform=True)

    assert client.code_to_session(stand_in.login_code()).unionid == stand_in.user()["unionid"]


def test_a_code_logs_in_once(client, stand_in):
    code = stand_in.login_code()
    client.code_to_session(code)

    with pytest.raises(LoginCodeRejected) as refused:
        client.code_to_session(code)

    assert isinstance(refused.value, Unauthenticated)
    assert (refused.value.status, refused.value.code, refused.value.errcode) == (401, "wechat_code_rejected", 40163)
    assert refused.value.rid
    assert str(refused.value) == f"code2Session: errcode 40163, rid {refused.value.rid}"


def test_of_many_requests_with_one_code_one_logs_in(make_client, stand_in):
    code, start = stand_in.login_code(), Barrier(6)

    def try_it(_):
        client = make_client()
        start.wait()
        try:
            client.code_to_session(code)
        except WeChatError as error:
            return error.errcode
        return 0

    with ThreadPoolExecutor(6) as pool:
        outcomes = Counter(pool.map(try_it, range(6)))

    assert outcomes == {0: 1, 40163: 5}


def test_a_code_lives_five_minutes(client, stand_in, watch):
    in_time, too_late = stand_in.login_code("resident-1"), stand_in.login_code("resident-2")
    watch.pass_seconds(290)
    client.code_to_session(in_time)
    watch.pass_seconds(11)

    with pytest.raises(LoginCodeRejected) as refused:
        client.code_to_session(too_late)

    assert refused.value.errcode == 40029


def test_an_unknown_code_and_one_of_another_app_are_rejected(client, stand_in):
    for code in ("0" * 32, stand_in.login_code(appid="wxffffffffffffffff"), stand_in.phone_code()):
        with pytest.raises(LoginCodeRejected) as refused:
            client.code_to_session(code)
        assert refused.value.errcode == 40029


def test_a_user_whom_wechat_blocks_may_not_log_in(client, stand_in):
    stand_in.user(blocked=True)

    with pytest.raises(AccountBlocked) as refused:
        client.code_to_session(stand_in.login_code())

    assert isinstance(refused.value, Forbidden)
    assert (refused.value.status, refused.value.code) == (403, "wechat_account_blocked")


def test_a_wrong_secret_is_our_fault_and_not_the_persons(make_client, stand_in):
    with pytest.raises(CallRefused) as refused:
        make_client(secret=SecretStr("f" * 32)).code_to_session(stand_in.login_code())

    assert isinstance(refused.value, Unavailable)
    assert (refused.value.status, refused.value.code, refused.value.errcode) == (503, "wechat_unavailable", 40125)
    assert refused.value.retry_after > 0
    assert stand_in.count("code2Session") == 1


@pytest.mark.parametrize("code", NO_CODES)
def test_what_cannot_be_a_code_is_refused_before_anything_is_sent(client, stand_in, code):
    for ask in (client.code_to_session, client.phone_number):
        with pytest.raises(InvalidArgument) as refused:
            ask(code)
        assert (refused.value.status, list(refused.value.errors)) == (422, ["code"])

    assert stand_in.count("code2Session") == stand_in.count("getPhoneNumber") == stand_in.count("getStableAccessToken") == 0


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"<html>504</html>",
        b'{"errcode":"soon"}',
        b'{"errcode":Infinity}',
        b"[" * 100_000,
        b'{"session_key":"EBESExQVFhcYGRobHB0eHw=="}',
        b'{"openid":7,"session_key":"k"}',
        b'{"openid":"","session_key":"k"}',
        json.dumps({"openid": "o" * 65, "session_key": "k"}).encode(),
    ],
)
def test_an_answer_that_is_not_wechats_logs_nobody_in(make_client, odd_server, content):
    odd_server.content = content

    with pytest.raises(Unreachable):
        make_client(base_url=odd_server.base_url).code_to_session("0" * 32)

    assert len(odd_server.received) == 1


def test_errcode_zero_beside_a_login_is_success(make_client, odd_server):
    odd_server.content = b'{"errcode":0,"errmsg":"ok","openid":"oEjia-1","session_key":"k","news":{"x":1}}'

    assert make_client(base_url=odd_server.base_url).code_to_session("0" * 32).openid == "oEjia-1"


def test_chinese_goes_out_as_utf8_and_comes_back_intact_from_undeclared_text(odd_server):
    odd_server.content = '{"errcode":0,"title":"爱心敲门"}'.encode()
    call = Call("msgSecCheck", "POST", "/wxa/msg_sec_check", repeat_lost=True)

    answer = Channel(odd_server.base_url).send(call, until=0, body={"content": "谢谢志愿者来看望我妈妈"})

    assert answer["title"] == "爱心敲门"
    [(_, content_type, sent)] = odd_server.received
    assert content_type == "application/json; charset=utf-8"
    assert "谢谢志愿者来看望我妈妈".encode() in sent


def test_a_phone_code_gives_the_number_once(client, stand_in):
    code = stand_in.phone_code("resident-1", phone="13800000007")

    assert client.phone_number(code) == "13800000007"
    with pytest.raises(PhoneCodeRejected) as refused:
        client.phone_number(code)

    assert isinstance(refused.value, Unprocessable)
    assert (refused.value.status, refused.value.code, refused.value.errcode) == (422, "wechat_phone_code_rejected", 40029)


def test_a_phone_code_lives_five_minutes_and_is_no_login_code(client, stand_in, watch):
    old = stand_in.phone_code()
    watch.pass_seconds(300)

    for code in (old, stand_in.login_code()):
        with pytest.raises(PhoneCodeRejected):
            client.phone_number(code)


def test_the_country_code_may_come_as_a_number(client, stand_in):
    stand_in.user(phone="13800000008", country_code=86)

    assert client.phone_number(stand_in.phone_code()) == "13800000008"


@pytest.mark.parametrize(
    ("country_code", "phone"), [("852", "51234567"), ("1", "13800000001"), ("86", "02112345678"), ("86", "138000000011")]
)
def test_only_mainland_mobile_numbers_are_taken(client, stand_in, country_code, phone):
    stand_in.user(phone=phone, country_code=country_code)

    with pytest.raises(PhoneNotSupported) as refused:
        client.phone_number(stand_in.phone_code())

    assert refused.value.status == 422


def test_a_phone_number_marked_for_another_app_is_not_taken(make_client, odd_server, client):
    client.access_token()
    odd_server.content = json.dumps(
        {
            "errcode": 0,
            "errmsg": "ok",
            "phone_info": {
                "phoneNumber": "13800000000",
                "purePhoneNumber": "13800000000",
                "countryCode": "86",
                "watermark": {"timestamp": 1767225600, "appid": "wxffffffffffffffff"},
            },
        }
    ).encode()

    with pytest.raises(CallRefused):
        make_client(base_url=odd_server.base_url).phone_number("5" * 64)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://api.weixin.qq.com",
        "http://10.0.0.7:8080",
        "https://",
        "api.weixin.qq.com",
        "https://u:p@api.weixin.qq.com",
        "https://api.weixin.qq.com/?x=1",
        "http://127.0.0.1:1/__stand-in__/codes",
    ],
)
def test_the_secret_goes_nowhere_but_over_https_or_to_this_machine(make_client, base_url):
    with pytest.raises(ValueError, match=r"WeChat base URL|stand-in"):
        make_client(base_url=base_url)


def test_the_product_knows_no_call_that_steers_a_stand_in():
    with pytest.raises(ValueError, match="stand-in"):
        Call("steer", "POST", "/__stand-in__/codes/login", repeat_lost=True)
