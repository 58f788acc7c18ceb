"""Writes the ledger: balanced, append-only, and in one statement for any number of transactions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Select,
    Text,
    Update,
    Uuid,
    any_,
    bindparam,
    column,
    func,
    insert,
    literal,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import aliased

from backend.foundation.database import db, run
from backend.foundation.ids import new_id
from backend.foundation.rewards import Fact
from backend.foundation.statements import Prepared
from backend.points.models import LedgerEntry, LedgerTransaction, PointsAccount, PointsAccountKind


class Booking(NamedTuple):
    """A transaction to be written: an award, or the reversal of `reverses_id`."""

    rule: str
    source: str
    turn: int
    reverses_id: UUID | None
    person_id: UUID
    points: int
    fact_amount: int
    counts_on: date
    area_path: str
    reason: str


class Award(NamedTuple):
    """A transaction of the ledger that is no reversal, and whether it was reversed."""

    id: UUID
    rule: str
    source: str
    turn: int
    person_id: UUID
    points: int
    fact_amount: int
    counts_on: date
    area_path: str
    reason: str
    reversed: bool

    def rewards(self, fact: Fact, points: int) -> bool:
        """Whether it gives these points to the fact's person for as much, on the same day and in the same community.

        As much: 40 minutes may earn no more than 47 did, but the person reads the minutes in the reason.
        """
        given = (self.person_id, self.points, self.fact_amount, self.counts_on, self.area_path)
        return given == (fact.person_id, points, fact.amount, fact.day, fact.area_path)

    def reversal(self, *, still_earns: bool) -> Booking:
        """What takes it back: because the fact earns no more, or because it is another one now."""
        why = "所奖励的内容已更正" if still_earns else "所奖励的内容不再计入"
        return Booking(
            rule=self.rule,
            source=self.source,
            turn=self.turn,
            reverses_id=self.id,
            person_id=self.person_id,
            points=-self.points,
            fact_amount=self.fact_amount,
            counts_on=self.counts_on,
            area_path=self.area_path,
            reason=f"冲销原积分（{self.reason}），原因：{why}",
        )


Awards = Mapping[str, Sequence[Award]]
"""By source, in the order of their turns."""


def awards_for(rule: str, sources: Sequence[str]) -> Awards:
    """The awards of a rule for some sources."""
    if not sources:
        return {}
    found: dict[str, list[Award]] = defaultdict(list)
    for award in map(Award._make, run(_AWARDS_FOR, rule=rule, sources=sources)):
        found[award.source].append(award)
    return found


def awards_to(person_ids: Sequence[UUID]) -> Mapping[str, Awards]:
    """The awards of each rule to some persons."""
    found: dict[str, dict[str, list[Award]]] = defaultdict(lambda: defaultdict(list))
    for award in map(Award._make, run(_AWARDS_TO, person_ids=person_ids)):
        found[award.rule][award.source].append(award)
    return found


def _awards(*conditions: ColumnElement[bool]) -> Select[Any]:
    reversal = aliased(LedgerTransaction)
    columns = [getattr(LedgerTransaction, name) for name in Award._fields if name != "reversed"]
    return (
        select(*columns, reversal.id.is_not(None).label("reversed"))
        .outerjoin(reversal, reversal.reverses_id == LedgerTransaction.id)
        .where(LedgerTransaction.reverses_id.is_(None), *conditions)
        .order_by(LedgerTransaction.turn)
    )


_AWARDS_FOR = Prepared(
    _awards(LedgerTransaction.rule == bindparam("rule"), LedgerTransaction.source == any_(bindparam("sources", type_=ARRAY(Text))))
)
_AWARDS_TO = Prepared(_awards(LedgerTransaction.person_id == any_(bindparam("person_ids", type_=ARRAY(Uuid)))))


def _sent(**columns: type[Any]) -> FromClause:
    """Rows of a table that are sent with a statement, as one array a column: it is the same for one row and for ten thousand."""
    arrays = [bindparam(name, type_=ARRAY(kind)) for name, kind in columns.items()]
    return func.unnest(*arrays).table_valued(*columns, name="sent").render_derived()


def hold_accounts(person_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Each person's points account, made where there is none, locked in the order of persons until the transaction ends.

    Whoever settles a person waits here, so what is compared afterwards is what the last one committed.
    """
    wanted = sorted(set(person_ids), key=attrgetter("int"))
    missing = [row.person_id for row in run(_WITHOUT_ACCOUNT, person_ids=wanted)]
    if missing:
        run(_ADD_ACCOUNTS, person_id=missing, id=[new_id() for _ in missing])
    return {row.person_id: row.id for row in run(_HOLD_ACCOUNTS, person_ids=wanted)}


_wanted = func.unnest(bindparam("person_ids", type_=ARRAY(Uuid))).table_valued(column("person_id", Uuid)).render_derived()
_WITHOUT_ACCOUNT = Prepared(
    select(_wanted.c.person_id)
    .where(~select(PointsAccount.id).where(PointsAccount.person_id == _wanted.c.person_id).exists())
    .order_by(_wanted.c.person_id)
)
_owners = _sent(id=Uuid, person_id=Uuid)
_ADD_ACCOUNTS = Prepared(
    pg_insert(PointsAccount)
    .from_select(
        ["id", "kind", "person_id", "balance"],
        select(_owners.c.id, literal(PointsAccountKind.PERSON.value), _owners.c.person_id, literal(0, BigInteger)),
    )
    .on_conflict_do_nothing(index_elements=["person_id"], index_where=PointsAccount.person_id.is_not(None))
)
_HOLD_ACCOUNTS = Prepared(
    select(PointsAccount.person_id, PointsAccount.id)
    .where(PointsAccount.person_id == any_(bindparam("person_ids", type_=ARRAY(Uuid))))
    .order_by(PointsAccount.person_id)
    .with_for_update()
)


def book(bookings: Sequence[Booking], accounts: Mapping[UUID, UUID], *, now: datetime) -> list[UUID]:
    """Write transactions with both their sides, and move the balances. The accounts are held by the caller.

    Gives the ids of the transactions, which grow in the order of the bookings: a person reads a reversal before what replaces it.
    """
    ids = [new_id() for _ in bookings]
    columns = dict(zip(Booking._fields, zip(*bookings, strict=True), strict=True))
    held = [accounts[booking.person_id] for booking in bookings]
    run(_BOOK, id=ids, account_id=held, issued_id=_issued_account(), now=now, **columns)
    return ids


def _booking() -> Update:
    lines = _sent(
        id=Uuid,
        account_id=Uuid,
        rule=Text,
        source=Text,
        turn=BigInteger,
        reverses_id=Uuid,
        person_id=Uuid,
        points=BigInteger,
        fact_amount=BigInteger,
        counts_on=Date,
        area_path=Text,
        reason=Text,
    )
    sent = select(lines).cte("booked")
    issued, now = bindparam("issued_id", type_=Uuid), bindparam("now", type_=DateTime(timezone=True))
    written = ["id", *Booking._fields]
    transactions = insert(LedgerTransaction).from_select([*written, "booked_at"], select(*(sent.c[name] for name in written), now))
    sides = union_all(
        select(sent.c.id, sent.c.account_id, sent.c.points),
        select(sent.c.id, issued, -sent.c.points),
    ).cte("sides")
    entries = insert(LedgerEntry).from_select(["transaction_id", "points_account_id", "amount"], select(sides))
    moved = select(sides.c.account_id, func.sum(sides.c.points).label("amount")).group_by(sides.c.account_id).subquery("moved")
    balances = update(PointsAccount).where(PointsAccount.id == moved.c.account_id).values(balance=PointsAccount.balance + moved.c.amount)
    return balances.add_cte(transactions.cte("transactions"), entries.cte("entries"))


_BOOK = Prepared(_booking())


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
    # Literal, as in the index: a plan that was made for any kind could not use it.
    return db.session.scalars(select(PointsAccount.id).where(text("kind = 'issued'"))).one()
