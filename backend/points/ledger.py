"""Writing the ledger: balanced, append-only, in one statement a table however many transactions there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Date, FromClause, Text, Uuid, bindparam, func, insert, literal, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import aliased

from backend.foundation.database import db, one_of
from backend.foundation.ids import new_id
from backend.points.models import LedgerEntry, LedgerTransaction, PointsAccount, PointsAccountKind


@dataclass(frozen=True, slots=True)
class Booking:
    """A transaction to be written: an award, or the reversal of `reverses_id`."""

    id: UUID
    rule: str
    source: str
    turn: int
    reverses_id: UUID | None
    person_id: UUID
    points: int
    fact_amount: int | None
    counts_on: date
    area_path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Award:
    """A transaction of the ledger that is no reversal, and whether it was reversed."""

    id: UUID
    rule: str
    source: str
    turn: int
    person_id: UUID
    points: int
    fact_amount: int | None
    counts_on: date
    area_path: str
    reason: str
    reversed: bool

    def says_the_same_as(self, booking: Booking) -> bool:
        """Whether it gives the same points to the same person for as much, on the same day and in the same community.

        As much: 40 minutes may earn no more than 47 did, but the person reads the minutes in the reason.
        """
        mine = (self.person_id, self.points, self.counts_on, self.area_path)
        for_as_much = self.fact_amount in (None, booking.fact_amount)
        return for_as_much and mine == (booking.person_id, booking.points, booking.counts_on, booking.area_path)

    def reversal(self) -> Booking:
        """What takes it back."""
        return Booking(
            id=new_id(),
            rule=self.rule,
            source=self.source,
            turn=self.turn,
            reverses_id=self.id,
            person_id=self.person_id,
            points=-self.points,
            fact_amount=self.fact_amount,
            counts_on=self.counts_on,
            area_path=self.area_path,
            reason=f"更正：{self.reason}",
        )


def awards(rule: str, *, sources: Sequence[str] | None = None, persons: Sequence[UUID] | None = None) -> dict[str, list[Award]]:
    """The awards of a rule for some sources, or to some persons: by source, in the order of their turns."""
    reversal = aliased(LedgerTransaction)
    wanted = (
        select(
            LedgerTransaction.id,
            LedgerTransaction.rule,
            LedgerTransaction.source,
            LedgerTransaction.turn,
            LedgerTransaction.person_id,
            LedgerTransaction.points,
            LedgerTransaction.fact_amount,
            LedgerTransaction.counts_on,
            LedgerTransaction.area_path,
            LedgerTransaction.reason,
            reversal.id.is_not(None).label("reversed"),
        )
        .outerjoin(reversal, reversal.reverses_id == LedgerTransaction.id)
        .where(LedgerTransaction.rule == rule, LedgerTransaction.reverses_id.is_(None))
        .order_by(LedgerTransaction.source, LedgerTransaction.turn)
    )
    if sources is not None:
        wanted = wanted.where(one_of(LedgerTransaction.source, sources))
    if persons is not None:
        wanted = wanted.where(one_of(LedgerTransaction.person_id, persons))
    found: dict[str, list[Award]] = {}
    for row in db.session.execute(wanted).mappings():
        found.setdefault(row["source"], []).append(Award(**row))
    return found


def hold_accounts(person_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Each person's points account, made where there is none, locked in the order of persons until the transaction ends.

    Whoever settles a person waits here, so what is compared afterwards is what the last one committed.
    """
    wanted = sorted(set(person_ids))
    persons = _rows(person_id=(Uuid, wanted), id=(Uuid, [new_id() for _ in wanted]))
    db.session.execute(
        pg_insert(PointsAccount)
        .from_select(
            ["id", "kind", "person_id", "balance"],
            select(persons.c.id, literal(PointsAccountKind.PERSON.value), persons.c.person_id, literal(0, BigInteger)),
        )
        .on_conflict_do_nothing(index_elements=["person_id"], index_where=PointsAccount.person_id.is_not(None))
    )
    held = db.session.execute(
        select(PointsAccount.person_id, PointsAccount.id)
        .where(one_of(PointsAccount.person_id, wanted))
        .order_by(PointsAccount.person_id)
        .with_for_update()
    )
    return {row.person_id: row.id for row in held if row.person_id is not None}


def book(bookings: Sequence[Booking], accounts: dict[UUID, UUID], *, now: datetime) -> None:
    """Write transactions with both their sides, and move the balances. The accounts are held by the caller."""
    if not bookings:
        return
    issued = _issued_account()
    lines = _rows(
        id=(Uuid, [booking.id for booking in bookings]),
        rule=(Text, [booking.rule for booking in bookings]),
        source=(Text, [booking.source for booking in bookings]),
        turn=(BigInteger, [booking.turn for booking in bookings]),
        reverses_id=(Uuid, [booking.reverses_id for booking in bookings]),
        person_id=(Uuid, [booking.person_id for booking in bookings]),
        points=(BigInteger, [booking.points for booking in bookings]),
        fact_amount=(BigInteger, [booking.fact_amount for booking in bookings]),
        counts_on=(Date, [booking.counts_on for booking in bookings]),
        area_path=(Text, [booking.area_path for booking in bookings]),
        reason=(Text, [booking.reason for booking in bookings]),
    )
    names = [column.name for column in lines.c]
    db.session.execute(
        insert(LedgerTransaction).from_select([*names, "booked_at"], select(*lines.c, literal(now, LedgerTransaction.booked_at.type)))
    )
    sides = _rows(
        transaction_id=(Uuid, [booking.id for booking in bookings for _ in range(2)]),
        points_account_id=(Uuid, [account for booking in bookings for account in (accounts[booking.person_id], issued)]),
        amount=(BigInteger, [amount for booking in bookings for amount in (booking.points, -booking.points)]),
    )
    db.session.execute(insert(LedgerEntry).from_select([column.name for column in sides.c], select(*sides.c)))
    _move_balances(sides)


def _move_balances(sides: FromClause) -> None:
    moved = select(sides.c.points_account_id, func.sum(sides.c.amount).label("amount")).group_by(sides.c.points_account_id).subquery()
    db.session.execute(
        update(PointsAccount)
        .where(PointsAccount.id == moved.c.points_account_id)
        .values(balance=PointsAccount.balance + moved.c.amount)
        .execution_options(synchronize_session=False)
    )


def recount_balances() -> int:
    """Set every balance to the sum of its entries; returns how many were wrong. Waits for those who book, and they for it."""
    db.session.execute(select(PointsAccount.id).order_by(PointsAccount.person_id.nulls_last()).with_for_update())
    sums = (
        select(PointsAccount.id, func.coalesce(func.sum(LedgerEntry.amount), 0).label("amount"))
        .outerjoin(LedgerEntry, LedgerEntry.points_account_id == PointsAccount.id)
        .group_by(PointsAccount.id)
        .subquery()
    )
    wrong = db.session.scalars(
        update(PointsAccount)
        .where(PointsAccount.id == sums.c.id, PointsAccount.balance != sums.c.amount)
        .values(balance=sums.c.amount)
        .returning(PointsAccount.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(wrong)


def _issued_account() -> UUID:
    db.session.execute(
        pg_insert(PointsAccount)
        .values(id=new_id(), kind=PointsAccountKind.ISSUED, person_id=None, balance=0)
        .on_conflict_do_nothing(index_elements=["kind"], index_where=text("kind = 'issued'"))
    )
    return db.session.scalars(select(PointsAccount.id).where(PointsAccount.kind == PointsAccountKind.ISSUED)).one()


def _rows(**columns: tuple[type[Any], Sequence[Any]]) -> FromClause:
    """Values as rows of a table, sent as one array a column: the statement is the same for one row and for ten thousand."""
    arrays = [bindparam(None, list(values), type_=ARRAY(kind), unique=True) for kind, values in columns.values()]
    return func.unnest(*arrays).table_valued(*columns, name="sent").render_derived()
