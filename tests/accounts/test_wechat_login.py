"""Residents log in with a code of `wx.login`; the account is made at the first time."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select, update

from backend.accounts.models import Account, AccountStatus, Login
from backend.foundation.database import db, transaction
from backend.foundation.sealing import keyring
from tests.support.phone import Phone, refused


@pytest.fixture
def log_in(app):
    return lambda code: app.test_client().post("/api/v1/auth/wechat", json={"code": code})


def counts() -> tuple[int, int]:
    """Accounts and logins."""
    return tuple(db.session.scalar(select(func.count()).select_from(kind)) for kind in (Account, Login))


def test_the_first_login_makes_the_account_and_the_next_one_finds_it(wechat, log_in, app):
    tokens = [log_in(wechat.login_code("zhang")).get_json() for _ in range(2)]

    accounts = {Phone(app.test_client(), pair["access_token"], "").seen("/me")["account_id"] for pair in tokens}
    assert len(accounts) == 1
    assert counts() == (1, 1)
    assert log_in(wechat.login_code("li")).status_code == 200
    assert counts() == (2, 2)


def test_the_session_key_lies_sealed_the_newest_only(wechat, log_in):
    log_in(wechat.login_code("zhang"))
    first = db.session.scalars(select(Login.session_key_sealed)).one()
    log_in(wechat.login_code("zhang"))
    db.session.expire_all()
    second = db.session.scalars(select(Login.session_key_sealed)).one()

    login_id = db.session.scalars(select(Login.id)).one()
    keys = [keyring().unseal(sealed, field="logins.session_key", row=login_id) for sealed in (first, second)]
    assert all(len(key) == 24 and key.encode() not in second for key in keys)
    assert keys[0] != keys[1]


def test_a_code_works_once(wechat, log_in):
    code = wechat.login_code("zhang")
    assert log_in(code).status_code == 200

    assert refused(log_in(code)) == (401, "wechat_code_rejected")
    assert refused(log_in("nobody-gave-this-code")) == (401, "wechat_code_rejected")
    assert counts() == (1, 1)


def test_a_user_whom_wechat_blocks_is_told_so(wechat, log_in):
    wechat.user("zhang", blocked=True)

    assert refused(log_in(wechat.login_code("zhang"))) == (403, "wechat_account_blocked")
    assert counts() == (0, 0)


def test_while_wechat_is_down_the_phone_is_asked_to_come_back(wechat, log_in):
    wechat.fault("code2Session", times=5, drop="before")

    answer = log_in(wechat.login_code("zhang"))

    assert refused(answer) == (503, "wechat_unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert counts() == (0, 0)


def test_two_first_logins_at_once_make_one_account(wechat, log_in, app):
    codes, start = [wechat.login_code("zhang") for _ in range(4)], Barrier(4)

    def first(code):
        start.wait()
        return log_in(code)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(first, codes))

    assert [answer.status_code for answer in answers] == [200] * 4
    assert counts() == (1, 1)
    assert len({Phone(app.test_client(), a.get_json()["access_token"], "").seen("/me")["account_id"] for a in answers}) == 1


def test_a_closed_account_opens_no_second_one(wechat, log_in):
    log_in(wechat.login_code("zhang"))
    with transaction():
        db.session.execute(update(Account).values(status=AccountStatus.CLOSED))

    assert refused(log_in(wechat.login_code("zhang"))) == (403, "account_closed")
    assert counts() == (1, 1)


def test_nothing_that_is_sent_as_a_code_is_an_error_of_ours(wechat, log_in):
    for code in ("", "x" * 513, None, 7, "a\x00b"):
        assert refused(log_in(code)) == (422, "invalid")
    assert log_in("微信 code&secret=x").status_code in (401, 422)
    assert wechat.count("code2Session") == 0
