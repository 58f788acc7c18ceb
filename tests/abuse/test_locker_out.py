"""The locker-out: knows the names by which officers log in, and wants them to stay out."""

from collections.abc import Callable, Mapping

import pytest
from apiflask import APIFlask
from werkzeug.test import TestResponse

from backend.accounts import service as accounts
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import transaction
from tests.abuse.villain import Villain
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

    def attempt(name: str, password: str, address: str, token: str | None = None) -> TestResponse:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = {"name": name, "password": password}
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
