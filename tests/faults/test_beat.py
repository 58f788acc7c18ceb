"""Beat goes on when its host's clock is set back."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis

from ejia.beat import Doorbell, create_beat

QUEUE = "celery"
PATIENCE = 15
"""Seconds for a ring, of which there is one a second."""


@pytest.fixture
def broker(settings) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.broker_url) as there:
        there.flushdb()
        yield there
        there.flushdb()


@pytest.fixture
def hours() -> list[float]:
    """By how many hours the host's clock is wrong: the last one."""
    return [0.0]


@pytest.fixture
def schedule(settings, tmp_path: Path, hours, monkeypatch) -> Path:
    """The file in which beat keeps what it rang; meanwhile clocks are as wrong as `hours` says."""
    settings_app = type(create_beat(settings))
    right = settings_app.now
    monkeypatch.setattr(settings_app, "now", lambda app: right(app) + timedelta(hours=hours[-1]))
    return tmp_path / "schedule"


def rung(broker: redis.Redis) -> bool:
    """Whether the bell of each second was rung; what comes by the hour is not asked for."""
    return any(json.loads(message)["headers"]["task"] == "doorbell.ring" for message in broker.lrange(QUEUE, 0, -1))


def rings_soon(settings, file: Path, broker: redis.Redis, *, between: Callable[[], None] = lambda: None) -> bool:
    """Whether a beat rings; and once more, soon, after what happens in between."""
    scheduler = Doorbell(create_beat(settings), schedule_filename=str(file))

    def rings() -> bool:
        end = time.monotonic() + PATIENCE
        while not rung(broker) and time.monotonic() < end:
            time.sleep(min(max(scheduler.tick(), 0.0), 0.2))
        return rung(broker)

    try:
        first = rings()
        between()
        broker.delete(QUEUE)
        return first and rings()
    finally:
        scheduler.close()
        scheduler.connection.release()


def test_a_clock_that_is_set_back_silences_no_ring(settings, broker, schedule: Path, hours):
    assert rings_soon(settings, schedule, broker, between=lambda: hours.append(-3.0)), "while it runs"
    broker.delete(QUEUE)
    hours.append(-6.0)
    assert rings_soon(settings, schedule, broker), "while it was away: its file remembers a time that is to come"
