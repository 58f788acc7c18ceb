"""One event that cannot be booked waits for its cause to be mended, however long that takes; nobody else waits for it."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from sqlalchemy import text

from backend.areas.models import Area
from backend.foundation import clock, outbox
from backend.foundation.database import db, transaction
from backend.statistics.service import CONSUMER
from tests.support.served import confirm, make_person, make_record

CHECK_VIOLATED, STATEMENT_CANCELLED, INDEX_ROW_TOO_LARGE = "23514", "57014", "54000"

Refuse = Callable[[UUID, str], None]


@pytest.fixture
def refuse(app) -> Iterator[Refuse]:
    """Lets PostgreSQL refuse with an SQLSTATE whatever statistics book of one source."""

    def begin(source_id: UUID, sqlstate: str) -> None:
        with db.engine.begin() as connection:
            connection.exec_driver_sql(
                f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE USING ERRCODE = '{sqlstate}'; END $$"
            )
            connection.exec_driver_sql(
                "CREATE TRIGGER refuse BEFORE INSERT ON statistics_bookings FOR EACH ROW"
                f" WHEN (NEW.source_id = '{source_id}') EXECUTE FUNCTION refuse()"
            )

    yield begin
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS refuse CASCADE")


def a_service_counts(street: dict[str, str]) -> UUID:
    with transaction():
        area = db.session.get_one(Area, UUID(street["和平社区"]))
        record = make_record(make_person(area), area, "door_knock", minutes=120)
        confirm(record)
        return record.fact_id


def is_booked(fact_id: UUID) -> bool:
    with transaction():
        return db.session.scalars(text("SELECT EXISTS (SELECT FROM statistics_bookings WHERE source_id = :id)"), {"id": fact_id}).one()


def failures() -> list[int]:
    """Of each delivery that waits for statistics."""
    with transaction():
        return list(db.session.scalars(text("SELECT attempts FROM outbox_deliveries WHERE consumer = :name"), {"name": CONSUMER}))


@pytest.mark.parametrize("sqlstate", [CHECK_VIOLATED, STATEMENT_CANCELLED, INDEX_ROW_TOO_LARGE])
def test_a_bad_event_alone_waits_whatever_the_database_says_of_it(street, refuse: Refuse, sqlstate):
    bad, good = a_service_counts(street), [a_service_counts(street) for _ in range(3)]
    refuse(bad, sqlstate)

    outbox.deliver_batch(CONSUMER, now=clock.now())

    assert [is_booked(fact_id) for fact_id in (bad, *good)] == [False, True, True, True]
    assert set(failures()) == {1}


def test_a_bad_event_may_fail_for_weeks_and_others_are_still_booked(street, refuse: Refuse, pass_time):
    bad = a_service_counts(street)
    refuse(bad, CHECK_VIOLATED)
    for _ in range(100):
        outbox.deliver_batch(CONSUMER, now=pass_time(minutes=11))

    good = a_service_counts(street)
    outbox.deliver_batch(CONSUMER, now=clock.now())

    assert is_booked(good)
    assert min(failures()) == 100
