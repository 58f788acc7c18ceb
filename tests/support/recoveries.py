"""The way back to an account."""

from uuid import UUID

from werkzeug.test import TestResponse

from backend.accounts import tokens
from backend.foundation.actor import Role
from tests.support.beginning import officer_of
from tests.support.phone import Phone


def seen(recovery_id: str) -> dict[str, str]:
    """What the community writes down of who stands at its desk with an identity card and the phone that applied."""
    return {"proof": "id_card", "check_code": tokens.maker().check_code(UUID(recovery_id))}


def confirm(first: Phone, recovery_id: str) -> TestResponse:
    """Let one officer see the person and a second one agree: the answer of the first who refuses, or else of the second."""
    answer = first.post(f"/account-recoveries/{recovery_id}/confirmation", seen(recovery_id))
    if answer.status_code != 200:
        return answer
    second = officer_of(first.client.application, Role.STREET_OFFICER, "639999001")  # type: ignore[arg-type]
    return second.post(f"/account-recoveries/{recovery_id}/approval")
