"""Who knows only a name keeps its holder out from nowhere but where they try themselves."""

from sqlalchemy import select

from backend.accounts.models import LoginLockout
from backend.accounts.service.tries import STRANGERS_BEFORE_LOCK
from backend.foundation.actor import Role
from backend.foundation.database import db
from tasks.housekeeping import forget_old_tries
from tests.accounts.conftest import NAME, PASSWORD
from tests.support.phone import refused

OFFICE, ELSEWHERE = "198.51.100.1", "203.0.113.9"


def besiege(log_in, *, sources=STRANGERS_BEFORE_LOCK // 5 + 5) -> None:
    """Wrong passwords for the name from many places, five from each."""
    for number in range(sources):
        for _ in range(5):
            log_in("Wrong-Horse-7", address=f"192.0.2.{number}")


def test_wrong_ones_from_elsewhere_hold_nobody_up(office_account, log_in):
    assert [log_in("Wrong-Horse-7", address=ELSEWHERE).status_code for _ in range(5)] == [401] * 5

    assert refused(log_in(address=ELSEWHERE)) == (429, "login_locked"), "be it right"
    assert log_in(address=OFFICE).status_code == 200


def test_a_phone_that_was_in_before_passes_from_the_same_network(office_account, log_in, pass_time):
    token = log_in(address=OFFICE).get_json()["access_token"]
    pass_time(days=30)
    for _ in range(6):
        log_in("Wrong-Horse-7", address=OFFICE)

    assert refused(log_in(address=OFFICE)) == (429, "login_locked")
    assert log_in(address=OFFICE, token=token).status_code == 200


def test_a_browser_that_was_in_before_passes_though_it_was_closed(app, office_account, log_in):
    client = app.test_client()
    form = {"name": NAME, "password": PASSWORD}
    ours = {"Sec-Fetch-Site": "same-origin"}
    assert client.post("/console/login", data=form, headers=ours).status_code == 303
    client.delete_cookie("ejia")
    for _ in range(6):
        log_in("Wrong-Horse-7")

    assert client.post("/console/login", data=form, headers=ours).status_code == 303
    assert app.test_client().post("/console/login", data=form, headers=ours).status_code == 429, "another browser there waits"


def test_another_ones_token_makes_no_device_of_the_holders(office_account, log_in, street):
    for _ in range(5):
        log_in("Wrong-Horse-7", token=street.home.resident.access_token)

    assert refused(log_in(token=street.home.resident.access_token)) == (429, "login_locked")


def test_a_password_is_not_guessed_from_a_thousand_places(office_account, log_in):
    token = log_in(address=OFFICE).get_json()["access_token"]
    besiege(log_in)

    assert refused(log_in("Wrong-Horse-7", address=ELSEWHERE)) == (429, "login_locked")
    assert log_in(address=OFFICE).status_code == 200, "they were in from there before"
    assert log_in(address=ELSEWHERE, token=token).status_code == 200


def test_where_its_holder_was_in_is_remembered_for_a_quarter(office_account, log_in, pass_time):
    log_in(address=OFFICE)
    pass_time(days=80)
    forget_old_tries()
    besiege(log_in)
    assert log_in(address=OFFICE).status_code == 200

    pass_time(days=89)
    log_in(address=OFFICE)
    pass_time(days=91)
    forget_old_tries()
    assert db.session.scalars(select(LoginLockout)).all() == []


def test_whoever_lifts_a_lock_lifts_it_everywhere(office_account, log_in, street):
    for address in (OFFICE, ELSEWHERE):
        for _ in range(5):
            log_in("Wrong-Horse-7", address=address)
    security = street.administrator(Role.SECURITY_ADMIN)
    [locked] = security.seen("/lockouts")["items"]

    assert security.post(f"/lockouts/{locked['login_id']}/release").status_code == 204
    assert security.seen("/lockouts")["items"] == []
    assert {log_in(address=address).status_code for address in (OFFICE, ELSEWHERE)} == {200}
