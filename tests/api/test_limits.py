"""Nobody may ask too often, and nobody is turned away because the counter is gone."""

import gc
import socket
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import redis
from apiflask import APIFlask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.accounts import tokens
from backend.accounts.tokens import AccessClaims, RefreshClaims, TokenMaker
from backend.foundation import clock
from backend.wechat.errors import LoginCodeRejected
from config.settings import Settings
from miniprogram_api.contract import Out, Resource
from miniprogram_api.schemas.auth import TokensOut
from tests.support.contract import make_api
from web import limits
from web.inputs.accounts import WeChatLoginIn
from web.routes import Access, at_most, contract_of, route_is, takes_wechat_code


class BellOut(Out):
    rung: bool = True


JUNK = "a-code-that-wechat-refuses"


def make_bells() -> Resource:
    bp = Resource("bells", tag="门铃")

    @bp.get("/bell")
    @route_is(Access.PUBLIC)
    @at_most("3/minute")
    @bp.output(BellOut)
    @bp.doc(summary="按门铃")
    def ring_bell() -> BellOut:
        return BellOut()

    @bp.post("/bell-of-tokens")
    @route_is(Access.PUBLIC)
    @at_most(limits.LOGGING_IN, counted_for=limits.log_in_refreshed)
    @bp.output(BellOut)
    @bp.doc(summary="登录门铃")
    def ring_at_login() -> BellOut:
        return BellOut()

    @bp.post("/bell-of-wechat")
    @route_is(Access.PUBLIC)
    @at_most(limits.LOGGING_IN, counted_for=limits.code_brought)
    @takes_wechat_code
    @bp.input(WeChatLoginIn)
    @bp.output(BellOut)
    @bp.doc(summary="微信门铃")
    def ring_by_code(body: WeChatLoginIn) -> BellOut:
        if body.code.startswith(JUNK):
            raise LoginCodeRejected("code2Session")
        return BellOut()

    @bp.get("/other-bell")
    @route_is(Access.PUBLIC)
    @bp.output(BellOut)
    @bp.doc(summary="另一个门铃")
    def ring_other() -> BellOut:
        return BellOut()

    return bp


@pytest.fixture
def limited(settings: Settings) -> Callable[..., FlaskClient]:
    """Makes a client of an app whose routes are limited."""
    redis.Redis.from_url(settings.redis_url).flushall()
    tokens.use(TokenMaker(bytes([1]) * 32, timedelta(minutes=15)))

    def make(**changed: object) -> FlaskClient:
        copy = settings.model_copy(update={"rate_limits_enabled": True, **changed})
        app: APIFlask = make_api(copy)
        limits.install(app, copy)
        app.register_blueprint(make_bells())
        return app.test_client()

    return make


def ring(client: FlaskClient, *, address: str = "192.0.2.1", account: UUID | None = None, token: str | None = None) -> TestResponse:
    if account is not None:
        token = tokens.maker().access_token(AccessClaims(account, uuid4()), now=clock.now())
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return client.get("/api/v1/bell", headers=headers, environ_base={"REMOTE_ADDR": address})


def statuses(answers: Iterator[TestResponse]) -> list[int]:
    return [answer.status_code for answer in answers]


def test_who_asks_too_often_is_told_when_to_come_again(limited: Callable[..., FlaskClient]) -> None:
    client = limited()
    assert statuses(ring(client) for _ in range(3)) == [200, 200, 200]
    answer = ring(client)
    assert (answer.status_code, answer.mimetype, answer.get_json()["code"]) == (429, "application/problem+json", "too_many_requests")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_addresses_and_accounts_count_apart_and_other_routes_too(limited: Callable[..., FlaskClient]) -> None:
    client = limited()
    one, other = uuid4(), uuid4()
    assert statuses(ring(client, account=one) for _ in range(4)) == [200, 200, 200, 429]
    assert ring(client, account=other).status_code == 200
    assert ring(client).status_code == 200
    assert client.get("/api/v1/other-bell").status_code == 200


def test_an_account_counts_over_all_its_tokens_and_addresses(limited: Callable[..., FlaskClient]) -> None:
    client, account = limited(), uuid4()
    assert statuses(ring(client, account=account, address=f"192.0.2.{number}") for number in range(4)) == [200, 200, 200, 429]


def test_an_account_counts_by_its_old_tokens_too(limited: Callable[..., FlaskClient]) -> None:
    client, account = limited(), uuid4()
    long_ago = clock.now() - timedelta(days=1)
    old = [tokens.maker().access_token(AccessClaims(account, uuid4()), now=long_ago) for _ in range(4)]
    assert statuses(ring(client, token=token, address=f"192.0.2.{number}") for number, token in enumerate(old)) == [200, 200, 200, 429]


def test_no_made_up_token_is_kept(limited: Callable[..., FlaskClient]) -> None:
    client = limited()
    ring(client, token="x.0.y")
    tracemalloc.start()
    try:
        for number in range(100):
            ring(client, token=f"{'x' * 100_000}.{number}.y")
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000, "of ten million bytes that were sent"


def test_a_made_up_token_counts_by_its_address(limited: Callable[..., FlaskClient]) -> None:
    client = limited()
    assert statuses(ring(client, token=f"x.{number}.y") for number in range(4)) == [200, 200, 200, 429]


def test_the_addresses_of_one_network_of_the_new_kind_count_as_one(limited: Callable[..., FlaskClient]) -> None:
    client = limited()
    assert statuses(ring(client, address=f"2001:db8:1:1::{number}") for number in range(4)) == [200, 200, 200, 429]
    assert ring(client, address="2001:db8:1:2::1").status_code == 200
    assert statuses(ring(client, address=f"::ffff:198.51.100.{number}") for number in range(4)) == [200] * 4


def test_processes_count_together(limited: Callable[..., FlaskClient]) -> None:
    one, other = limited(), limited()
    assert statuses(ring(client) for client in (one, other, one, other)) == [200, 200, 200, 429]


def refresh(client: FlaskClient, token: str) -> int:
    return client.post("/api/v1/bell-of-tokens", json={"refresh_token": token}).status_code


def test_a_good_refresh_token_is_not_counted_with_its_neighbours_junk(limited: Callable[..., FlaskClient]) -> None:
    client, family = limited(), uuid4()
    assert {refresh(client, f"junk-{number}") for number in range(60)} == {200}
    assert refresh(client, "junk") == 429
    assert client.post("/api/v1/bell-of-tokens", data="[" * 100_000, content_type="application/json").status_code == 429

    good = tokens.maker().refresh_token(RefreshClaims(family, 1))

    assert {refresh(client, good) for _ in range(60)} == {200}
    assert refresh(client, tokens.maker().refresh_token(RefreshClaims(family, 2))) == 429, "a log-in counts over all its tokens"
    assert refresh(client, tokens.maker().refresh_token(RefreshClaims(uuid4(), 1))) == 200


def bring_code(client: FlaskClient, code: str = JUNK, *, address: str = "192.0.2.1", account: UUID | None = None) -> int:
    token = tokens.maker().access_token(AccessClaims(account, uuid4()), now=clock.now() - timedelta(days=30)) if account else None
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = client.post("/api/v1/bell-of-wechat", json={"code": code}, headers=headers, environ_base={"REMOTE_ADDR": address})
    return answer.status_code


def test_codes_that_wechat_refused_are_counted_for_who_brought_them(limited: Callable[..., FlaskClient]) -> None:
    client = limited()
    assert [bring_code(client) for _ in range(21)] == [401] * 20 + [429]
    assert bring_code(client, address="192.0.2.2") == 401
    assert {bring_code(client, "a-good-code", address="192.0.2.2") for _ in range(60)} == {200}, "good ones are not counted as junk"


def test_all_phones_behind_one_address_log_in_at_once_and_one_code_is_no_flood(limited: Callable[..., FlaskClient]) -> None:
    client = limited()
    assert {bring_code(client, f"code-{number}") for number in range(75)} == {200}
    assert [bring_code(client, "one-code") for _ in range(61)] == [200] * 60 + [429]
    assert bring_code(client, "another-code") == 200


def test_junk_codes_of_many_addresses_leave_the_quota_to_phones_that_were_in_before(limited: Callable[..., FlaskClient]) -> None:
    client = limited()
    asked = [bring_code(client, f"{JUNK}-{number}", address=f"192.0.{number % 100}.7") for number in range(400)]

    assert asked.count(401) == 300, "so many have reached WeChat"
    assert bring_code(client, "a-good-code", address="198.51.100.1") == 429
    assert bring_code(client, "a-good-code", address="192.0.1.7", account=uuid4()) == 200


def test_every_route_that_asks_wechat_about_a_code_counts_the_refused(app: APIFlask) -> None:
    taking = {rule.rule for rule in app.url_map.iter_rules() if contract_of(app.view_functions[rule.endpoint]).takes_wechat_code}
    refusing = {
        path
        for path, item in app.test_client().get("/openapi.json").get_json()["paths"].items()
        if "wechat_code_rejected" in str(item) or "wechat_phone_code_rejected" in str(item)
    }
    assert taking == refusing != set()


def test_a_body_beyond_the_limit_leaves_the_counting_where_it_is(limited: Callable[..., FlaskClient]) -> None:
    client = limited(body_limit_bytes=1024)
    assert refresh(client, "x" * 2000) in (200, 413)
    assert {refresh(client, "junk") for _ in range(59)} == {200}
    assert refresh(limited(), "junk") == 429, "another process counts on"


def test_whatever_gives_tokens_is_limited_as_logging_in(app: APIFlask) -> None:
    contracts = {name: contract_of(view) for name, view in app.view_functions.items()}
    giving = {name: contract.rate for name, contract in contracts.items() if contract.output is TokensOut}
    assert len(giving) >= 5
    assert set(giving.values()) == {limits.LOGGING_IN}


def test_a_forwarded_address_counts_only_where_proxies_are_trusted(limited: Callable[..., FlaskClient]) -> None:
    def ring_through(client: FlaskClient, number: int) -> TestResponse:
        return client.get("/api/v1/bell", headers={"X-Forwarded-For": f"203.0.113.{number}"})

    open_copy, behind_proxy = limited(), limited(trusted_proxies=1)
    assert statuses(ring_through(open_copy, number) for number in range(4)) == [200, 200, 200, 429]
    assert statuses(ring_through(behind_proxy, number) for number in range(4)) == [200] * 4


def test_behind_proxies_the_caller_counts_and_not_what_they_claim(limited: Callable[..., FlaskClient]) -> None:
    def ring_through(client: FlaskClient, *hops: str) -> TestResponse:
        return client.get("/api/v1/bell", headers={"X-Forwarded-For": ", ".join(hops)})

    one, two = limited(trusted_proxies=1), limited(trusted_proxies=2)
    assert statuses(ring_through(one, f"203.0.113.{number}", "198.51.100.7") for number in range(4)) == [200, 200, 200, 429]
    assert ring_through(one, "203.0.113.1", "198.51.100.8").status_code == 200
    assert statuses(ring_through(two, f"10.0.0.{number}", "198.51.100.9", "10.1.1.1") for number in range(4)) == [200, 200, 200, 429]


def test_without_redis_each_process_counts_for_itself(limited: Callable[..., FlaskClient]) -> None:
    gone = {"redis_url": "redis://127.0.0.1:1/0"}
    one, other = limited(**gone), limited(**gone)
    assert statuses(ring(one) for _ in range(4)) == [200, 200, 200, 429]
    assert ring(one, address="192.0.2.2").status_code == 200
    assert ring(other).status_code == 200


def test_a_redis_that_does_not_answer_holds_no_request_up(limited: Callable[..., FlaskClient]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        client = limited(redis_url=f"redis://127.0.0.1:{deaf.getsockname()[1]}/0")
        began = time.monotonic()
        answers = [client.get("/api/v1/other-bell") for _ in range(20)]
        assert statuses(iter(answers)) == [200] * 20
        assert time.monotonic() - began < 2
