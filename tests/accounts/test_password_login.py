"""Administrators log in by name and password; five wrong ones in a row lock the login for 15 minutes."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from backend.accounts import service as accounts
from backend.accounts.models import Login
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from tests.support.phone import refused

NAME, PASSWORD = "street-officer", "Correct-Horse-7"


@pytest.fixture
def officer(app, street) -> str:
    with transaction():
        account_id = accounts.create_administrator(
            Actor.system(), name=NAME, password=PASSWORD, grant=Grant(Role.STREET_OFFICER, area_path="639999001"), now=clock.now()
        )
    return str(account_id)


@pytest.fixture
def log_in(app):
    def attempt(password=PASSWORD, name=NAME):
        return app.test_client().post("/api/v1/auth/password", json={"name": name, "password": password})

    return attempt


def failed_logins() -> int:
    acts = select(AuditEntry).where(AuditEntry.action == "account.log_in", AuditEntry.succeeded.is_(False))
    return len(db.session.scalars(acts).all())


def test_the_right_password_opens_the_account_with_its_roles(officer, log_in, app):
    tokens = log_in().get_json()

    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    me = app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {tokens['access_token']}"}).get_json()
    assert (me["account_id"], me["roles"][0]["role"]) == (officer, "street_officer")


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(officer, log_in):
    unknown, wrong = log_in(name="nobody"), log_in("Wrong-Horse-7")

    assert refused(unknown) == refused(wrong) == (401, "credentials_wrong")
    assert {key: value for key, value in unknown.get_json().items() if key != "request_id"} == {
        key: value for key, value in wrong.get_json().items() if key != "request_id"
    }
    assert failed_logins() == 1


def test_the_password_is_stored_as_argon2id_only(officer):
    stored = db.session.scalars(select(Login.password_hash)).one()

    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


def test_five_wrong_passwords_lock_the_login_for_15_minutes(officer, log_in, pass_time):
    for _ in range(5):
        assert refused(log_in("Wrong-Horse-7")) == (401, "credentials_wrong")

    answer = log_in()
    assert refused(answer) == (429, "login_locked")
    assert 890 <= int(answer.headers["Retry-After"]) <= 901
    assert failed_logins() == 5
    pass_time(minutes=14, seconds=50)
    assert refused(log_in()) == (429, "login_locked")
    pass_time(seconds=11)
    assert log_in().status_code == 200


def test_the_right_password_forgets_the_wrong_ones_before(officer, log_in):
    for _ in range(2):
        for _ in range(4):
            log_in("Wrong-Horse-7")
        assert log_in().status_code == 200


def test_the_fifth_try_may_still_be_the_right_one(officer, log_in):
    for _ in range(4):
        log_in("Wrong-Horse-7")

    assert log_in().status_code == 200
    assert db.session.scalars(select(Login)).one().locked_until is None


def test_after_the_lock_five_more_tries_lock_again(officer, log_in, pass_time):
    for _ in range(5):
        log_in("Wrong-Horse-7")
    pass_time(minutes=16)

    answers = [log_in("Wrong-Horse-7").status_code for _ in range(6)]

    assert answers == [401] * 5 + [429]


def test_guesses_at_once_get_no_further_than_five(officer, log_in):
    start = Barrier(16)

    def guess(number):
        start.wait()
        return log_in(f"Wrong-Horse-{number}").status_code

    with ThreadPoolExecutor(16) as pool:
        answers = Counter(pool.map(guess, range(16)))

    assert answers == {401: 5, 429: 11}


def test_a_lock_is_of_one_name_only(officer, log_in, administrator):
    for _ in range(5):
        log_in("Wrong-Horse-7")

    administrator(Role.COMMUNITY_OFFICER, "639999001001")  # logs in on the way


def test_blanks_belong_to_a_password(app, street, log_in):
    with transaction():
        accounts.create_administrator(
            Actor.system(), name="blanks", password=" Correct Horse 7 ", grant=Grant(Role.AUDIT_ADMIN, area_path="639999"), now=clock.now()
        )

    assert log_in(" Correct Horse 7 ", name="blanks").status_code == 200
    assert refused(log_in("Correct Horse 7", name="blanks")) == (401, "credentials_wrong")


def test_nothing_that_is_sent_as_a_login_is_an_error_of_ours(officer, app):
    for body in (
        {},
        {"name": NAME},
        {"name": 1, "password": PASSWORD},
        {"name": NAME, "password": "x" * 201},
        {"name": "\x00", "password": "x"},
    ):
        answer = app.test_client().post("/api/v1/auth/password", json=body)
        assert refused(answer) == (422, "invalid")
    assert app.test_client().post("/api/v1/auth/password", json={"name": NAME, "password": "\x00"}).status_code == 401
