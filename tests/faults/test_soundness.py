# ruff: noqa: S608 - every text here is our own
"""Who judges what the faults left behind is judged here: whatever is broken on purpose, just that is found to be wrong."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace

import psycopg
import pytest

from backend.foundation import clock, outbox
from backend.foundation.database import db
from tests.faults import soundness, stock
from tests.faults.deliveries import HELD_BACK
from tests.faults.household import Submission
from tests.faults.told import answers_without_their_row
from tests.support.beginning import empty
from tests.support.demands import demand_form, resident

SCALE = 0.005
SOUND, UNGUARDED, COPY = "ejia_sound", "ejia_unguarded", "ejia_broken"
WITHOUT_TRIGGERS = "SET session_replication_role = replica"
WITHOUT_GUARDS = """
    DO $$ DECLARE it record; BEGIN
        FOR it IN SELECT conrelid::regclass AS of_table, conname FROM pg_constraint
                  WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'u') LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', it.of_table, it.conname);
        END LOOP;
        FOR it IN SELECT indexrelid::regclass AS name FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
                  WHERE relnamespace = 'public'::regnamespace AND indisunique AND NOT indisprimary LOOP
            EXECUTE format('DROP INDEX %s', it.name);
        END LOOP;
    END $$"""
"""No trigger, check or unique index stands in the way: a fault would have to get past them, too."""

ANOTHER_ID = "jsonb_build_object('id', gen_random_uuid())"
A_WISH = "(SELECT id FROM demands WHERE brand = 'sunset_wish' AND status = 'completed' ORDER BY id LIMIT 1)"
OF_THE_WISH = f"(SELECT r.fact_id FROM service_records r JOIN demands d USING (opening_id) WHERE d.id = {A_WISH})"
A_BOOKING = "(SELECT id FROM ledger_transactions ORDER BY id LIMIT 1)"

BREAKS = {
    "a delivery was never done": """
        INSERT INTO outbox_deliveries (event_id, consumer, due_at, attempts) SELECT id, 'points', at, 0 FROM outbox_events LIMIT 1""",
    "the sides of a transaction do not sum to zero": f"UPDATE ledger_entries SET amount = amount + 1 WHERE transaction_id = {A_BOOKING}",
    "the person's side is not what the transaction says": f"UPDATE ledger_transactions SET points = points + 1 WHERE id = {A_BOOKING}",
    "a balance is not the sum of its entries": """
        UPDATE points_accounts SET balance = balance + 1 WHERE id = (SELECT id FROM points_accounts LIMIT 1)""",
    "a rule holds two bookings for one source": f"""
        INSERT INTO ledger_transactions SELECT (jsonb_populate_record(t, {ANOTHER_ID})).* FROM ledger_transactions t
        WHERE id = {A_BOOKING}""",
    "turns of a rule and source have a gap": f"UPDATE ledger_transactions SET turn = turn + 1 WHERE id = {A_BOOKING}",
    "something booked is not earned": "UPDATE service_confirmations SET superseded_at = recorded_at",
    "something earned is not booked": f"DELETE FROM ledger_transactions WHERE id = {A_BOOKING}",
    "a demand's steps do not follow one another": f"UPDATE demand_changes SET from_status = 'cancelled' WHERE demand_id = {A_WISH}",
    "a demand is not in the state of its last step": f"UPDATE demands SET status = 'published' WHERE id = {A_WISH}",
    "a wish with a service that counts is not completed": f"UPDATE demands SET status = 'published' WHERE id = {A_WISH}",
    "a wish is completed by services of which none counts any more": f"""
        UPDATE service_confirmations SET void = true WHERE record_fact_id IN {OF_THE_WISH}""",
    "places taken are not the claims that take them": """
        UPDATE opening_roles SET taken = taken + 1 WHERE id = (SELECT id FROM opening_roles LIMIT 1)""",
    "somebody holds two places": f"""
        INSERT INTO claims SELECT (jsonb_populate_record(c, {ANOTHER_ID})).* FROM claims c WHERE released_at IS NULL LIMIT 1""",
    "somebody is signed in at two shifts at the same time": f"""
        INSERT INTO attendances SELECT (jsonb_populate_record(a, {ANOTHER_ID})).* FROM attendances a
        WHERE signed_out_at > signed_in_at LIMIT 1""",
    "who decides was not told of a demand": """
        DELETE FROM messages WHERE ctid = (SELECT ctid FROM messages WHERE kind = 'demand_submitted' LIMIT 1)""",
    "somebody is a member and no volunteer": """
        UPDATE volunteers SET left_on = '2023-12-31' WHERE superseded_at IS NULL AND person_id IN (
            SELECT person_id FROM team_memberships WHERE superseded_at IS NULL AND NOT void AND left_on IS NULL)""",
}
"""What is then wrong → what breaks it."""

DERIVED = {
    "balances": "UPDATE points_accounts SET balance = balance + 1",
    "transactions": f"UPDATE ledger_transactions SET reason = '-' WHERE id = {A_BOOKING}",
    "bookings of statistics": "DELETE FROM statistics_bookings WHERE ctid = (SELECT ctid FROM statistics_bookings LIMIT 1)",
    "presences": "DELETE FROM statistics_presences WHERE ctid = (SELECT ctid FROM statistics_presences LIMIT 1)",
    "cells": "DELETE FROM statistics_cells WHERE ctid = (SELECT ctid FROM statistics_cells LIMIT 1)",
}
"""What is then other than a rebuild makes it → what changes it."""


@pytest.fixture(scope="module")
def sound(_application, _begin_again, settings, servers) -> Iterator[str]:
    """The address of a small street in which everybody heard everything, a database of its own that nobody changes."""
    _begin_again()
    with _application.app_context():
        empty(settings)
        stock.load_street(settings.wechat_appid, scale=SCALE)
        stock.announce(now=clock.now())
        clock.advance(HELD_BACK)
        for consumer in outbox.consumers():
            while outbox.deliver_batch(consumer, now=clock.now()):
                pass
        db.session.remove()
        db.engine.dispose()  # nobody may be connected to what is copied
    servers.postgres.create_database(SOUND, template=settings.database_url.partition("?")[0].rpartition("/")[2])
    yield servers.postgres.url_for(SOUND)
    servers.postgres.drop_database(SOUND)


@pytest.fixture(scope="module")
def unguarded(sound, servers) -> Iterator[str]:
    """A copy of the street in which no guard refuses anything."""
    servers.postgres.create_database(UNGUARDED, template=SOUND)
    with psycopg.connect(servers.postgres.url_for(UNGUARDED)) as connection:
        connection.execute(WITHOUT_GUARDS)
    yield servers.postgres.url_for(UNGUARDED)
    servers.postgres.drop_database(UNGUARDED)


@contextmanager
def change_in(connection: psycopg.Connection, change: str) -> Iterator[None]:
    """Something is broken, and whole again afterwards."""
    connection.execute(WITHOUT_TRIGGERS)
    assert connection.execute(change).rowcount > 0, f"nothing was changed by {change}"
    yield
    connection.rollback()


@pytest.fixture
def broken_by(unguarded, servers) -> Iterator[Callable[[str], str]]:
    """Gives the address of a copy of the street after a change."""

    def broken(change: str) -> str:
        servers.postgres.drop_database(COPY)
        servers.postgres.create_database(COPY, template=UNGUARDED)
        with psycopg.connect(servers.postgres.url_for(COPY)) as connection, change_in(connection, change):
            connection.commit()
        return servers.postgres.url_for(COPY)

    yield broken
    servers.postgres.drop_database(COPY)


@pytest.mark.timeout(300)
def test_whatever_is_broken_is_found(sound, unguarded):
    assert soundness.wrongs(sound) == {}
    assert BREAKS.keys() == soundness.WRONG.keys()

    unseen = set()
    with psycopg.connect(unguarded) as connection:
        for wrong, change in BREAKS.items():
            with change_in(connection, change):
                unseen |= set() if connection.execute(soundness.WRONG[wrong]).fetchall() else {wrong}
    assert unseen == set()


def test_what_is_wrong_is_named_with_a_few_of_its_rows(broken_by):
    wrongs = soundness.wrongs(broken_by(DERIVED["balances"]))
    assert {wrong: len(rows) for wrong, rows in wrongs.items()} == {"a balance is not the sum of its entries": 3}


@pytest.mark.timeout(300)
def test_whatever_of_ledger_and_rollups_is_changed_differs_from_a_rebuild(sound, broken_by):
    settled, net = soundness.derived(sound), soundness.net(sound)
    assert DERIVED.keys() == soundness.derived(sound).keys()

    for name, change in DERIVED.items():
        changed = broken_by(change)
        assert {what for what, rows in soundness.derived(changed).items() if rows != settled[what]} == {name}
        assert soundness.net(changed) != net


def test_an_answer_without_its_row_is_found_and_a_row_without_its_answer(phone_of, street, settings):
    phone, form = resident(phone_of, street), demand_form(street)
    first, second = (Submission("/demands", form, "", phone.post("/demands", form).get_data()) for _ in range(2))

    def wrong(*submissions: Submission) -> Sequence[str]:
        home = SimpleNamespace(submissions=submissions, person_ids=[phone.person_id])
        return list(answers_without_their_row(settings.database_url, [home]))

    assert wrong(first, second) == []
    assert wrong(first) == ["/demands: 201 answered, rows"]
    assert wrong(first, second, second) == ["/demands: 201 answered, rows"]
    assert wrong(first, second, Submission("/teams", form, "", b"{}")) == ["201 answers of which no rows are known"]
