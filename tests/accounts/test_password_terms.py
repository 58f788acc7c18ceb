"""How long a password is good for that somebody else gave, and a log-in that nobody uses. A right password only is told so."""

import pytest
from sqlalchemy import select

from backend.accounts import limits
from backend.accounts import service as accounts
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from tests.support.phone import Phone, refused

NAME, OLD, NEW = "peace", "Correct-Horse-7", "三月的风 lantern 42"


@pytest.fixture
def make(app, street):
    def made(*, initial=False) -> None:
        with transaction():
            grant = Grant(Role.COMMUNITY_OFFICER, area_path="639999001001")
            accounts.create_office_account(Actor.system(), name=NAME, password=OLD, grant=grant, is_initial=initial, now=clock.now())

    return made


@pytest.fixture
def log_in(app):
    def attempt(password=OLD):
        return app.test_client().post("/api/v1/auth/password", json={"name": NAME, "password": password})

    return attempt


@pytest.fixture
def phone(app, log_in):
    def logged_in(password=OLD) -> Phone:
        answer = log_in(password)
        assert answer.status_code == 200, answer.get_json()
        tokens = answer.get_json()
        return Phone(app.test_client(), tokens["access_token"], "", refresh_token=tokens["refresh_token"])

    return logged_in


@pytest.fixture
def offices_stay_in(app):
    """Phones of offices stay logged in as long as any."""
    before = limits.current()
    offices = before.offices.model_copy(update={"phone_rests_hours": 24 * 60, "phone_stays_days": 60})
    limits.use(before.model_copy(update={"offices": offices}))
    yield
    limits.use(before)


def reasons() -> list[str]:
    entries = select(AuditEntry).where(AuditEntry.succeeded.is_(False)).order_by(AuditEntry.at, AuditEntry.id)
    return [entry.reason for entry in db.session.scalars(entries)]


def change(phone, old=OLD, new=NEW):
    return phone.post("/me/password", {"old_password": old, "new_password": new})


def test_an_initial_password_is_good_for_three_days_and_a_reset_gives_a_new_one(make, log_in, phone, administrator, pass_time):
    make(initial=True)
    pass_time(hours=71, minutes=50)
    early = phone()  # who comes on the third day is right
    pass_time(minutes=15)

    assert refused(log_in()) == (403, "initial_password_over")
    assert refused(log_in("Wrong-Horse-7")) == (401, "credentials_wrong"), "a stranger learns nothing"
    assert refused(change(early)) == (403, "initial_password_over"), "nor does it open its own change"
    assert reasons() == ["initial_password_over", "password_wrong", "initial_password_over"]

    above = administrator(Role.STREET_OFFICER, "639999001")
    initial = above.made("/password-resets", {"login_name": NAME})["initial_password"]
    assert change(phone(initial), old=initial).status_code == 204
    pass_time(days=10)
    phone(NEW)


def test_a_log_in_that_nobody_used_for_ninety_days_sleeps_until_it_is_given_a_new_password(make, log_in, phone, administrator, pass_time):
    make()
    phone()
    pass_time(days=90)

    assert [refused(log_in()) for _ in range(7)] == [(403, "login_asleep")] * 7, "the right password is not counted as wrong"
    assert refused(log_in("Wrong-Horse-7")) == (401, "credentials_wrong"), "a stranger learns nothing"
    assert reasons() == ["login_asleep"] * 7 + ["password_wrong"]

    initial = administrator(Role.STREET_OFFICER, "639999001").made("/password-resets", {"login_name": NAME})["initial_password"]
    assert change(phone(initial), old=initial).status_code == 204
    phone(NEW)


def test_who_stayed_logged_in_has_used_the_log_in(make, phone, client, pass_time, offices_stay_in):
    make()
    logged_in = phone()
    pass_time(days=50)
    assert client.post("/api/v1/auth/refresh", json={"refresh_token": logged_in.refresh_token}).status_code == 200
    pass_time(days=50)

    phone()


def test_what_sleeps_proves_no_account_to_be_merged(make, phone_of, pass_time):
    make()
    pass_time(days=90)

    answer = phone_of("zhang").post("/auth/merge/password", {"name": NAME, "password": OLD})

    assert refused(answer) == (403, "login_asleep")
