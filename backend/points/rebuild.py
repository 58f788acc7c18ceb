"""Rebuilds the ledger. It makes for everybody the comparison that a reaction makes for some sources."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from backend.foundation.analysis import analysing
from backend.foundation.database import allow_long_statements, db, transaction
from backend.people import queries as people
from backend.points import ledger
from backend.points import service as points

PERSONS_AT_A_TIME = 2_000


def rebuild(*, now: datetime, advance: Callable[[int], None] = lambda _: None) -> int:
    """Settle everybody's points by the facts as they stand, some persons in a transaction of their own; then recount the balances.

    Needs no pause: whoever is being settled is locked, others go on. `advance` is told how many more persons are done. Returns how many
    ledger transactions it took; none when all was right already.
    """
    booked, last = 0, None
    while some := _persons_after(last):
        with transaction():
            allow_long_statements()
            booked += points.settle_persons(some, now=now)
        if last is None:
            _analyse()
        last = some[-1]
        advance(len(some))
    _analyse()
    with transaction():
        allow_long_statements()
        ledger.recount_balances()
    return booked


def _analyse() -> None:
    """Let the planner see what was booked: tables that were analysed while they were empty are read by whatever index comes first, and
    whoever looks up a row walks all of it."""
    with transaction():
        allow_long_statements()
        db.session.execute(analysing("points_accounts", "ledger_transactions", "ledger_entries"))


def _persons_after(last: UUID | None) -> list[UUID]:
    with transaction():
        return people.person_ids(after=last, limit=PERSONS_AT_A_TIME)
