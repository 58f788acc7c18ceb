"""The world of the tests: a PostgreSQL and a Redis-compatible server of their own for each worker, and the real application on them."""

import base64
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import redis
from apiflask import APIFlask
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import text

from backend.accounts import service as accounts
from backend.areas import service as areas
from backend.areas.models import Level
from backend.foundation import clock, schema
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, transaction
from backend.tables import METADATA
from backend.wechat.client import client_from
from config.settings import Profile, Settings
from ejia.app import create_app
from ejia.trial.servers import Servers, test_servers
from tests.support.command_line import CommandLine
from tests.support.contract import Watch
from tests.support.phone import Phone
from tests.support.stand_in import running_stand_in
from tests.wechat.steering import Levers

APPID = "wx00112233445566ff"


def _key(number: int) -> SecretStr:
    return SecretStr(base64.b64encode(bytes([number]) * 32).decode())


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    with test_servers(tmp_path_factory.mktemp("servers")) as running:
        yield running


@pytest.fixture(scope="session")
def settings(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A test copy on servers of its own, its clock steered."""
    copy = Settings(
        profile=Profile.TEST,
        database_url=servers.database_url,
        redis_url=servers.redis_url,
        broker_url=servers.broker_url,
        token_key=_key(1),
        code_key=_key(2),
        index_key=_key(3),
        sealing_keys={"k1": _key(4)},
        wechat_appid=APPID,
        wechat_secret=SecretStr("0123456789abcdef0123456789abcdef"),
        clock_file=tmp_path_factory.mktemp("clock") / "lead",
        rate_limits_enabled=False,
        log_json=False,
    )
    schema.upgrade(copy.database_url)
    return copy


@pytest.fixture(scope="session")
def _application(settings: Settings) -> Iterator[APIFlask]:
    app = create_app(settings)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def _watch(_application: APIFlask) -> Watch:
    return Watch(_application)


@pytest.fixture
def app(_application: APIFlask, settings: Settings, _watch: Watch) -> Iterator[APIFlask]:
    """The real application on an empty database, with an app context for reading it. An answer that the document does not hold fails."""
    _watch.complaints.clear()
    if settings.clock_file is not None:
        settings.clock_file.unlink(missing_ok=True)
    redis.Redis.from_url(settings.redis_url).flushall()
    with _application.app_context():
        names = ", ".join(f'"{table.name}"' for table in METADATA.sorted_tables)
        with db.engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {names} CASCADE"))
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

    def make(user: str | None = None) -> Phone:
        openid = f"oEjia-{user or uuid4().hex}"
        with app.app_context(), transaction():
            tokens = accounts.log_in_by_wechat(APPID, openid, unionid=None, session_key="EBESExQVFhcYGRobHB0eHw==", now=clock.now())
        return Phone(app.test_client(), tokens.access_token, str(tokens.account_id), refresh_token=tokens.refresh_token)

    return make


@pytest.fixture
def administrator(app: APIFlask) -> Callable[..., Phone]:
    """Makes an administrator, logged in: `administrator(Role.COMMUNITY_OFFICER, "639999001001")`."""

    def make(role: Role, area_path: str) -> Phone:
        name, password = f"{role.value}-{uuid4().hex[:8]}", "Correct-Horse-7"
        with app.app_context(), transaction():
            accounts.create_administrator(
                Actor.system(), name=name, password=password, grant=Grant(role, area_path=area_path), now=clock.now()
            )
        answer = app.test_client().post("/api/v1/auth/password", json={"name": name, "password": password})
        assert answer.status_code == 200, answer.get_json()
        with app.app_context(), transaction():
            actor, _ = accounts.actor_of(answer.get_json()["access_token"], now=clock.now())
        return Phone(
            app.test_client(),
            answer.get_json()["access_token"],
            str(actor.account_id),
            refresh_token=answer.get_json()["refresh_token"],
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
    at_stand_in = settings.model_copy(update={"wechat_base_url": _stand_in_url})
    usual = app.extensions["wechat"]
    with redis.Redis.from_url(settings.redis_url) as store:
        app.extensions["wechat"] = client_from(at_stand_in, store, clock.now)
        yield levers
    app.extensions["wechat"] = usual


@pytest.fixture
def ejia(app: APIFlask, settings: Settings) -> CommandLine:
    """The command line on this database: `ejia("areas", "list")`."""
    return CommandLine(settings)


@pytest.fixture
def street(app: APIFlask) -> dict[str, str]:
    """A synthetic street with two communities and a grid in the first: name → area id. Paths: 639999001 (street), 639999001001 and
    639999001002 (communities), 639999001001001 (grid); and a second street 639999002 with community 639999002001."""
    tree = [
        ("639999000000", Level.DISTRICT, "测试区"),
        ("639999001000", Level.STREET, "青山街道"),
        ("639999001001", Level.COMMUNITY, "和平社区"),
        ("639999001002", Level.COMMUNITY, "团结社区"),
        ("639999001001001", Level.GRID, "和平第一网格"),
        ("639999002000", Level.STREET, "绿水街道"),
        ("639999002001", Level.COMMUNITY, "向阳社区"),
    ]
    with app.app_context(), transaction():
        return {name: str(areas.add_area(code=code, level=level, name=name, now=clock.now()).id) for code, level, name in tree}


@pytest.fixture
def pass_time(app: APIFlask) -> Callable[..., datetime]:
    """Puts the steered clock forward: `pass_time(minutes=47)`."""

    def advance(**duration: float) -> datetime:
        clock.advance(timedelta(**duration))
        return clock.now()

    return advance


@pytest.fixture(scope="session")
def project_root() -> Path:
    return Path(__file__).resolve().parents[1]
