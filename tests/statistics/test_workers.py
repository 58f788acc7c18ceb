"""Two workers, a rebuild in their midst, events heard twice: nothing is lost and nothing is counted double."""

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from random import Random
from threading import Event
from time import monotonic

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import DBAPIError

from backend.foundation import clock, outbox
from backend.foundation.database import db, transaction
from backend.foundation.outbox import OutboxDelivery, OutboxEvent
from backend.statistics import service, settling
from backend.statistics.settling import hold_lock
from ejia.core import LONGEST_LOCK
from tasks import deliver
from tests.statistics.histories import History
from tests.statistics.test_figures_equal_facts import differences_to_recount, everything_booked

pytestmark = pytest.mark.usefixtures("street")


def drain(app, size):
    with app.app_context():
        while outbox.deliver_batch(service.CONSUMER, now=clock.now(), size=size):
            pass


def a_history(seed: int, steps: int) -> None:
    with transaction():
        history = History(Random(seed))
        for _ in range(steps):
            history.go_on()


def test_two_workers_settle_as_one(app):
    a_history(seed=1, steps=150)

    with ThreadPoolExecutor(2) as pool:
        for worker in [pool.submit(drain, app, 7), pool.submit(drain, app, 11)]:
            worker.result()

    with transaction():
        assert differences_to_recount() == []
        kept = everything_booked()
        service.rebuild()
        assert everything_booked() == kept


def test_an_event_that_is_heard_again_changes_nothing(app):
    a_history(seed=2, steps=80)
    drain(app, 500)
    with transaction():
        kept = everything_booked()
        events = db.session.execute(select(OutboxEvent.id, OutboxEvent.name)).all()
        again = [event.id for event in events if event.name in service.REACTIONS]
        db.session.execute(
            insert(OutboxDelivery),
            [{"event_id": event_id, "consumer": service.CONSUMER, "due_at": clock.now(), "attempts": 0} for event_id in again],
        )

    drain(app, 3)

    with transaction():
        assert everything_booked() == kept


def test_what_happens_during_a_rebuild_is_neither_lost_nor_doubled(app):
    a_history(seed=3, steps=60)
    happened = Event()

    def happen_and_hear():
        with app.app_context():
            a_history(seed=4, steps=60)
        happened.set()
        drain(app, 500)  # leaves what it finds to a later ring: the rebuild has the turn

    with ThreadPoolExecutor(1) as pool, transaction():
        steps = iter(range(service.how_many_steps()))

        def meanwhile(_):
            if next(steps) == 8:  # some measures are counted already, others not yet
                workers.append(pool.submit(happen_and_hear))
                assert happened.wait(30)

        workers: list[Future[None]] = []
        service.rebuild(advance=meanwhile)
        db.session.commit()
        workers[0].result()
    drain(app, 500)

    with transaction():
        waiting = select(OutboxDelivery.event_id).where(OutboxDelivery.consumer == service.CONSUMER)
        assert db.session.scalars(waiting).all() == []
        assert differences_to_recount() == []


def test_a_worker_that_hangs_with_the_turn_is_cut_off_and_the_next_one_goes_on(app, monkeypatch):
    a_history(seed=6, steps=5)
    monkeypatch.setattr(settling, "MOST_SILENT", timedelta(milliseconds=200))
    with app.app_context():
        assert service.takes_turn()
        with app.app_context(), transaction():
            hold_lock()  # waits until the other one is ended
        with pytest.raises(DBAPIError):
            db.session.execute(select(1))
        db.session.remove()
    monkeypatch.undo()
    drain(app, 500)

    with transaction():
        assert differences_to_recount() == []


def test_a_worker_that_lost_its_power_in_the_midst_of_statistics_keeps_nobody_from_other_work(app):
    a_history(seed=5, steps=20)

    def waiting():
        with transaction():
            counted = select(OutboxDelivery.consumer, func.count()).group_by(OutboxDelivery.consumer)
            return {line.consumer: line[1] for line in db.session.execute(counted)}

    def die_holding_the_lock():
        with app.app_context(), transaction():
            hold_lock()
            held.set()
            assert gone.wait(30)

    before, held, gone = waiting(), Event(), Event()
    with ThreadPoolExecutor(1) as pool:
        dead = pool.submit(die_holding_the_lock)
        assert held.wait(30)
        try:
            began = monotonic()
            for name in sorted(before) * 2:  # what one hears lets another one hear something
                deliver.consumer(name)
            assert monotonic() - began < LONGEST_LOCK.total_seconds(), "nobody waited for it"
            assert waiting().keys() == {service.CONSUMER}
            assert waiting()[service.CONSUMER] >= before[service.CONSUMER]
        finally:
            gone.set()
        dead.result()

    deliver.consumer(service.CONSUMER)
    assert waiting() == {}
    with transaction():
        assert differences_to_recount() == []
