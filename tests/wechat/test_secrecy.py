"""No log line, error or metric holds what could be misused."""

import logging
import traceback

import pytest
import requests
from prometheus_client import generate_latest
from structlog.testing import capture_logs

from backend.wechat import channel
from backend.wechat.client import client_from
from backend.wechat.errors import LoginCodeRejected, WeChatError
from config.settings import Settings
from tests.wechat.conftest import APPID, SECRET


@pytest.fixture
def lines(caplog):
    """Everything that is logged, by structlog or by a library, down to the debug level."""
    for name in ("", "urllib3", "urllib3.connectionpool", "urllib3.util.retry"):
        caplog.set_level(logging.DEBUG, logger=name)
    with capture_logs() as structured:
        yield lambda: [repr(line) for line in structured] + [record.getMessage() for record in caplog.records]


def _failure(ask, value):
    with pytest.raises(WeChatError) as refused:
        ask(value)
    error = refused.value
    assert error.__context__ is None
    return "".join(traceback.format_exception(error)) + repr(error) + str(error) + repr(vars(error))


def test_nothing_secret_is_logged_or_raised(client, stand_in, make_client, monkeypatch, lines):
    login, phone, used = stand_in.login_code(), stand_in.phone_code(phone="13800000042"), stand_in.login_code("resident-2")
    session = client.code_to_session(login)
    told = [repr(session), repr(client)]
    client.phone_number(phone)
    told.append(_failure(client.code_to_session, login))
    stand_in.fault("code2Session", drop="after")
    told.append(_failure(client.code_to_session, used))
    monkeypatch.setattr(channel, "READ_SECONDS", 0.2)
    stand_in.fault("getPhoneNumber", delay_ms=1000)
    told.append(_failure(client.phone_number, phone))
    told.append(_failure(make_client(base_url="http://127.0.0.1:1").code_to_session, used))
    told.append(_failure(make_client(base_url="http://127.0.0.1:1").phone_number, phone))

    seen = "\n".join([*told, *lines(), generate_latest().decode()])

    assert "code2Session" in seen
    for planted in (SECRET, login, phone, used, session.openid, session.session_key, client.access_token(), "13800000042"):
        assert planted not in seen


def test_a_call_leaves_a_line_with_name_verdict_request_id_time_and_attempt(client, stand_in):
    code = stand_in.login_code()
    stand_in.fault("code2Session", errcode=-1)
    with capture_logs() as lines:
        session = client.code_to_session(code)
        with pytest.raises(LoginCodeRejected) as refused:
            client.code_to_session(code)

    calls = [line for line in lines if line["event"] == "wechat_call"]
    assert [(line["call"], line["errcode"], line["attempt"]) for line in calls] == [
        ("code2Session", -1, 1),
        ("code2Session", 0, 2),
        ("code2Session", 40163, 1),
    ]
    assert calls[2]["rid"] == refused.value.rid
    assert all(line["ms"] >= 0 for line in calls)
    [login] = [line for line in lines if line["event"] == "wechat_login"]
    assert login["user"] == client.mark(session.openid)


def test_the_mark_of_a_user_is_twelve_digits_that_depend_on_our_key(client, make_client):
    mark = client.mark("oEjia-0Vq3Lm8Zt5Hs1Rk7Wd2Pc9")

    assert len(mark) == 12
    assert int(mark, 16) >= 0
    assert mark == make_client().mark("oEjia-0Vq3Lm8Zt5Hs1Rk7Wd2Pc9") != make_client(log_key=b"other").mark("oEjia-0Vq3Lm8Zt5Hs1Rk7Wd2Pc9")


def test_a_token_refused_twice_raises_an_alarm(client, stand_in):
    stand_in.fault("getPhoneNumber", times=2, errcode=42001)
    with capture_logs() as lines, pytest.raises(WeChatError):
        client.phone_number(stand_in.phone_code())

    [alarm] = [line for line in lines if line["event"] == "wechat_token_refused_twice"]
    assert alarm["log_level"] == "error"


def test_other_debug_lines_of_the_http_library_stay(client, caplog):
    caplog.set_level(logging.DEBUG, logger="urllib3.connectionpool")
    logging.getLogger("urllib3.connectionpool").debug("Starting new HTTP connection")

    assert "Starting new HTTP connection" in caplog.text


def test_the_client_takes_no_proxy_or_login_from_the_environment(make_client, stand_in, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    code = requests.post(f"{stand_in.base_url}/__stand-in__/codes/login", json={"user": "u"}, proxies={"http": ""}, timeout=5).json()[
        "code"
    ]

    assert make_client().code_to_session(code).openid


def test_calls_are_counted_by_name_and_verdict(client, stand_in):
    def counted(errcode):
        return channel.CALLS.labels("code2Session", errcode)._value.get()

    before = counted("0"), counted("40029"), counted("connection")
    client.code_to_session(stand_in.login_code())
    for fault in ({"errcode": 40029}, {"drop": "before"}):
        stand_in.fault("code2Session", **fault)
        with pytest.raises(WeChatError):
            client.code_to_session(stand_in.login_code())

    assert (counted("0"), counted("40029"), counted("connection")) == tuple(count + 1 for count in before)


def test_a_copy_talks_to_the_wechat_of_its_settings(stand_in, redis_client, watch):
    settings = Settings.model_construct(
        wechat_base_url=stand_in.base_url,
        wechat_appid=APPID,
        wechat_secret=Settings.model_fields["wechat_secret"].annotation(SECRET),
        index_key=Settings.model_fields["wechat_secret"].annotation("AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM="),
    )

    session = client_from(settings, redis_client, watch.now).code_to_session(stand_in.login_code())

    assert session.openid == stand_in.user()["openid"]
