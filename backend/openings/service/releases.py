"""Giving places back.

Whether one may be given back depends on who has signed in on the claim. Attendance, which stands above, knows that: it hands in
conditions on claims, and has asked policy.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update

from backend.accounts.policy import Permission
from backend.foundation.actor import Actor
from backend.foundation.database import db, one_of
from backend.foundation.life import Step
from backend.openings.events import PlaceReleased
from backend.openings.models import Claim, ClaimChange, ClaimStatus, OpeningRole

RELEASE = Step(Claim, ClaimChange, ClaimStatus.HELD, ClaimStatus.RELEASED, PlaceReleased, Permission.PLACE_RELEASE)
END = Step(Claim, ClaimChange, ClaimStatus.HELD, ClaimStatus.ENDED, PlaceReleased, Permission.PLACE_RELEASE, decision="ended")


def give_back(
    actor: Actor, claim_ids: Sequence[UUID], *, releasing: ColumnElement[bool], ending: ColumnElement[bool], reason: str, now: datetime
) -> list[UUID]:
    """Give back the places of these claims, as far as they are held: those that meet the one condition are released, of the others those
    that meet the other one end. Returns which hold a place no longer.
    """
    roles = select(Claim.role_id).where(one_of(Claim.id, claim_ids))
    # Roles first, in the order of their ids, as whoever claims takes them.
    db.session.execute(select(OpeningRole.id).where(OpeningRole.id.in_(roles)).order_by(OpeningRole.id).with_for_update(key_share=True))
    held = hold(one_of(Claim.id, claim_ids))
    released = RELEASE.take_all(actor, held, releasing, now=now, reason=reason, released_at=now)
    ended = END.take_all(actor, held, ending, now=now, reason=reason, released_at=now)
    given = released + ended
    _free_places_of(given)
    return given


def hold(which: ColumnElement[bool]) -> Sequence[UUID]:
    """Take the rows of the claims that hold a place and meet the condition. Who is just signing in on one is waited for here, and seen by
    the next statement."""
    claims = select(Claim.id).where(which, Claim.released_at.is_(None)).order_by(Claim.id)
    return db.session.scalars(claims.with_for_update(key_share=True)).all()


def _free_places_of(claim_ids: Sequence[UUID]) -> None:
    given = select(Claim.role_id, func.count().label("places")).where(one_of(Claim.id, claim_ids)).group_by(Claim.role_id).subquery()
    db.session.execute(
        update(OpeningRole)
        .where(OpeningRole.id == given.c.role_id)
        .values(taken=OpeningRole.taken - given.c.places)
        .execution_options(synchronize_session=False)
    )
