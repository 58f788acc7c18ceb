"""Booking points: bring the ledger to what the facts and the rules now say.

Nothing is added blindly. For each source that an event may have moved, what is booked is compared with what the facts now earn; a
difference is reversed and booked anew. So a repeat, a delay and any order give the same ledger, and a rebuild is the same comparison
over everybody.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from uuid import UUID

from sqlalchemy import Text, literal, select, union, union_all

from backend import brands
from backend.foundation import outbox
from backend.foundation.database import look_up_by_key, run
from backend.foundation.outbox import Reactions
from backend.foundation.rewards import Fact, Rows
from backend.foundation.statements import Prepared
from backend.points import ledger, rules
from backend.points.events import PointsBooked
from backend.points.facts import FACTS
from backend.points.ledger import Awards, Booking
from backend.points.rules import PointsRule

Earning = Mapping[str, Mapping[str, Fact | None]]
"""What the facts earn now: by the name of a fact and by source; None where nothing is left behind the source."""


def award_for(event: str, subject_ids: Sequence[UUID], *, now: datetime) -> None:
    """Settle every source that these events may have moved."""
    look_up_by_key()
    persons = [row.person_id for row in run(_persons(event), ids=subject_ids)]
    if not persons:
        return
    # Whoever settles a person waits here; what is read afterwards is what the last one committed.
    accounts = ledger.hold_accounts(persons)
    facts = _earning(_facts_of_event(event), subject_ids)
    booked = {rule.code: ledger.awards_for(rule.code, list(facts[rule.fact])) for rule in rules.current().rules}
    _settle(facts, booked, accounts, now=now)


def settle_persons(person_ids: Sequence[UUID], *, now: datetime) -> int:
    """Settle all that these persons earned or hold, whatever was heard of it. Returns how many transactions that took."""
    look_up_by_key()
    accounts = ledger.hold_accounts(person_ids)
    facts = _earning(_facts_of_persons(), person_ids)
    booked = ledger.awards_to(person_ids)
    return _settle(facts, booked, accounts, now=now)


def _settle(facts: Earning, booked: Mapping[str, Awards], accounts: Mapping[UUID, UUID], *, now: datetime) -> int:
    bookings = [booking for rule in rules.current().rules for booking in _differences(rule, facts[rule.fact], booked[rule.code])]
    if not bookings:
        return 0
    booked_at = outbox.no_sooner_than_told(now)
    written = ledger.book(bookings, accounts, now=booked_at)
    outbox.record_all([PointsBooked(transaction_id) for transaction_id in written], now=booked_at)
    return len(bookings)


@cache
def _persons(event: str) -> Prepared:
    asked = {id(persons): persons for fact in FACTS.values() if (persons := fact.persons_of_event.get(event)) is not None}
    return Prepared(union(*asked.values()))


@cache
def _facts_of_event(event: str) -> Prepared:
    return _facts(_keys_of(event))


@cache
def _facts_of_persons() -> Prepared:
    return _facts({name: fact.keys_of_persons for name, fact in FACTS.items()})


def _keys_of(event: str) -> dict[str, Rows]:
    return {name: fact.keys_of_event[event] for name, fact in FACTS.items() if event in fact.keys_of_event}


def _facts(keys_of: Mapping[str, Rows]) -> Prepared:
    """The sources that are concerned, each with the fact that now stands behind it, if one does."""
    rows_of = {name: FACTS[name].rows(keys.cte(f"keys_of_{name}")).subquery() for name, keys in keys_of.items()}
    named = (select(literal(name, Text).label("name"), *(rows.c[column] for column in Fact._fields)) for name, rows in rows_of.items())
    return Prepared(union_all(*named))


def _earning(facts: Prepared, ids: Sequence[UUID]) -> Earning:
    earning: dict[str, dict[str, Fact | None]] = defaultdict(dict)
    for row in run(facts, ids=ids):
        earning[row.name][row.source] = None if row.brand is None else row  # it has all that a Fact has
    return earning


def _differences(rule: PointsRule, facts: Mapping[str, Fact | None], booked: Awards) -> Iterator[Booking]:
    """What must be reversed and what booked, so that the rule's awards are what the facts earn."""
    for source in sorted(facts.keys() | booked.keys()):
        awards = booked.get(source, ())
        in_force = next((award for award in awards if not award.reversed), None)
        fact = facts.get(source)
        points = 0 if fact is None else _points(rule, fact)
        if in_force is not None:
            if fact is not None and in_force.rewards(fact, points):
                continue
            yield in_force.reversal(still_earns=points > 0)
        if fact is not None and points > 0:
            yield _award(rule, fact, points, turn=len(awards))


def _points(rule: PointsRule, fact: Fact) -> int:
    if not rule.holds_for(fact.brand, fact.day):
        return 0
    return rule.points if rule.per is None else fact.amount // rule.per * rule.points


def _award(rule: PointsRule, fact: Fact, points: int, *, turn: int) -> Booking:
    return Booking(
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
    known = brands.current().get(code)
    return known.name if known is not None else code


def events_heard() -> set[str]:
    """Every event that may move some fact that a rule can name."""
    return {event for fact in FACTS.values() for event in fact.keys_of_event}


REACTIONS: Reactions = {event: partial(award_for, event) for event in sorted(events_heard())}
