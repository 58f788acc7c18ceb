"""The life of a claim: its steps, and how places go back to their roles."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update

from backend.accounts.policy import Permission
from backend.foundation.database import db, one_of
from backend.foundation.errors import Conflict
from backend.foundation.life import Step
from backend.openings.events import PlaceClaimed, PlaceRefused, PlaceReleased, PlaceUnanswered, PlaceWithdrawn
from backend.openings.models import Claim, ClaimChange, ClaimStatus, OpeningRole


class ClaimAnswered(Conflict):
    """The claim does not wait for an answer, or not any more."""

    code: ClassVar[str] = "claim_answered"
    detail = "该认领不在等待答复，请刷新后再试"


_ASKED, _HELD, _REFUSED = ClaimStatus.ASKED, ClaimStatus.HELD, ClaimStatus.REFUSED
_REVIEW, _GIVE_BACK = Permission.CLAIM_REVIEW, Permission.PLACE_RELEASE
ACCEPT = Step(Claim, ClaimChange, _ASKED, _HELD, PlaceClaimed, _REVIEW, ClaimAnswered, decision="accepted")
REFUSE = Step(Claim, ClaimChange, _ASKED, _REFUSED, PlaceRefused, _REVIEW, decision="refused")
LAPSE = Step(Claim, ClaimChange, _ASKED, _REFUSED, PlaceUnanswered, _REVIEW, decision="unanswered")
WITHDRAW = Step(Claim, ClaimChange, _ASKED, ClaimStatus.WITHDRAWN, PlaceWithdrawn, _GIVE_BACK, decision="withdrawn")
RELEASE = Step(Claim, ClaimChange, _HELD, ClaimStatus.RELEASED, PlaceReleased, _GIVE_BACK)
END = Step(Claim, ClaimChange, _HELD, ClaimStatus.ENDED, PlaceReleased, _GIVE_BACK, decision="ended")


def given_back_at(now: datetime) -> ColumnElement[datetime]:
    """When the place of a claim is given back: not before it was claimed, by whatever host's clock that was."""
    return func.greatest(Claim.claimed_at, now)


def hold_roles_of(claim_ids: Sequence[UUID]) -> None:
    """Take the rows of the roles, before those of the claims and in the order of their ids, as whoever claims takes them."""
    roles = select(Claim.role_id).where(one_of(Claim.id, claim_ids))
    db.session.execute(select(OpeningRole.id).where(OpeningRole.id.in_(roles)).order_by(OpeningRole.id).with_for_update(key_share=True))


def hold(which: ColumnElement[bool]) -> Sequence[UUID]:
    """Take the rows of the claims that take a place and meet the condition. Who is just signing in on one is waited for here, and seen by
    the next statement."""
    claims = select(Claim.id).where(which, Claim.takes_place()).order_by(Claim.id)
    return db.session.scalars(claims.with_for_update(key_share=True)).all()


def free_places_of(claim_ids: Sequence[UUID]) -> None:
    """Give the places of these claims back to their roles; the caller holds both."""
    given = select(Claim.role_id, func.count().label("places")).where(one_of(Claim.id, claim_ids)).group_by(Claim.role_id).subquery()
    db.session.execute(
        update(OpeningRole)
        .where(OpeningRole.id == given.c.role_id)
        .values(taken=OpeningRole.taken - given.c.places)
        .execution_options(synchronize_session=False)
    )
