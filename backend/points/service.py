"""Booking points: bring the ledger to what the facts and the rules now say.

Nothing is added blindly. For each source that an event may have moved, what is booked is compared with what the facts now earn; a
difference is reversed and booked anew. So a repeat, a delay and any order give the same ledger, and a rebuild is the same comparison
over everybody.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select

from backend.brands import brands
from backend.foundation import outbox
from backend.foundation.database import db
from backend.foundation.ids import new_id
from backend.foundation.outbox import Reactions
from backend.points import ledger
from backend.points.events import PointsBooked
from backend.points.facts import FACTS
from backend.points.ledger import Award, Booking
from backend.points.rules import PointsRule, rules

Rows = Select[*tuple[Any, ...]]


def award_for(event: str, subject_ids: Sequence[UUID], *, now: datetime) -> None:
    """Settle every source that these events may have moved."""
    keys = {name: fact.keys_of_event[event](subject_ids) for name, fact in FACTS.items() if event in fact.keys_of_event}
    moved = [select(rows.subquery().c.person_id) for rows in keys.values()]
    persons = db.session.scalars(moved[0].union(*moved[1:])).all()
    _settle(persons, keys, whole=False, now=now)


def settle_persons(person_ids: Sequence[UUID], *, now: datetime) -> int:
    """Settle all that these persons earned or hold, whatever was heard of it. Returns how many transactions that took."""
    return _settle(person_ids, {name: fact.keys_of_persons(person_ids) for name, fact in FACTS.items()}, whole=True, now=now)


def _settle(persons: Sequence[UUID], keys: Mapping[str, Rows], *, whole: bool, now: datetime) -> int:
    if not persons:
        return 0
    # Whoever settles a person waits here; what is read afterwards is what the last one committed.
    accounts = ledger.hold_accounts(persons)
    bookings: list[Booking] = []
    for name, rows in keys.items():
        sources, facts = _facts(name, rows)
        for rule in rules():
            if rule.fact == name:
                booked = ledger.awards(rule.code, persons=persons) if whole else ledger.awards(rule.code, sources=sources)
                bookings.extend(_differences(rule, facts, booked))
    ledger.book(bookings, accounts, now=now)
    outbox.record_all([PointsBooked(booking.id) for booking in bookings], now=now)
    return len(bookings)


def _facts(name: str, rows: Rows) -> tuple[list[str], dict[str, Row[Any]]]:
    """The sources that are concerned, and the fact that now stands behind each that has one."""
    keys = rows.cte("keys")
    sources = db.session.scalars(select(keys.c.source)).all()
    return list(sources), {fact.source: fact for fact in db.session.execute(FACTS[name].rows(keys))}


def _differences(rule: PointsRule, facts: Mapping[str, Row[Any]], booked: Mapping[str, list[Award]]) -> Iterator[Booking]:
    """What must be reversed and what booked, so that the rule's awards are what the facts earn."""
    for source in sorted(facts.keys() | booked.keys()):
        awards = booked.get(source, [])
        standing = next((award for award in awards if not award.reversed), None)
        earned = _earned(rule, facts.get(source), turn=len(awards))
        if standing is not None and earned is not None and standing.says_the_same_as(earned):
            continue
        if standing is not None:
            yield standing.reversal()
        if earned is not None:
            # Made after the reversal, so that a person reads both in the order in which they were booked.
            yield replace(earned, id=new_id())


def _earned(rule: PointsRule, fact: Row[Any] | None, *, turn: int) -> Booking | None:
    if fact is None or not rule.holds_for(fact.brand, fact.day):
        return None
    points = rule.points if rule.per is None else fact.amount // rule.per * rule.points
    if points == 0:
        return None
    return Booking(
        id=new_id(),
        rule=rule.code,
        source=fact.source,
        turn=turn,
        reverses_id=None,
        person_id=fact.person_id,
        points=points,
        fact_amount=fact.amount,
        counts_on=fact.day,
        area_path=fact.area_path,
        reason=rule.reason.format(amount=fact.amount, brand=_brand_name(fact.brand)),
    )


def _brand_name(code: str) -> str:
    known = brands().get(code)
    return known.name if known is not None else code


def events_heard() -> set[str]:
    """Every event that may move some fact that a rule can name."""
    return {event for fact in FACTS.values() for event in fact.keys_of_event}


REACTIONS: Reactions = {event: partial(award_for, event) for event in sorted(events_heard())}
