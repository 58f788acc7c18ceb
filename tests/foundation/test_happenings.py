"""A consumer to which each time counts hears every happening once, in order, whatever befalls a batch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from backend.consumers import TURNS
from backend.foundation import clock, outbox
from backend.foundation.database import db, transaction
from backend.foundation.ids import new_id
from backend.foundation.outbox import Event, Happening, Happenings

LETTERS = "letters"
BADLY = "23514"

DUE_BACKWARDS = """
    UPDATE outbox_deliveries d SET due_at = d.due_at - n * interval '1 minute'
    FROM (SELECT event_id, row_number() OVER (ORDER BY event_id) AS n FROM outbox_deliveries) AS numbered
    WHERE numbered.event_id = d.event_id
"""

Told = list[tuple[UUID, datetime]]


@dataclass(frozen=True, slots=True)
class BellRung(Event):
    """Somebody rang at a door."""

    name: ClassVar[str] = "bell.rung"


def write_letters(happenings: Sequence[Happening], *, now: datetime) -> None:
    """One letter for each ring, in the order in which they are told."""
    for each in happenings:
        db.session.execute(
            text("INSERT INTO letters (event_id, door, at, written_at) VALUES (:event_id, :door, :at, :now)"),
            {"event_id": each.event_id, "door": each.subject_id, "at": each.at, "now": now},
        )


@pytest.fixture
def letters(app) -> Iterator[Callable[[], Told]]:
    """A consumer of the rings of bells; gives the letters that it wrote, by their order."""
    known = outbox.consumers()
    with db.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE letters (number int GENERATED ALWAYS AS IDENTITY, event_id uuid UNIQUE, door uuid, at timestamptz,"
            " written_at timestamptz)"
        )
    outbox.use({LETTERS: {BellRung.name: Happenings(write_letters)}}, {})
    yield written
    outbox.use(known, TURNS)
    db.session.remove()
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE letters")
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS fail CASCADE")


def written() -> Told:
    with transaction():
        return [(door, at) for door, at in db.session.execute(text("SELECT door, at FROM letters ORDER BY number"))]


def ring(*doors: UUID) -> Told:
    """Each door's bell, one after the other, a second apart; in one transaction."""
    rings = [(door, clock.now() + timedelta(seconds=number)) for number, door in enumerate(doors)]
    with transaction():
        for door, at in rings:
            outbox.record(BellRung(door), now=at)
    return rings


def deliver() -> int:
    return outbox.deliver_batch(LETTERS, now=clock.now() + timedelta(minutes=1))


def fail_for(door: UUID, what: str) -> None:
    """Let PostgreSQL do something bad whenever a letter for this door is written."""
    with db.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {what}; RETURN NEW; END $$")
        connection.exec_driver_sql(
            f"CREATE TRIGGER fail BEFORE INSERT ON letters FOR EACH ROW WHEN (NEW.door = '{door}') EXECUTE FUNCTION fail()"
        )


def mend() -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP FUNCTION fail CASCADE")


def test_each_time_is_told_and_in_order_also_of_the_same_door(letters):
    blue, red = new_id(), new_id()
    rings = ring(red, blue, red, red, blue)
    assert deliver() == 5
    assert letters() == rings
    assert deliver() == 0
    assert letters() == rings


def test_what_became_due_late_still_stands_in_its_place_of_the_batch(letters):
    rings = ring(*(new_id() for _ in range(4)))
    with transaction():
        db.session.execute(text(DUE_BACKWARDS))
    deliver()
    assert letters() == rings


def test_a_bad_one_waits_alone_and_the_others_keep_their_order(letters):
    bad, good = new_id(), new_id()
    rings = ring(good, bad, good, bad, good)
    fail_for(bad, f"RAISE USING ERRCODE = '{BADLY}'")
    deliver()
    fine = [(door, at) for door, at in rings if door == good]
    assert letters() == fine

    mend()
    with transaction():
        db.session.execute(text("UPDATE outbox_deliveries SET due_at = '2000-01-01'"))
    assert deliver() == 2
    assert letters() == fine + [(door, at) for door, at in rings if door == bad]


def test_a_batch_that_is_killed_in_the_middle_leaves_nothing_and_is_told_again_whole(letters):
    first, last = new_id(), new_id()
    rings = ring(first, first, last)
    fail_for(last, "PERFORM pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(OperationalError):
        deliver()
    assert letters() == []

    mend()
    assert deliver() == 3
    assert letters() == rings


def test_a_letter_belongs_to_its_event_however_often_that_is_delivered(letters):
    ring(new_id(), new_id())
    deliver()
    with transaction():
        events = list(db.session.scalars(text("SELECT id FROM outbox_events ORDER BY id")))
        assert list(db.session.scalars(text("SELECT event_id FROM letters ORDER BY number"))) == events
