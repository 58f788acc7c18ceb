"""An office account by name and password, and phones that try it."""

import pytest

from backend.accounts import service as accounts
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import transaction

NAME, PASSWORD = "street-officer", "Correct-Horse-7"


@pytest.fixture
def office_account(app, street) -> str:
    with transaction():
        account_id = accounts.create_office_account(
            Actor.system(), name=NAME, password=PASSWORD, grant=Grant(Role.STREET_OFFICER, area_path="639999001"), now=clock.now()
        )
    return str(account_id)


@pytest.fixture
def log_in(app):
    def attempt(password=PASSWORD, name=NAME, *, address="127.0.0.1", token=None, code=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = {"name": name, "password": password} | ({} if code is None else {"code": code})
        return app.test_client().post("/api/v1/auth/password", json=body, headers=headers, environ_base={"REMOTE_ADDR": address})

    return attempt
