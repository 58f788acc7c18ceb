"""What a person sees of their points."""

from uuid import UUID

from sqlalchemy import select

from backend.foundation.database import db
from backend.foundation.paging import AnyRow, Order, Page, PageRequest
from backend.points.models import LedgerTransaction, PointsAccount

LATEST_BOOKED = Order((LedgerTransaction.booked_at, LedgerTransaction.id), latest_first=True)


def balance_of(person_id: UUID) -> int:
    """Points that a person holds now."""
    return db.session.scalar(select(PointsAccount.balance).where(PointsAccount.person_id == person_id)) or 0


def ledger_of(person_id: UUID, *, page: PageRequest) -> Page[AnyRow]:
    """A person's transactions, newest first, each with its reason; a reversal names what it reverses."""
    wanted = select(
        LedgerTransaction.id,
        LedgerTransaction.points,
        LedgerTransaction.reason,
        LedgerTransaction.counts_on,
        LedgerTransaction.booked_at,
        LedgerTransaction.reverses_id,
    ).where(LedgerTransaction.person_id == person_id)
    return LATEST_BOOKED.page(wanted, page)
