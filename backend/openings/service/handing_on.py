"""What a work unit claimed and was invited to, when another row stands for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import aliased

from backend.foundation import facts
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.openings.models import Arrangement, Claim


def hand_on_unit(actor: Actor, given_id: UUID, kept_id: UUID, *, now: datetime) -> None:
    """Give the claims and invitations of one unit to another, which is the same one; a place that both hold stays with both. The caller has
    asked policy. Raises AlreadyCorrected (an invitation ends at this moment)."""
    both = aliased(Claim)
    held_too = select(both.id).where(both.opening_id == Claim.opening_id, both.work_unit_id == kept_id, both.released_at.is_(None))
    db.session.execute(
        update(Claim)
        .where(Claim.work_unit_id == given_id, ~held_too.exists())
        .values(work_unit_id=kept_id)
        .execution_options(synchronize_session=False)
    )
    of_given = select(Arrangement).where(Arrangement.work_unit_id == given_id, Arrangement.is_current())
    for arrangement in db.session.scalars(of_given.order_by(Arrangement.id)).all():
        facts.revise(arrangement, actor, now=now, reason=arrangement.reason, work_unit_id=kept_id)
