"""Where in a batch the worker is killed: a lock that the test holds stops the batch at that point, and it is struck while it waits."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

import psycopg

from backend.foundation import clock
from backend.foundation.database import transaction
from tests.faults.crew import Crew, Held
from tests.faults.deliveries import HELD_BACK, SOONER, mix_up
from tests.trial.waiting import eventually

PATIENCE = 90
"""Seconds for a worker to come up and take a batch, on a machine that is busy with other things."""

Hand = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True)
class Blow:
    """What the batch of which consumer comes to wait for, where in its work that is, and whether it has some receipts by then."""

    consumer: str
    moment: str
    lock: str
    values: tuple[object, ...] = field(default=())
    has_receipts: bool = False


def writes_to(table: str) -> str:
    return f"LOCK TABLE {table} IN SHARE MODE"  # whoever writes there waits, whoever reads does not


BLOWS = (
    Blow("points", "nothing is written", writes_to("points_accounts")),
    Blow("statistics", "nothing is written", writes_to("statistics_bookings")),
    Blow("points", "the accounts are held", writes_to("ledger_transactions")),
    Blow("demands", "the demands are held", writes_to("demands")),
    Blow("points", "transactions have no sides", writes_to("ledger_entries")),
    Blow("statistics", "bookings have no presences", writes_to("statistics_presences")),
    Blow("teams", "the team is held", writes_to("team_memberships")),
    Blow("statistics", "presences are not in the cells", writes_to("statistics_cells")),
    Blow("demands", "the status has no step", writes_to("demand_changes")),
    Blow("points", "nobody is told of the booking", writes_to("outbox_events")),
    Blow("statistics", "all is done but the receipt", writes_to("outbox_deliveries")),
    Blow("demands", "nobody is told of the step", writes_to("outbox_events")),
    Blow("messages", "nobody is told", writes_to("messages")),
    Blow("messages", "people are told and the receipt is not written", writes_to("outbox_deliveries")),
    Blow("teams", "the end of the membership is not in the audit log", writes_to("audit_entries")),
)


def blows_once_settled(record_id: UUID, person_id: UUID) -> tuple[Blow, ...]:
    """Blows that wait for a row which an earlier batch wrote; the withdrawal of this record, the only one of this person, is to come with
    other kinds of events."""
    issued = "SELECT FROM points_accounts WHERE kind = 'issued' FOR UPDATE"
    account = "SELECT FROM points_accounts WHERE person_id = %s FOR UPDATE"
    booking = "SELECT FROM statistics_bookings WHERE measure = 'services' AND source_id = %s FOR UPDATE"
    return (
        Blow("points", "sides are not in the balances", issued),
        Blow("points", "one kind of event has its receipts", account, (person_id,), has_receipts=True),
        Blow("statistics", "one kind of event has its receipts", booking, (record_id,), has_receipts=True),
    )


BLOWS_WHEN_HEARD_AGAIN = (
    Blow("points", "nothing is to be written", "LOCK TABLE points_accounts IN EXCLUSIVE MODE"),
    Blow("statistics", "nothing was to be written", writes_to("outbox_deliveries")),
    Blow("demands", "nothing was to be written", writes_to("outbox_deliveries")),
)


def strike(crew: Crew, hand: Hand, blow: Blow, *, whole: bool, again: Callable[[], object] | None) -> bool:
    """Let the deliveries of one consumer become due, and kill once a batch of it waits for our lock. Returns whether all that the batch
    held is still to be done.

    `hand` is a connection of our own, in which the lock is taken and given back. `again` writes something that comes to that point, should
    all that was there be heard before; without it what the batch held is kept for the next blow. Fails when no batch comes to wait.
    """
    deadline = time.monotonic() + PATIENCE
    while not (held := _caught(crew, hand, blow)):
        hand.rollback()
        assert again is not None, f"what is left for {blow.consumer} does not come to where {blow.moment}"
        assert time.monotonic() < deadline, f"no batch of {blow.consumer} came to where {blow.moment}"
        again()
    crew.kill(whole=whole)
    hand.rollback()
    return _is_undone(crew, held, kept=again is None)


def _caught(crew: Crew, hand: Hand, blow: Blow) -> list[Held]:
    """What the batch holds that came to wait for our lock; nothing where all was heard without coming there."""
    with transaction():
        mix_up(clock.now(), first=blow.consumer)
    hand.execute(blow.lock, blow.values)
    clock.advance(SOONER)
    mine, held = hand.info.backend_pid, list[Held]()

    def is_decided() -> bool:
        all_heard = not crew.has_to_hear(blow.consumer)  # asked first: a batch that ends in between was still to hear
        found = crew.held(blow.consumer, waiting_for=mine)
        held[:] = found if not blow.has_receipts or any(each.receipted for each in found) else []
        return all_heard or bool(held)

    eventually(is_decided, seconds=PATIENCE)
    return held


def strike_at_random(crew: Crew, random: Random) -> bool:
    """Kill the worker some moment after it has taken a batch, whatever it is doing. Returns whether it held something in that moment,
    and all of it is still to be done."""
    clock.advance(HELD_BACK)
    assert eventually(lambda: bool(crew.held()), seconds=PATIENCE), "no batch was taken"
    time.sleep(random.uniform(0, 0.3))  # not to wait for anything: to come at any moment
    crew.freeze()
    held = crew.held()
    crew.kill(whole=False)
    return _is_undone(crew, held, kept=False) and bool(held)


def _is_undone(crew: Crew, held: list[Held], *, kept: bool) -> bool:
    """Asked before anybody can take the deliveries again; afterwards somebody can, at once or, where they are kept, only once they are
    due again."""
    assert eventually(lambda: crew.is_over(held))
    undone = crew.undone(held)
    if kept:
        with transaction():
            mix_up(clock.now())
    crew.go_on()
    return undone == len(held)
