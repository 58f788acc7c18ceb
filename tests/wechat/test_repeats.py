"""What is asked again and what is not: a lost answer may have spent a code."""

import socket

import pytest

from backend.wechat import channel
from backend.wechat.errors import BusyError, LoginCodeRejected, Unreachable

LOGIN, FETCH, PHONE = "code2Session", "getStableAccessToken", "getPhoneNumber"
LOST = [{"drop": "before"}, {"drop": "after"}, {"http_status": 502}]


@pytest.fixture
def nobody_listens():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_busy_wechat_is_asked_three_times_more_with_growing_pauses(client, stand_in, pauses):
    code = stand_in.login_code()
    stand_in.fault(LOGIN, times=3, errcode=-1)

    client.code_to_session(code)

    assert stand_in.count(LOGIN) == 4
    assert all(0.75 * wait <= pause <= 1.25 * wait for pause, wait in zip(pauses, [0.5, 1, 2], strict=True))


def test_a_wechat_that_stays_busy_is_left_alone(client, stand_in):
    stand_in.fault(LOGIN, times=9, errcode=-1)

    with pytest.raises(BusyError) as refused:
        client.code_to_session(stand_in.login_code())

    assert (refused.value.status, refused.value.code, refused.value.errcode) == (503, "wechat_unavailable", -1)
    assert stand_in.count(LOGIN) == 4


def test_a_person_is_not_kept_waiting_by_repeats(client, stand_in, pauses, monkeypatch):
    monkeypatch.setattr(channel, "PATIENCE_SECONDS", 0.3)
    stand_in.fault(LOGIN, times=9, errcode=-1)

    with pytest.raises(BusyError):
        client.code_to_session(stand_in.login_code())

    assert (stand_in.count(LOGIN), pauses) == (1, [])


@pytest.mark.parametrize("fault", LOST)
def test_a_login_whose_answer_is_lost_is_not_repeated(client, stand_in, pauses, fault):
    code = stand_in.login_code()
    stand_in.fault(LOGIN, **fault)

    with pytest.raises(Unreachable) as refused:
        client.code_to_session(code)

    assert (refused.value.status, refused.value.errcode) == (503, None)
    assert (stand_in.count(LOGIN), pauses) == (1, [])


def test_the_code_of_a_lost_answer_is_spent(client, stand_in):
    code = stand_in.login_code()
    stand_in.fault(LOGIN, drop="after")
    with pytest.raises(Unreachable):
        client.code_to_session(code)

    with pytest.raises(LoginCodeRejected) as refused:
        client.code_to_session(code)

    assert refused.value.errcode == 40163


@pytest.mark.parametrize("fault", LOST)
def test_a_phone_number_whose_answer_is_lost_is_not_asked_again(client, stand_in, fault):
    stand_in.fault(PHONE, **fault)

    with pytest.raises(Unreachable):
        client.phone_number(stand_in.phone_code())

    assert stand_in.count(PHONE) == 1


@pytest.mark.parametrize("fault", LOST)
def test_a_lost_token_is_asked_for_again(client, stand_in, fault):
    stand_in.fault(FETCH, times=2, **fault)

    assert client.access_token()

    assert stand_in.count(FETCH) == 3


def test_a_late_answer_is_a_lost_one(client, stand_in, monkeypatch):
    monkeypatch.setattr(channel, "READ_SECONDS", 0.2)
    stand_in.fault(LOGIN, delay_ms=1000)

    with pytest.raises(Unreachable):
        client.code_to_session(stand_in.login_code())

    assert stand_in.count(LOGIN) == 1


def test_where_nothing_could_be_sent_every_call_is_repeated(make_client, nobody_listens, pauses):
    with pytest.raises(Unreachable):
        make_client(base_url=nobody_listens).code_to_session("0" * 32)

    assert len(pauses) == 3


def test_a_redirect_is_not_followed_with_the_secret(make_client, odd_server):
    odd_server.status, odd_server.headers = 302, {"Location": f"{odd_server.base_url}/elsewhere"}

    with pytest.raises(Unreachable):
        make_client(base_url=odd_server.base_url).code_to_session("0" * 32)

    assert [path.partition("?")[0] for path, _, _ in odd_server.received] == ["/sns/jscode2session"]
