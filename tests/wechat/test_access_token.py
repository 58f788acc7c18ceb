"""One access token for all processes: fetched once, renewed near its end, dropped when WeChat finds it stale."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from pydantic import SecretStr
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from backend.wechat.errors import BusyError, CallRefused, RateLimited, TokenError
from backend.wechat.tokens import Token, TokenStore
from tests.wechat.conftest import APPID

FETCH, PHONE = "getStableAccessToken", "getPhoneNumber"


@pytest.fixture
def store(redis_client):
    return TokenStore(redis_client, APPID)


def test_two_processes_share_one_token(make_client, stand_in, redis_client):
    assert make_client().access_token() == make_client().access_token()

    assert stand_in.count(FETCH) == 1
    entry = json.loads(redis_client.get(f"wechat:{APPID}:token"))
    assert entry["token"] == make_client().access_token()
    assert 7000 < redis_client.ttl(f"wechat:{APPID}:token") <= 7200


def test_processes_that_start_together_fetch_once(patient_client, stand_in):
    stand_in.fault(FETCH, delay_ms=300)
    clients, start = [patient_client() for _ in range(8)], Barrier(8)

    def ask(client):
        start.wait()
        return client.access_token()

    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(ask, clients))

    assert len(tokens) == 1
    assert stand_in.count(FETCH) == 1


def test_the_token_is_renewed_within_270_seconds_of_its_end(client, stand_in, watch):
    first = client.access_token()
    watch.pass_seconds(7200 - 280)
    assert client.access_token() == first
    assert stand_in.count(FETCH) == 1
    watch.pass_seconds(15)

    assert client.access_token() != first
    assert stand_in.count(FETCH) == 2


def test_an_old_token_given_again_is_asked_for_after_thirty_seconds(make_client, odd_server, watch):
    client = make_client(base_url=odd_server.base_url)
    odd_server.content = b'{"access_token":"80_old","expires_in":200}'

    assert client.access_token() == client.access_token() == "80_old"
    assert len(odd_server.received) == 1
    watch.pass_seconds(31)
    client.access_token()
    assert len(odd_server.received) == 2


def test_while_renewal_fails_the_old_token_serves(client, stand_in, watch):
    first = client.access_token()
    watch.pass_seconds(7200 - 200)
    stand_in.fault(FETCH, times=4, errcode=-1)

    assert client.access_token() == first
    assert client.access_token() == first
    assert stand_in.count(FETCH) == 1 + 4
    watch.pass_seconds(31)
    assert client.access_token() != first


def test_while_another_process_renews_the_old_token_serves_at_once(client, stand_in, watch, store, pauses):
    first = client.access_token()
    watch.pass_seconds(7200 - 200)
    assert store.take_lock()

    assert client.access_token() == first
    assert pauses == []
    assert stand_in.count(FETCH) == 1


def test_who_waits_three_seconds_for_another_process_fetches_alone(client, stand_in, store, pauses):
    assert store.take_lock()

    client.access_token()

    assert sum(pauses) == pytest.approx(3.0)
    assert stand_in.count(FETCH) == 1


def test_without_any_token_a_failing_fetch_is_told(client, stand_in):
    stand_in.fault(FETCH, times=4, errcode=-1)

    with pytest.raises(BusyError):
        client.access_token()

    assert client.access_token()


@pytest.mark.parametrize("how", ["expire", "revoke"])
def test_a_stale_token_is_replaced_and_the_call_repeated_once(client, stand_in, how):
    first = client.access_token()
    stand_in.post(f"tokens/{how}")

    assert client.phone_number(stand_in.phone_code(phone="13800000009")) == "13800000009"

    assert [call["errcode"] for call in stand_in.calls(PHONE)] == [42001 if how == "expire" else 40001, 0]
    assert client.access_token() != first


def test_a_second_stale_token_ends_the_matter(client, stand_in, pauses):
    stand_in.fault(PHONE, times=5, errcode=40001)

    with pytest.raises(TokenError) as refused:
        client.phone_number(stand_in.phone_code())

    assert (refused.value.status, refused.value.code) == (503, "wechat_unavailable")
    assert stand_in.count(PHONE) == 2
    assert pauses == []


def test_a_token_that_another_process_replaced_meanwhile_stays(store, watch, redis_client):
    store.write(Token.fresh("80_new", timedelta(hours=2), now=watch.now()), now=watch.now())

    assert not store.forget("80_old")
    assert store.read().value == "80_new"
    assert store.forget("80_new")
    assert store.read() is None
    assert not store.forget("80_new")


def test_a_lock_is_given_back_by_its_owner_only(store, redis_client):
    owner = store.take_lock()
    assert store.take_lock() is None
    store.release_lock("somebody else")
    assert store.take_lock() is None
    assert 0 < redis_client.pttl(f"wechat:{APPID}:token:lock") <= 10_000

    store.release_lock(owner)

    assert store.take_lock()


@pytest.mark.parametrize("entry", ["", "null", "{", "[]", '{"token":"x"}', '{"token":"x","expires_at":1e300,"renew_at":0}', b"\xff\xfe"])
def test_an_entry_that_cannot_be_read_is_replaced(client, store, redis_client, entry):
    redis_client.set(f"wechat:{APPID}:token", entry)

    token = client.access_token()

    assert store.read().value == token


@pytest.mark.parametrize("decode_responses", [True, False])
def test_the_token_reads_the_same_however_redis_is_set_up(make_client, valkey, redis_client, decode_responses):
    with Redis.from_url(valkey.url, decode_responses=decode_responses) as other:
        client = make_client(token_store=TokenStore(other, APPID))
        assert client.access_token() == client.access_token() == make_client().access_token()


def test_without_redis_wechat_gives_everybody_the_same_token(make_client, stand_in):
    with Redis(port=1, retry=Retry(NoBackoff(), 0)) as nobody:
        client = make_client(token_store=TokenStore(nobody, APPID))

        assert client.access_token() == client.access_token()
        stand_in.fault(PHONE, errcode=40001)
        assert client.phone_number(stand_in.phone_code(phone="13800000010")) == "13800000010"


def test_a_wrong_secret_is_asked_about_once(make_client, stand_in):
    with pytest.raises(CallRefused) as refused:
        make_client(secret=SecretStr("f" * 32)).access_token()

    assert refused.value.errcode == 40125
    assert stand_in.count(FETCH) == 1


@pytest.mark.parametrize(("errcode", "at_least"), [(45009, 600), (45011, 60), (44990, 1)])
def test_a_used_up_quota_says_when_to_come_back(client, stand_in, errcode, at_least):
    stand_in.fault(FETCH, errcode=errcode)

    with pytest.raises(RateLimited) as refused:
        client.access_token()

    assert refused.value.status == 429
    assert refused.value.retry_after >= at_least
    assert stand_in.count(FETCH) == 1


def test_40001_of_the_token_call_itself_is_final(client, stand_in):
    stand_in.fault(FETCH, times=3, errcode=40001)

    with pytest.raises(TokenError):
        client.phone_number(stand_in.phone_code())

    assert stand_in.count(FETCH) == 1
    assert stand_in.count(PHONE) == 0
