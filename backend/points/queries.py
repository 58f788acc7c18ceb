"""Reads of points, for the person who earned them."""

from uuid import UUID

from sqlalchemy import select

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Missing
from backend.foundation.paging import AnyRow, Order, Page, PageRequest
from backend.foundation.search import Days
from backend.points.models import LedgerTransaction, PointsAccount

LATEST_BOOKED = Order((LedgerTransaction.booked_at, LedgerTransaction.id), latest_first=True)


def balance_of(person_id: UUID) -> int:
    """Points that a person holds now."""
    return db.session.scalar(select(PointsAccount.balance).where(PointsAccount.person_id == person_id)) or 0


def own_person(actor: Actor) -> UUID:
    """Whose points the actor sees: their own. Raises Missing before they are registered."""
    if actor.person_id is None:
        raise Missing("请先实名登记")
    policy.require(actor, Permission.POINTS_SEE, Scope(person_id=actor.person_id))
    return actor.person_id


def own_ledger(actor: Actor, *, days: Days, page: PageRequest) -> Page[AnyRow]:
    """The actor's own transactions, newest first, each with its reason; a reversal names what it reverses. The
    days are those on which they count."""
    wanted = select(
        LedgerTransaction.id,
        LedgerTransaction.points,
        LedgerTransaction.reason,
        LedgerTransaction.counts_on,
        LedgerTransaction.booked_at,
        LedgerTransaction.reverses_id,
    ).where(LedgerTransaction.person_id == own_person(actor), days.hold(LedgerTransaction.counts_on))
    return LATEST_BOOKED.page(wanted, page)
