"""The locker-out: knows the names by which officers log in, and wants them to stay out."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from apiflask import APIFlask
from werkzeug.test import TestResponse

from backend.accounts import service as accounts
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import transaction
from tests.abuse.villain import Villain
from tests.support.phone import Phone
from tests.support.second_factors import Authenticator, guarded
from tests.support.street import Street

PASSWORD = "Correct-Horse-7"
ADMINISTRATORS = {"secadm": Role.SECURITY_ADMIN, "sysadm": Role.SYSTEM_ADMIN, "audadm": Role.AUDIT_ADMIN}
OFFICE = "198.51.100.1"


@pytest.fixture
def log_in(app: APIFlask, street: Street) -> Callable[..., TestResponse]:
    """Logs in by name, from an address; the three administrators of the street are there."""
    assert street["青山街道"]
    with transaction():
        for name, role in ADMINISTRATORS.items():
            grant = Grant(role, area_path="639999001")
            accounts.create_office_account(Actor.system(), name=name, password=PASSWORD, grant=grant, now=clock.now())

    def attempt(name: str, password: str, address: str, token: str | None = None, **more: str) -> TestResponse:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = {"name": name, "password": password} | more
        return app.test_client().post("/api/v1/auth/password", json=body, headers=headers, environ_base={"REMOTE_ADDR": address})

    return attempt


@pytest.fixture
def devices(log_in: Callable[..., TestResponse]) -> Mapping[str, str]:
    """Each administrator was in from the office, on a device of their own."""
    return {name: log_in(name, PASSWORD, OFFICE).get_json()["access_token"] for name in ADMINISTRATORS}


def lock_out(one: Villain, log_in: Callable[..., TestResponse], addresses: list[str], devices: Mapping[str, str]) -> None:
    """Wrong passwords for each of the names from all the addresses; whoever of the holders is kept out then is loot."""
    for number in one.tries(len(addresses) * 6):
        for name in ADMINISTRATORS:
            one.take(f"logged in as {name}", log_in(name, "Wrong-Horse-7", addresses[number // 6]))
    for name, token in devices.items():
        if log_in(name, PASSWORD, OFFICE, token).status_code != 200:
            one.loot.append(f"{name} is kept out")


def test_from_elsewhere(villain, log_in, devices):
    lock_out(villain("locker-out, elsewhere"), log_in, ["203.0.113.9"], dict.fromkeys(devices, ""))


def test_from_the_office_itself(villain, log_in, devices):
    lock_out(villain("locker-out, at the office"), log_in, [OFFICE], devices)


def test_from_forty_places(villain, log_in, devices):
    one = villain("locker-out, from forty places")
    lock_out(one, log_in, [f"192.0.2.{number}" for number in range(40)], dict.fromkeys(devices, ""))

    assert one.told["401 credentials_wrong"] <= 3 * 105, "and none of them learns more than a hundred times that they guessed wrong"


@pytest.fixture
def authenticators(app: APIFlask, devices: Mapping[str, str]) -> Mapping[str, Authenticator]:
    """Each administrator has set up a second factor."""
    apps = {name: guarded(Phone(app.test_client(), token, ""))[0] for name, token in devices.items()}
    clock.advance(timedelta(minutes=1))
    return apps


def test_from_where_the_holder_comes_for_the_first_time(villain, log_in, authenticators):
    """They guess passwords and codes at once, from many places and from there, where neither device nor network is known."""
    one = villain("locker-out, where the holder is new")
    addresses = [*(f"192.0.2.{number}" for number in range(20)), "203.0.113.9"]
    for number in one.tries(len(addresses) * 6):
        for name in ADMINISTRATORS:
            one.take(f"logged in as {name}", log_in(name, "Wrong-Horse-7", addresses[number // 6], code="123456"))
    for name, shown in authenticators.items():
        if log_in(name, PASSWORD, "203.0.113.9", code=shown.code()).status_code != 200:
            one.loot.append(f"{name} is kept out")


def test_who_has_the_passwords_gets_in_by_no_code_and_keeps_nobody_out(villain, log_in, devices, authenticators):
    one = villain("locker-out, with the passwords")
    for number in one.tries(40):
        for name in ADMINISTRATORS:
            shown = {authenticators[name].code(seconds=30 * off) for off in (-1, 0, 1)}
            code = next(code for code in (f"{number:06}", "999999") if code not in shown)
            one.take(f"logged in as {name}", log_in(name, PASSWORD, f"192.0.2.{number // 2}", code=code))
    for name, token in devices.items():
        if log_in(name, PASSWORD, "203.0.113.9", token, code=authenticators[name].code()).status_code != 200:
            one.loot.append(f"{name} is kept out")

    assert one.told["422 second_code_wrong"] <= 3 * 20, "and twenty tries are not one in ten thousand"
