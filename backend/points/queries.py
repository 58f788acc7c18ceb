"""What a person sees of their points."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from backend.foundation.database import db
from backend.foundation.paging import Order, Page, PageRequest
from backend.points.models import LedgerTransaction, PointsAccount

LATEST_BOOKED = Order((LedgerTransaction.booked_at, LedgerTransaction.id), latest_first=True)


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


def ledger_of(person_id: UUID, *, page: PageRequest) -> Page[LedgerLine]:
    """A person's transactions, newest first."""
    wanted = select(
        LedgerTransaction.id,
        LedgerTransaction.points,
        LedgerTransaction.reason,
        LedgerTransaction.counts_on,
        LedgerTransaction.booked_at,
        LedgerTransaction.reverses_id,
    ).where(LedgerTransaction.person_id == person_id)
    return LATEST_BOOKED.page(wanted, page).map(lambda row: LedgerLine(*row))
