"""The world of the walk, built once on a database that is emptied for it, and the one connection on which all of it is undone."""

from collections.abc import Iterator

import pytest
import redis
from apiflask import APIFlask

from backend.foundation import clock
from backend.wechat.client import client_from
from config.settings import Settings
from tests.policy.walking import Walk, on_one_connection, pages_of
from tests.policy.world import World
from tests.support.beginning import empty
from tests.support.contract import Watch
from tests.support.operations import operations_of
from tests.wechat.steering import Levers


@pytest.fixture(scope="package")
def world(_application: APIFlask, settings: Settings, _stand_in_url: str) -> Iterator[World]:
    usual = _application.extensions["wechat"]
    at_stand_in = settings.model_copy(update={"wechat_base_url": _stand_in_url})
    with _application.app_context(), redis.Redis.from_url(settings.redis_url) as store:
        empty(settings)
        levers = Levers(_stand_in_url)
        levers.post("reset")
        _application.extensions["wechat"] = client_from(at_stand_in, store, clock.now)
        with on_one_connection(_application) as connection:
            yield World(_application, levers, connection)
    _application.extensions["wechat"] = usual


@pytest.fixture(scope="package")
def walk(world: World, _watch: Watch) -> Walk:
    operations = [*operations_of(_watch.document, {}), *pages_of(world.app)]
    return Walk(world, {operation.name: operation for operation in operations}, world.connection)


@pytest.fixture(autouse=True)
def _held_against_the_document(_watch: Watch) -> Iterator[None]:
    """An answer that the document does not hold fails here too."""
    _watch.complaints.clear()
    yield
    assert _watch.complaints == []
