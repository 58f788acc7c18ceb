"""Administrators log in by name and password; five wrong ones in a row lock the name for 15 minutes and then for longer."""

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from argon2 import extract_parameters, profiles
from sqlalchemy import select

from backend.accounts import service as accounts
from backend.accounts.models import Login, LoginLockout
from backend.accounts.service.tries import try_index
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from tasks.housekeeping import forget_old_tries
from tests.accounts.conftest import NAME, PASSWORD
from tests.support.phone import refused


def failed_logins() -> int:
    acts = select(AuditEntry).where(AuditEntry.action == "account.log_in", AuditEntry.succeeded.is_(False))
    return len(db.session.scalars(acts).all())


def test_the_right_password_opens_the_account_with_its_roles(office_account, log_in, app):
    tokens = log_in().get_json()

    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    me = app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {tokens['access_token']}"}).get_json()
    assert (me["account_id"], me["roles"][0]["role"]) == (office_account, "street_officer")


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(office_account, log_in):
    unknown, wrong = log_in(name="nobody"), log_in("Wrong-Horse-7")

    assert refused(unknown) == refused(wrong) == (401, "credentials_wrong")
    assert {key: value for key, value in unknown.get_json().items() if key != "request_id"} == {
        key: value for key, value in wrong.get_json().items() if key != "request_id"
    }
    assert failed_logins() == 2


def test_the_password_is_stored_as_argon2id_only(office_account):
    stored = db.session.scalars(select(Login.password_hash)).one()

    assert stored.startswith("$argon2id$")
    assert PASSWORD not in stored


def test_a_copy_that_is_no_test_hashes_as_rfc_9106_advises():
    """A process of its own: this one hashes cheaply, or hashing would be a third of all that the tests do."""
    ask = "from backend.accounts.service import hashing as own; print(own.hash_of('Correct-Horse-7'), own.NOBODY, sep='\\n')"
    for said in subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.split():
        assert extract_parameters(said) == profiles.RFC_9106_LOW_MEMORY


def test_five_wrong_passwords_lock_the_login_for_15_minutes(office_account, log_in, pass_time):
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


def test_the_right_password_forgets_the_wrong_ones_before(office_account, log_in):
    for _ in range(2):
        for _ in range(4):
            log_in("Wrong-Horse-7")
        assert log_in().status_code == 200


def test_the_fifth_try_may_still_be_the_right_one(office_account, log_in):
    for _ in range(4):
        log_in("Wrong-Horse-7")

    assert log_in().status_code == 200
    assert set(db.session.scalars(select(LoginLockout.failures))) == {0}


@pytest.mark.parametrize("name", [NAME, "nobody"])
def test_each_further_lock_holds_twice_as_long_up_to_four_hours(office_account, log_in, pass_time, name):
    held = []
    for _ in range(6):
        assert [log_in("Wrong-Horse-7", name).status_code for _ in range(5)] == [401] * 5
        answer = log_in("Wrong-Horse-7", name)
        assert refused(answer) == (429, "login_locked")
        held.append(round(int(answer.headers["Retry-After"]) / 60))
        pass_time(seconds=int(answer.headers["Retry-After"]))

    assert held == [15, 30, 60, 120, 240, 240]


def test_a_lock_does_not_tell_whether_the_name_exists(office_account, log_in):
    asked = {name: [log_in("Wrong-Horse-7", name) for _ in range(7)] for name in (NAME, "nobody")}

    known, unknown = ([answer.get_json() | {"request_id": ""} for answer in asked[name]] for name in asked)
    assert known == unknown
    assert [problem["status"] for problem in known] == [401] * 5 + [429] * 2


def test_a_day_without_a_try_forgets_the_wrong_ones(office_account, log_in, pass_time):
    for _ in range(9):
        log_in("Wrong-Horse-7")
        if db.session.scalar(select(LoginLockout.locked_until)):
            pass_time(minutes=16)
    pass_time(hours=24)

    answers = [log_in("Wrong-Horse-7") for _ in range(6)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert int(answers[-1].headers["Retry-After"]) <= 901


def test_what_somebody_typed_as_a_name_stands_nowhere_in_clear(office_account, log_in):
    log_in("Wrong-Horse-7", "13800000001")

    rows = db.session.execute(select(LoginLockout.login_id, LoginLockout.name_index)).all()
    assert set(rows) == {(None, try_index("13800000001", source)) for source in ("address:127.0.0.1", "strangers")}
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.reason == "name_unknown")).one()
    assert (entry.account_id, entry.subject_id, entry.succeeded, entry.details) == (None, None, False, {"locked": False})


def test_the_audit_log_says_which_failure_locked(office_account, log_in):
    for _ in range(6):
        log_in("Wrong-Horse-7")

    failures = select(AuditEntry.details).where(AuditEntry.reason == "password_wrong").order_by(AuditEntry.id)
    assert [details["locked"] for details in db.session.scalars(failures)] == [False] * 4 + [True]


def test_counts_that_are_a_day_old_are_dropped(office_account, log_in, pass_time):
    log_in("Wrong-Horse-7", "nobody")
    pass_time(hours=23)
    log_in("Wrong-Horse-7")
    pass_time(hours=2)

    forget_old_tries()

    assert {row.login_id is not None for row in db.session.scalars(select(LoginLockout))} == {True}


@pytest.mark.parametrize("name", [NAME, "nobody"])
def test_guesses_at_once_get_no_further_than_five(office_account, log_in, name):
    start = Barrier(16)

    def guess(number):
        start.wait()
        return log_in(f"Wrong-Horse-{number}", name).status_code

    with ThreadPoolExecutor(16) as pool:
        answers = Counter(pool.map(guess, range(16)))

    assert answers == {401: 5, 429: 11}


def test_a_lock_is_of_one_name_only(office_account, log_in, administrator):
    for _ in range(5):
        log_in("Wrong-Horse-7")

    administrator(Role.COMMUNITY_OFFICER, "639999001001")  # logs in on the way


def test_blanks_belong_to_a_password(app, street, log_in):
    with transaction():
        accounts.create_office_account(
            Actor.system(), name="blanks", password=" Correct Horse 7 ", grant=Grant(Role.AUDIT_ADMIN, area_path="639999"), now=clock.now()
        )

    assert log_in(" Correct Horse 7 ", name="blanks").status_code == 200
    assert refused(log_in("Correct Horse 7", name="blanks")) == (401, "credentials_wrong")


def test_nothing_that_is_sent_as_a_login_is_an_error_of_ours(office_account, app):
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
