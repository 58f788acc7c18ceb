"""No worker is there for a long time: the broker does not fill with rings that nobody hears."""

import json
from collections.abc import Iterator

import pytest
import redis

from ejia.beat import MOST_WAITING
from ejia.trial import services
from ejia.trial.processes import end, spawn
from ejia.trial.supervisor import Service
from tests.support.environment import environment_of
from tests.trial.waiting import eventually

QUEUE = "celery"
PATIENCE = 60


@pytest.fixture
def broker(settings) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.broker_url) as there:
        there.flushdb()
        yield there
        there.flushdb()


@pytest.fixture
def beat(app, settings, tmp_path) -> Iterator[Service]:
    """A beat that rings, without a worker."""
    service = services.beat(tmp_path, environment_of(settings))
    process = spawn(service.command, service.log)
    yield service
    end(process, service.command.stop_signal)


def test_beat_leaves_out_rings_while_nobody_takes_them_and_rings_again_once_somebody_does(broker, beat: Service):
    def rings() -> int:
        """Messages that expire: what comes by the hour is sent all the same."""
        return sum(json.loads(message)["headers"]["expires"] is not None for message in broker.lrange(QUEUE, 0, -1))

    def has_said(word: str) -> bool:
        return beat.log.exists() and word in beat.log.read_text()

    assert eventually(lambda: rings() > 0, PATIENCE)
    broker.rpush(QUEUE, *[broker.lindex(QUEUE, 0)] * MOST_WAITING)  # as they are after a quarter of a minute
    assert eventually(lambda: has_said("beat.nobody_listens"), PATIENCE)
    left = rings()
    assert eventually(beat.healthy, PATIENCE), "its schedule goes on"
    assert rings() == left < 2 * MOST_WAITING

    broker.delete(QUEUE)

    assert eventually(lambda: has_said("beat.somebody_listens"), PATIENCE)
    assert eventually(lambda: rings() > 0, PATIENCE)
