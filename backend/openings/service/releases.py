"""Giving places back.

Whether one may be given back depends on who has signed in on the claim. Attendance, which stands above, knows that: it hands in
conditions on claims, and has asked policy.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement

from backend.foundation.actor import Actor
from backend.foundation.database import one_of
from backend.openings.models import Claim
from backend.openings.service.life import END, RELEASE, WITHDRAW, free_places_of, given_back_at, hold, hold_roles_of


def give_back(
    actor: Actor, claim_ids: Sequence[UUID], *, releasing: ColumnElement[bool], ending: ColumnElement[bool], reason: str, now: datetime
) -> list[UUID]:
    """Give back the places of these claims, as far as they take one: what was only asked for is withdrawn, of what is held those that meet
    the one condition are released, of the others those that meet the other one end. Returns which take a place no longer.
    """
    hold_roles_of(claim_ids)
    taking = hold(one_of(Claim.id, claim_ids))
    withdrawn = WITHDRAW.take_all(actor, taking, now=now, reason=reason, released_at=given_back_at(now))
    released = RELEASE.take_all(actor, taking, releasing, now=now, reason=reason, released_at=given_back_at(now))
    ended = END.take_all(actor, taking, ending, now=now, reason=reason, released_at=given_back_at(now))
    given = withdrawn + released + ended
    free_places_of(given)
    return given
