"""A claim and the end of what it rests on, by one person at the same moment: one waits for the other, and neither is told to come again."""

from uuid import UUID

import pytest

from backend.foundation import clock
from backend.openings.service import Claimant, claim_place
from tests.support.beginning import actor_of
from tests.support.demands import published_demand
from tests.support.locks import meanwhile


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [("/me/closing", {"confirmed": True}, (409, "account_in_use")), ("/me/consents/withdrawal", {"notice": "identity"}, (200, None))],
)
def test_who_claims_while_they_close_or_withdraw(street, officer, path, body, told):
    member, role_id = street.home.party_member, UUID(published_demand(officer, street, brand="red_ribbon")["role_id"])

    def claim():
        actor = actor_of(member)
        claim_place(actor, role_id, Claimant.person(actor), now=clock.now())

    answer = meanwhile(claim, lambda: member.post(path, body))
    assert (answer.status_code, answer.get_json().get("code")) == told
