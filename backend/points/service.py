"""Booking points: bring the ledger to what the facts and the rules now say.

Nothing is added blindly. For each source that an event may have moved, what is booked is compared with what the facts now earn; a
difference is reversed and booked anew. So a repeat, a delay and any order give the same ledger, and a rebuild is the same comparison
over everybody.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, select, true
from sqlalchemy.orm import aliased
from sqlalchemy.sql.selectable import FromClause, Subquery

from backend.brands import brands
from backend.foundation import outbox
from backend.foundation.database import db
from backend.foundation.ids import new_id
from backend.foundation.outbox import Reactions
from backend.points import ledger
from backend.points.events import PointsBooked
from backend.points.facts import FACTS
from backend.points.ledger import Booking
from backend.points.models import LedgerTransaction
from backend.points.rules import PointsRule, rules

Rows = Select[*tuple[Any, ...]]


def award_for(event: str, subject_ids: Sequence[UUID], *, now: datetime) -> None:
    """Settle every source that these events may have moved."""
    keys = {name: fact.keys_of_event[event](subject_ids) for name, fact in FACTS.items() if event in fact.keys_of_event}
    moved = [select(rows.subquery().c.person_id) for rows in keys.values()]
    persons = db.session.scalars(moved[0].union(*moved[1:])).all()
    _settle(persons, keys, LedgerTransaction.source.in_, now=now)


def settle_persons(person_ids: Sequence[UUID], *, now: datetime) -> int:
    """Settle all that these persons earned or hold, whatever was heard of it. Returns how many transactions that took."""
    keys = {name: fact.keys_of_persons(person_ids) for name, fact in FACTS.items()}
    held = LedgerTransaction.person_id.in_(person_ids)
    return _settle(person_ids, keys, lambda _: held, now=now)


def _settle(persons: Sequence[UUID], keys: Mapping[str, Rows], concerned: Any, *, now: datetime) -> int:
    if not persons:
        return 0
    accounts = ledger.hold_accounts(persons)
    bookings: list[Booking] = []
    for rule in rules():
        if rule.fact in keys:
            found = keys[rule.fact].cte("keys")
            for line in db.session.execute(_differences(rule, found, concerned(select(found.c.source)))):
                bookings.extend(_bookings(rule, line))
    ledger.book(bookings, accounts, now=now)
    outbox.record_all([PointsBooked(booking.id) for booking in bookings], now=now)
    return len(bookings)


def _differences(rule: PointsRule, keys: FromClause, concerned: ColumnElement[bool]) -> Rows:
    """Where what is booked under a rule is not what the facts earn: the booking to reverse (if any) beside what to book (if anything)."""
    earned, booked = _earned(rule, keys), _booked(rule, concerned)
    source = func.coalesce(earned.c.source, booked.c.source)
    reversal = aliased(LedgerTransaction)
    turns = (
        select(func.count())
        .where(reversal.rule == rule.code, reversal.source == source, reversal.reverses_id.is_not(None))
        .correlate(earned, booked)
        .scalar_subquery()
    )
    same = and_(*(earned.c[name].is_not_distinct_from(booked.c[name]) for name in ("source", "person_id", "points", "day", "area_path")))
    return (
        select(
            source.label("source"),
            turns.label("turns"),
            *(booked.c[name].label(f"booked_{name}") for name in ("id", "turn", "person_id", "points", "day", "area_path", "reason")),
            *(earned.c[name] for name in ("person_id", "brand", "points", "amount", "day", "area_path")),
        )
        .select_from(earned.join(booked, earned.c.source == booked.c.source, full=True))
        .where(~same)
    )


def _earned(rule: PointsRule, keys: FromClause) -> Subquery:
    fact = FACTS[rule.fact].rows(keys).subquery("fact")
    points = fact.c.amount * 0 + rule.points if rule.per is None else fact.c.amount // rule.per * rule.points
    conditions = [
        points > 0,
        fact.c.brand.in_(rule.brands) if rule.brands is not None else true(),
        fact.c.day >= rule.from_day if rule.from_day is not None else true(),
        fact.c.day <= rule.until if rule.until is not None else true(),
    ]
    return select(*fact.c, points.label("points")).where(*conditions).subquery("earned")


def _booked(rule: PointsRule, concerned: ColumnElement[bool]) -> Subquery:
    reversal = aliased(LedgerTransaction)
    return (
        select(
            LedgerTransaction.id,
            LedgerTransaction.source,
            LedgerTransaction.turn,
            LedgerTransaction.person_id,
            LedgerTransaction.points,
            LedgerTransaction.counts_on.label("day"),
            LedgerTransaction.area_path,
            LedgerTransaction.reason,
        )
        .outerjoin(reversal, reversal.reverses_id == LedgerTransaction.id)
        .where(LedgerTransaction.rule == rule.code, LedgerTransaction.reverses_id.is_(None), reversal.id.is_(None), concerned)
        .subquery("booked")
    )


def _bookings(rule: PointsRule, line: Row[Any]) -> Iterator[Booking]:
    turn = line.turns
    if line.booked_id is not None:
        yield Booking(
            id=new_id(),
            rule=rule.code,
            source=line.source,
            turn=line.booked_turn,
            reverses_id=line.booked_id,
            person_id=line.booked_person_id,
            points=-line.booked_points,
            counts_on=line.booked_day,
            area_path=line.booked_area_path,
            reason=f"更正：{line.booked_reason}",
        )
        turn += 1
    if line.person_id is not None:
        yield Booking(
            id=new_id(),
            rule=rule.code,
            source=line.source,
            turn=turn,
            reverses_id=None,
            person_id=line.person_id,
            points=line.points,
            counts_on=line.day,
            area_path=line.area_path,
            reason=rule.reason.format(amount=line.amount, brand=_brand_name(line.brand)),
        )


def _brand_name(code: str) -> str:
    known = brands().get(code)
    return known.name if known is not None else code


def events_heard() -> set[str]:
    """Every event that may move some fact that a rule can name."""
    return {event for fact in FACTS.values() for event in fact.keys_of_event}


REACTIONS: Reactions = {event: partial(award_for, event) for event in sorted(events_heard())}
