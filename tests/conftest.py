"""The world of the tests: a PostgreSQL and a Redis-compatible server of their own for each worker, and the real application on them."""

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from apiflask import APIFlask
from argon2 import PasswordHasher
from flask.testing import FlaskClient

from backend.accounts import limits, tokens
from backend.accounts.limits import SecondFactors, Written
from backend.accounts.service import hashing
from backend.foundation import clock, grants, schema
from backend.foundation.actor import Role
from backend.foundation.database import db
from backend.people import notices
from backend.people.notices import Notice, NoticeName
from config.settings import Settings
from ejia.app import create_app
from ejia.core import CATALOGUES, start_process
from ejia.trial.servers import APP_USER, DATABASE, Servers, test_servers
from tests.support.beginning import empty, officer_of, wechat_user
from tests.support.command_line import CommandLine
from tests.support.contract import Watch
from tests.support.environment import settings_on
from tests.support.memory import Memory, Recall
from tests.support.phone import Phone
from tests.support.room import MEMORY, in_memory
from tests.support.stand_in import running_stand_in, talking_to
from tests.support.street import Street, in_office, make_what_tests_share
from tests.wechat.steering import Levers
from web import health

MIGRATED = "ejia_migrated"
LONGEST = (
    ("tests/trial", "tests/faults", "tests/end_to_end/test_", "tests/end_to_end/days", "tests/bench"),
    ("tests/api",),
    ("tests/statistics/test_demonstration_year.py", "tests/policy"),
)
"""Where the tests are that take minutes, so shared out that each worker begins with its own: those of the first share wait for processes
that come up, those of the others reckon, so that two cores are busy while somebody waits. The days of an office come after the other tests
of the running town: they put its clock forward by a month."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """What tests/api/conformance asks: the same at each run, unless somebody wants more or something else."""
    parser.addoption("--conformance-examples", type=int, default=2, help="random requests for each operation of the API")
    parser.addoption("--conformance-seed", type=int, default=20261124, help="another seed, other requests")


def pytest_configure() -> None:
    """Have pytest make its folders in memory, where there is room: servers make and remove thousands of files, and the copies of trial
    runs wait for their disk at each commit. An address of one's own by PYTEST_DEBUG_TEMPROOT or --basetemp goes before."""
    if in_memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let each worker begin with its share of the longest tests, in the order in which their places are named: whoever is done early then
    takes from the short ones. Where there are fewer workers than shares, the last one has what is left over."""

    def share(item: pytest.Item) -> tuple[int, int] | None:
        path = item.path.relative_to(config.rootpath).as_posix()
        places = ((number, turn, place) for number, shared in enumerate(LONGEST) for turn, place in enumerate(shared))
        return next(((number, turn) for number, turn, place in places if path.startswith(place)), None)

    shares = {item: found for item in items if (found := share(item)) is not None}
    long = sorted(shares, key=lambda item: shares[item])
    short = [item for item in items if item not in shares]
    workers: int = getattr(config, "workerinput", {}).get("workercount", 1)
    ordered: list[pytest.Item] = []
    for number in range(workers):
        wanted = (len(items) - len(ordered)) // (workers - number)  # as pytest-xdist shares them out
        begun = [item for item in long if min(shares[item][0], workers - 1) == number]
        ordered += begun
        taken = max(0, wanted - len(begun))
        ordered += short[:taken]
        short = short[taken:]
    items[:] = [*ordered, *short]


def pytest_collection_finish() -> None:
    """Look for garbage only among what the tests make: a million objects of modules and of pytest stand until the end, where pytest walks
    all that it finds five times."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _memory_is_given_back(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What failed stays, to be looked at until the next run."""
    yield
    folder = tmp_path_factory.getbasetemp()
    if folder.is_relative_to(MEMORY) and not request.session.testsfailed:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with test_servers(tmp_path_factory.mktemp("servers"), durable=False) as running:
        yield running


@pytest.fixture(scope="session")
def settings(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A test copy on servers of its own, its clock steered."""
    copy = settings_on(servers, tmp_path_factory.mktemp("clock") / "lead")
    schema.upgrade(copy.database_url)
    servers.postgres.create_database(MIGRATED, template=DATABASE)  # now, for of a database that somebody uses there is no copy
    return copy


@pytest.fixture(scope="session")
def migrated(settings: Settings) -> str:
    """The name of a database as the migrations leave it, of which others are made: they run once."""
    return MIGRATED


@pytest.fixture(scope="session")
def app_url(settings: Settings, servers: Servers) -> str:
    """The same database for a user who owns nothing, as production has it."""
    grants.give(settings.database_url, APP_USER)
    return servers.postgres.app_url.replace("postgresql:", "postgresql+psycopg:", 1)


@pytest.fixture(scope="session")
def _application(settings: Settings) -> Iterator[APIFlask]:
    hashing._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # they log in thousands of times
    hashing.NOBODY = hashing._hasher.hash("nobody's")
    health.KEPT_SECONDS = 0  # and change what a copy finds of itself while they ask
    hashing.ROOM_SECONDS = 30  # and by more threads at once than a process of a copy has
    app = create_app(settings)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def _watch(_application: APIFlask) -> Watch:
    return Watch(_application)


@pytest.fixture(scope="session")
def _begin_again(_application: APIFlask, settings: Settings) -> Callable[[], None]:
    """Makes this very process a copy of the tests again, where a test made it another copy or gave it other catalogues."""
    given = given_to_process()

    def begin() -> None:
        nonlocal given
        if any(one is not other for one, other in zip(given, given_to_process(), strict=True)):
            start_process(settings)
            given = given_to_process()

    return begin


def given_to_process() -> list[object]:
    """What a process has from its start; each start makes all of it anew."""
    return [tokens.maker(), *(shelf.current() for shelf in CATALOGUES.values())]


@pytest.fixture
def app(_application: APIFlask, settings: Settings, _watch: Watch, _begin_again: Callable[[], None]) -> Iterator[APIFlask]:
    """The real application on an empty database, with an app context for reading it. An answer that the document does not hold fails."""
    _watch.complaints.clear()
    _begin_again()
    with _application.app_context():
        empty(settings)
        yield _application
        db.session.remove()
    assert _watch.complaints == []


@pytest.fixture
def client(app: APIFlask) -> FlaskClient:
    """A phone on which nobody is logged in."""
    return app.test_client()


@pytest.fixture
def phone_of(app: APIFlask) -> Callable[..., Phone]:
    """Makes a phone of a WeChat user, logged in: `phone_of("name")`; the same name is the same user."""
    return partial(wechat_user, app)


@pytest.fixture
def administrator(app: APIFlask, recall: Recall) -> Callable[..., Phone]:
    """Makes an administrator, logged in: `administrator(Role.COMMUNITY_OFFICER, "639999001001")`."""

    def make(role: Role, area_path: str, **fields: bool) -> Phone:
        return (
            officer_of(app, role, area_path, **fields)
            if fields
            else recall(in_office(role, area_path), lambda: officer_of(app, role, area_path))
        )

    return make


@pytest.fixture(scope="session")
def _stand_in_url(settings: Settings) -> Iterator[str]:
    with running_stand_in(settings.wechat_appid, settings.wechat_secret.get_secret_value()) as url:
        yield url


@pytest.fixture
def wechat(app: APIFlask, settings: Settings, _stand_in_url: str) -> Iterator[Levers]:
    """The levers of a stand-in WeChat server, which the application takes for the real one."""
    levers = Levers(_stand_in_url)
    levers.post("reset")
    with talking_to(_stand_in_url, app, settings):
        yield levers


@pytest.fixture
def ejia(app: APIFlask, settings: Settings) -> CommandLine:
    """The command line on this database: `ejia("areas", "list")`."""
    return CommandLine(settings)


@pytest.fixture(scope="session")
def _memory(_application: APIFlask) -> Memory:
    return Memory(_application)


@pytest.fixture
def recall(app: APIFlask, settings: Settings, _memory: Memory) -> Recall:
    """Remembers who is in most tests: `recall("leader 639999001001", make)`."""
    if not _memory.is_fresh():
        _memory.learn(partial(make_what_tests_share, app))
        empty(settings)
    return _memory.of_a_test()


@pytest.fixture
def street(app: APIFlask, recall: Recall) -> Street:
    """A synthetic street: area ids by name, and whoever is asked for in it."""
    return Street(app, recall=recall)


@pytest.fixture
def officer(street: Street) -> Phone:
    """The officer of 和平社区."""
    return street.home.officer


@pytest.fixture
def neighbour(street: Street) -> Phone:
    """The officer of 团结社区, who has no say in 和平社区."""
    return street.next.officer


@pytest.fixture
def street_officer(street: Street) -> Phone:
    """The officer of the whole street."""
    return street.officer


@pytest.fixture
def volunteer(street: Street) -> Callable[..., Phone]:
    """Makes the phone of a registered volunteer of 和平社区: `volunteer("李队员")`."""
    return lambda name="王志愿": street.home.volunteer(name=name)


@pytest.fixture
def leader(street: Street) -> Phone:
    """A registered volunteer of 和平社区, who leads a team or is about to."""
    return street.home.leader


@pytest.fixture
def team(street: Street) -> str:
    """The leader's team, accepted by the community: its id."""
    return street.home.team_id


@pytest.fixture
def mother(street: Street) -> Phone:
    """The phone of a grown-up person who may agree for a minor."""
    return street.home.mother


@pytest.fixture
def new_version() -> Iterator[Callable[[str], str]]:
    """Puts a newer version of a notice into force: `new_version("volunteer")`."""
    before = {notice.name: notice for notice in list(notices.current().values())}

    def publish(name: str) -> str:
        changed: Notice = before[NoticeName(name)].model_copy(update={"version": "2027-01-01"})
        notices.use(before | {changed.name: changed})
        return changed.version

    yield publish
    notices.use(before)


@pytest.fixture
def pass_time(app: APIFlask) -> Callable[..., datetime]:
    """Puts the steered clock forward: `pass_time(minutes=47)`."""

    def advance(**duration: float) -> datetime:
        clock.advance(timedelta(**duration))
        return clock.now()

    return advance


@pytest.fixture
def bounds(app: APIFlask) -> Iterator[Callable[..., None]]:
    """Sets the bounds of a kind: `bounds(Written.DEMAND, a_day=3)`."""
    before = limits.current()

    def change(kind: Written, **fields: object) -> None:
        rule = limits.current().written[kind].model_copy(update=fields)
        limits.use(limits.current().model_copy(update={"written": limits.current().written | {kind: rule}}))

    yield change
    limits.use(before)


@pytest.fixture
def required(app: APIFlask) -> Iterator[Callable[..., None]]:
    """Has offices ask for a second factor: `required(Role.STREET_OFFICER)`."""
    before = limits.current()

    def ask(*roles: Role) -> None:
        limits.use(before.model_copy(update={"second_factor": SecondFactors(required_of=frozenset(roles))}))

    yield ask
    limits.use(before)


@pytest.fixture(scope="session")
def project_root() -> Path:
    return Path(__file__).resolve().parents[1]
