"""What works once is refused the second time, and beyond what writes the refusal down, no row is changed."""

from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from datetime import datetime

import pytest
from apiflask import APIFlask
from sqlalchemy import select
from werkzeug.test import TestResponse

from backend.accounts.models import Login
from backend.foundation.actor import Role
from backend.foundation.database import db
from tests.support.people import registered_volunteer
from tests.support.phone import Phone, refused
from tests.support.tables import contents
from tests.wechat.steering import Levers

# The end of a stolen login, and who tried; a wrong password counts towards the lockout.
LOGIN_ENDED = {"token_families", "audit_entries"}
GUESS_COUNTED = {"login_lockouts", "audit_entries"}


@contextmanager
def changing(tables: Set[str] = frozenset()) -> Iterator[None]:
    """Meanwhile rows of just these tables may change, and do."""
    before = contents()
    yield
    after = contents()
    assert {name for name in before if before[name] != after[name]} == tables


@pytest.fixture
def post(app: APIFlask) -> Callable[..., TestResponse]:
    """Sends a body to an address, without a token."""
    return lambda path, **body: app.test_client().post(f"/api/v1{path}", json=body)


def test_a_refresh_token_that_comes_again_after_a_minute_ends_its_login(
    post: Callable[..., TestResponse], phone_of: Callable[..., Phone], pass_time: Callable[..., datetime]
) -> None:
    thief = phone_of()
    successor = post("/auth/refresh", refresh_token=thief.refresh_token).get_json()
    pass_time(seconds=61)

    with changing(LOGIN_ENDED):
        assert refused(post("/auth/refresh", refresh_token=thief.refresh_token)) == (401, "token_invalid")

    with changing():
        for token in (thief.refresh_token, successor["refresh_token"]):
            assert refused(post("/auth/refresh", refresh_token=token)) == (401, "token_invalid")
        for token in (thief.access_token, successor["access_token"]):
            assert refused(Phone(thief.client, token, "").get("/me")) == (401, "token_invalid")


def test_a_login_code_of_wechat_logs_in_once(post: Callable[..., TestResponse], wechat: Levers) -> None:
    code = wechat.login_code("zhang")
    assert post("/auth/wechat", code=code).status_code == 200

    with changing():
        assert refused(post("/auth/wechat", code=code)) == (401, "wechat_code_rejected")
        assert refused(post("/auth/wechat", code="nobody-gave-this-code")) == (401, "wechat_code_rejected")
        assert refused(post("/auth/wechat", code=wechat.phone_code("zhang"))) == (401, "wechat_code_rejected")


def test_a_phone_code_of_wechat_gives_a_number_once(wechat: Levers, phone_of: Callable[..., Phone], street: dict[str, str]) -> None:
    phone = registered_volunteer(phone_of, street, "zhang")
    code = wechat.phone_code("zhang")
    phone.made("/me/phone", {"code": code})

    with changing():
        for wrong in (code, wechat.login_code("zhang"), "nobody-gave-this-code"):
            assert refused(phone.post("/me/phone", {"code": wrong})) == (422, "wechat_phone_code_rejected")


def test_of_a_wrong_password_stays_only_that_somebody_tried(
    post: Callable[..., TestResponse], administrator: Callable[..., Phone], street: dict[str, str]
) -> None:
    administrator(Role.COMMUNITY_OFFICER, "639999001001")
    name = db.session.scalars(select(Login.name)).one()
    db.session.rollback()

    for tried in (name, "nobody"):
        with changing(GUESS_COUNTED):
            assert refused(post("/auth/password", name=tried, password="Wrong-Horse-7")) == (401, "credentials_wrong")


def test_a_creation_sent_again_is_done_once_and_under_its_key_no_other_one(phone_of: Callable[..., Phone], street: dict[str, str]) -> None:
    leader = registered_volunteer(phone_of, street)
    plan = {"name": "互助队", "category": "public_welfare", "charter": "自愿、无偿", "community_id": street["和平社区"]}
    first = leader.post("/teams", plan, key="one-submission")
    assert first.status_code == 201

    with changing():
        again = leader.post("/teams", plan, key="one-submission")
        assert (again.status_code, again.get_data()) == (201, first.get_data())
        other = leader.post("/teams", plan | {"name": "另一队"}, key="one-submission")
        assert refused(other) == (422, "idempotency_key_reused")
