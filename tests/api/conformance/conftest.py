"""The world of these tests, built once for all of them, and the hand that asks."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from apiflask import APIFlask

from backend.foundation.database import db
from config.settings import Settings
from tests.api.conformance.inquiry import Inquiry
from tests.api.conformance.keeping import Kept
from tests.api.conformance.world import Neighbourhood
from tests.support.beginning import empty
from tests.support.contract import Watch
from tests.support.operations import Operation, operations_of
from tests.support.stand_in import talking_to
from tests.wechat.steering import Levers

Inquire = Callable[..., Inquiry]


@pytest.fixture(scope="package")
def _levers(_application: APIFlask, settings: Settings, _stand_in_url: str) -> Iterator[Levers]:
    levers = Levers(_stand_in_url)
    levers.post("reset")
    with talking_to(_stand_in_url, _application, settings):
        yield levers


@pytest.fixture(scope="package")
def world(_application: APIFlask, settings: Settings, _levers: Levers) -> Iterator[Neighbourhood]:
    with _application.app_context():
        empty(settings)
        yield Neighbourhood(_application, _levers)
        db.session.remove()


@pytest.fixture(scope="package")
def _kept(world: Neighbourhood, _application: APIFlask) -> Iterator[Kept]:
    with _application.app_context():
        kept = Kept(db.engine)
    yield kept
    kept.drop()


@pytest.fixture(scope="package")
def operations(world: Neighbourhood, _watch: Watch) -> list[Operation]:
    """Every operation of the document."""
    return operations_of(_watch.document, world.known)


@pytest.fixture
def inquire(
    world: Neighbourhood,
    _kept: Kept,
    _watch: Watch,
    pytestconfig: pytest.Config,
    _only_what_a_wsgi_app_takes: None,
    _worked_out_once: None,
) -> Iterator[Inquire]:
    """Makes an inquiry: `inquire(operations, sender="leader", phases=["fuzzing"]).ask()`. An answer beside the document fails."""
    _watch.complaints.clear()
    yield partial(Inquiry, world, _kept, _watch.document, seed=pytestconfig.getoption("conformance_seed"))
    assert _watch.complaints == []


@pytest.fixture
def examples(pytestconfig: pytest.Config) -> int:
    """How many random requests each operation gets."""
    wanted: int = pytestconfig.getoption("conformance_examples")
    return wanted
