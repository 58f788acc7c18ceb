"""What a person sees of their points."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, tuple_

from backend.foundation.database import db
from backend.foundation.paging import Cursor, Page
from backend.points.models import LedgerTransaction, PointsAccount


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One transaction on a person's account, with its reason. A reversal names what it reverses."""

    id: UUID
    points: int
    reason: str
    counts_on: date
    booked_at: datetime
    reverses_id: UUID | None


def balance_of(person_id: UUID) -> int:
    """Points that a person holds now."""
    return db.session.scalar(select(PointsAccount.balance).where(PointsAccount.person_id == person_id)) or 0


def ledger_of(person_id: UUID, *, limit: int, cursor: str | None) -> Page[LedgerLine]:
    """A person's transactions, newest first."""
    wanted = (
        select(
            LedgerTransaction.id,
            LedgerTransaction.points,
            LedgerTransaction.reason,
            LedgerTransaction.counts_on,
            LedgerTransaction.booked_at,
            LedgerTransaction.reverses_id,
        )
        .where(LedgerTransaction.person_id == person_id)
        .order_by(LedgerTransaction.booked_at.desc(), LedgerTransaction.id.desc())
        .limit(limit + 1)
    )
    after = Cursor.decode(cursor, datetime, UUID)
    if after is not None:
        wanted = wanted.where(tuple_(LedgerTransaction.booked_at, LedgerTransaction.id) < tuple_(*after.values))
    lines = [LedgerLine(*row) for row in db.session.execute(wanted)]
    return Page.of(lines, limit, lambda line: (line.booked_at, line.id))
