"""A body may arrive long after its head. What counts is who the sender is and what they may do when it is there."""

import json
from collections.abc import Callable
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from backend.accounts.models import RoleGrant
from backend.foundation import clock
from backend.foundation.database import db
from tests.support.demands import demand_form, window
from tests.support.phone import Phone, refused


class Slow(BytesIO):
    """A body before whose first byte something happens."""

    def __init__(self, body: object, meanwhile: Callable[[], object]) -> None:
        super().__init__(json.dumps(body).encode())
        self._meanwhile = meanwhile

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() == 0:
            self._meanwhile()
        return super().read(size)

    def readinto(self, buffer) -> int:
        read = self.read(len(buffer))
        buffer[: len(read)] = read
        return len(read)


@pytest.fixture
def send(app) -> Callable[..., object]:
    """Sends a request whose body comes late."""

    def sending(phone: Phone, path: str, body: Slow):
        headers = {"Authorization": f"Bearer {phone.access_token}", "Idempotency-Key": str(uuid4())}
        length = str(len(body.getvalue()))
        overrides = {"CONTENT_LENGTH": length, "CONTENT_TYPE": "application/json"}
        return app.test_client().post(f"/api/v1{path}", headers=headers, input_stream=body, environ_overrides=overrides)

    return sending


def dismissed(phone: Phone) -> None:
    """The officer's role ends at this moment, by another connection."""
    with db.engine.begin() as connection:
        connection.execute(RoleGrant.__table__.update().where(RoleGrant.account_id == UUID(phone.account_id)).values(ends_at=clock.now()))


def test_who_is_dismissed_while_a_decision_is_on_its_way_decides_nothing_any_more(officer, street, send) -> None:
    demand_id = officer.made("/demands", demand_form(street))["id"]
    assert refused(send(officer, f"/demands/{demand_id}/publication", Slow(window(), lambda: dismissed(officer)))) == (
        404,
        "not_found",
    )


def test_who_is_dismissed_while_a_creation_is_on_its_way_creates_nothing_any_more(officer, street, send) -> None:
    beneficiary = demand_form(street)["beneficiary"] | {"area_id": street["和平社区"]}
    assert refused(send(officer, "/beneficiaries", Slow(beneficiary, lambda: dismissed(officer)))) == (403, "forbidden")


def test_no_transaction_is_open_while_a_body_is_on_its_way(officer, street, send) -> None:
    demand_id = officer.made("/demands", demand_form(street))["id"]
    db.session.rollback()
    open_ones = []

    def look() -> None:
        with db.engine.connect() as connection:
            open_ones.append(
                connection.scalar(
                    text("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction' AND datname = current_database()")
                )
            )

    for path, body in (
        (f"/demands/{demand_id}/publication", window()),
        ("/demands", demand_form(street)),
        ("/me/password", {"old_password": "Correct-Horse-7", "new_password": "another-Horse-8"}),
    ):
        assert send(officer, path, Slow(body, look)).status_code < 300
    assert open_ones == [0, 0, 0]
