"""What a work unit claimed and was invited to, when another row stands for it; and the places of an area that is merged into another."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import aliased

from backend.areas import transfers
from backend.areas.transfers import Handover
from backend.foundation import clock, facts, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.openings.events import OpeningTransferred
from backend.openings.models import Arrangement, Claim, Opening, OpeningStatus


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


def hand_on_openings(handover: Handover, *, now: datetime) -> int:
    """Let the open places of an area, and what is arranged for it or for a home in it, belong to its successor; returns how many openings.
    Who may claim them stays the same: what was of the former area is of the successor."""
    opened = transfers.hand_on(Opening, Opening.status == OpeningStatus.OPEN, handover=handover, now=now)
    for path in (Opening.home_path, Opening.claimants_path):
        db.session.execute(
            update(Opening)
            .where(path == handover.former.path, handover.goes(Opening), Opening.status == OpeningStatus.OPEN)
            .values({path.key: handover.successor.path})
            .execution_options(synchronize_session=False)
        )
    standing = (Arrangement.ended_at.is_(None), Arrangement.ends_on >= clock.shanghai_day(now))
    transfers.hand_on_facts(Arrangement, *standing, handover=handover, now=now, counted=False)
    outbox.record_all([OpeningTransferred(one) for one in opened], now=now)
    return len(opened)
