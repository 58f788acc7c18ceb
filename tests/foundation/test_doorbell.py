"""Beat rings once a second; a worker that hears it rings for what is due, and for nothing else."""

import base64
import json
from collections.abc import Callable, Iterator

import pytest
import redis
from celery import Celery, current_app
from sqlalchemy import text

from backend.foundation.database import db, transaction
from tasks import deliver, doorbell
from tasks import jobs as long_work
from tasks.schedule import BEAT
from tests.support.attendance import Visit

QUEUE = "bells"
Rung = list[tuple[str, list[str]]]


@pytest.fixture
def rung(app, settings) -> Iterator[Callable[[], Rung]]:
    """Rings the doorbell, and gives what it rang for through a real broker."""
    before = current_app._get_current_object()
    with redis.Redis.from_url(settings.broker_url) as broker, Celery("bells", broker=settings.broker_url, set_as_current=True) as celery:
        celery.conf.task_default_queue = QUEUE

        def ring() -> Rung:
            broker.delete(QUEUE)
            doorbell.ring()
            messages = [json.loads(message) for message in broker.lrange(QUEUE, 0, -1)]
            assert all(message["headers"]["expires"] for message in messages)
            return sorted((message["headers"]["task"], json.loads(base64.b64decode(message["body"]))[0]) for message in messages)

        yield ring
        broker.delete(QUEUE)
        celery.pool.force_close_all()
    before.set_current()


def test_it_rings_for_what_is_due_and_for_nothing_else(street, rung):
    bell = BEAT["doorbell"]
    assert (bell["task"], bell["schedule"]) == (doorbell.ring.name, 1.0)
    assert bell["options"]["expires"] == 60, "not sooner: the clock of a worker's host may be wrong by seconds"

    Visit(street).sign_in()
    with transaction():
        waiting = sorted(db.session.scalars(text("SELECT DISTINCT consumer FROM outbox_deliveries")))
    assert len(waiting) > 1
    assert rung() == [(deliver.consumer.name, [name]) for name in waiting]
    for name in waiting[1:]:
        deliver.consumer(name)
    assert rung() == [(deliver.consumer.name, waiting[:1])]
    deliver.consumer(waiting[0])
    assert rung() == []

    officer = street.officer
    officer.made("/exports/year-end", {"year": 2025, "area_id": street["青山街道"]})
    assert rung()[-1] == (long_work.run.name, [])
    long_work.run()
    assert long_work.run.name not in dict(rung())
