"""Reads of points, for the person who earned them."""

from uuid import UUID

from sqlalchemy import Integer, ScalarSelect, Text, Uuid, cast, func, literal, select
from sqlalchemy.orm import aliased

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.attendance.rewards import MINUTES_SERVED
from backend.foundation.actor import Actor
from backend.foundation.database import Column, db
from backend.foundation.errors import Missing
from backend.foundation.paging import AnyRow, Order, Page, PageRequest, TimeSort
from backend.foundation.search import Days
from backend.points import rules
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


_AWARD, _REVERSAL = aliased(LedgerTransaction), aliased(LedgerTransaction)  # made once: making them takes longer than their statement


def earned_by(record_fact_id: Column) -> ScalarSelect[int]:
    """The points that a service record has earned by itself and that stand, as a statement selects them: not those of a first service or
    of a demand fulfilled, which are the person's for more than this record."""
    codes = [rule.code for rule in rules.current().rules if rule.fact == MINUTES_SERVED.name]
    booked = (_AWARD.rule.in_(codes), _AWARD.source == cast(record_fact_id, Text), _AWARD.reverses_id.is_(None), _REVERSAL.id.is_(None))
    points = select(func.coalesce(func.sum(_AWARD.points), 0)).outerjoin(_REVERSAL, _REVERSAL.reverses_id == _AWARD.id)
    return points.where(*booked).scalar_subquery()


def points_of_service(record_fact_id: UUID) -> int:
    """What a service record has earned by itself and that stands. The caller has asked policy for the record."""
    return db.session.scalar(select(earned_by(literal(record_fact_id, Uuid)))) or 0


def points_by_year(person_id: UUID) -> dict[int, int]:
    """What the ledger of a person sums up to in each year, by the day on which each transaction counts."""
    year = cast(func.extract("year", LedgerTransaction.counts_on), Integer)
    sums = select(year, func.sum(LedgerTransaction.points)).where(LedgerTransaction.person_id == person_id).group_by(year)
    return {row[0]: int(row[1]) for row in db.session.execute(sums)}


def own_ledger(actor: Actor, *, days: Days, sort: TimeSort = TimeSort.LATEST, page: PageRequest) -> Page[AnyRow]:
    """The actor's own transactions, each with its reason; a reversal names what it reverses. The
    days are those on which they count."""
    wanted = select(
        LedgerTransaction.id,
        LedgerTransaction.points,
        LedgerTransaction.reason,
        LedgerTransaction.counts_on,
        LedgerTransaction.booked_at,
        LedgerTransaction.reverses_id,
    ).where(LedgerTransaction.person_id == own_person(actor), days.hold(LedgerTransaction.counts_on))
    return LATEST_BOOKED.sorted_by(sort).page(wanted, page)
