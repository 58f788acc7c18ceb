"""What a test begins with: an empty database, a street, and who is logged in. The fixtures of conftest.py give these."""

from functools import partial
from uuid import uuid4

import redis
from apiflask import APIFlask

from backend.accounts import service as accounts
from backend.accounts import tokens
from backend.accounts.tokens import AccessClaims
from backend.areas import service as areas
from backend.areas.models import Level
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, transaction
from backend.tables import METADATA
from config.settings import Settings
from tests.support.humans import check_papers
from tests.support.phone import Phone

APPID = "wx00112233445566ff"

_STREET = [
    ("639999000000", Level.DISTRICT, "测试区"),
    ("639999001000", Level.STREET, "青山街道"),
    ("639999001001", Level.COMMUNITY, "和平社区"),
    ("639999001002", Level.COMMUNITY, "团结社区"),
    ("639999001001001", Level.GRID, "和平第一网格"),
    ("639999002000", Level.STREET, "绿水街道"),
    ("639999002001", Level.COMMUNITY, "向阳社区"),
]


def empty(settings: Settings) -> None:
    """Leave no row, no key and no lead of the clock. Within an app context."""
    if settings.clock_file is not None:
        settings.clock_file.unlink(missing_ok=True)
    redis.Redis.from_url(settings.redis_url).flushall()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        sizes = dict(driver.execute(_WITH_PAGES, _ALL).fetchall())
        filled = list(sizes)
        if sum(sizes.values()) > LARGE:
            driver.execute(f"TRUNCATE {', '.join(METADATA.tables)} CASCADE")
        elif filled:
            # As a replica, so that what refers to a row goes too, in whatever order.
            deletes = "; ".join(f'DELETE FROM "{name}"' for name in filled)  # noqa: S608 - names of our own tables
            driver.execute(f"SET session_replication_role = replica; {deletes}; SET session_replication_role = origin")
            # Down to no page, as TRUNCATE leaves them: the rows of the next test lie in the order in which they are made.
            driver.execute(f"VACUUM (INDEX_CLEANUP ON, SKIP_DATABASE_STATS) {', '.join(filled)}")
            if driver.execute(_WITH_PAGES, _ALL).fetchone() is not None:  # somebody else still reads there
                driver.execute(f"TRUNCATE {', '.join(METADATA.tables)} CASCADE")


# Truncating all tables takes up to a tenth of a second; emptying those in which a test left rows, a tenth of that, unless it is a year.
LARGE = 16 * 1024 * 1024
_ALL = {"names": list(METADATA.tables)}
_WITH_PAGES = "SELECT name, size FROM unnest(%(names)s::text[]) name, pg_relation_size(name::regclass) size WHERE size > 0"


def street_of(app: APIFlask) -> dict[str, str]:
    """A synthetic street: name → area id."""
    with app.app_context(), transaction():
        return {name: str(areas.add_area(code=code, level=level, name=name, now=clock.now()).id) for code, level, name in _STREET}


def wechat_user(app: APIFlask, user: str | None = None) -> Phone:
    """The phone of a WeChat user, logged in; the same name is the same user."""
    user = user or uuid4().hex
    openid = f"oEjia-{user}"
    with app.app_context(), transaction():
        given = accounts.log_in_by_wechat(APPID, openid, unionid=None, session_key="EBESExQVFhcYGRobHB0eHw==", now=clock.now())
    phone = Phone(app.test_client(use_cookies=False), given.access_token, str(given.account_id), refresh_token=given.refresh_token)
    phone.log_in = partial(wechat_user, app, user)
    return phone


def officer_of(app: APIFlask, role: Role, area_path: str, *, known: bool = True) -> Phone:
    """An administrator, made as the command line does, whose papers were seen (or not: `known`); logged in by password."""
    name, password = f"{role.value}-{uuid4().hex[:8]}", "Correct-Horse-7"
    with app.app_context(), transaction():
        account_id = accounts.create_office_account(
            Actor.system(), name=name, password=password, grant=Grant(role, area_path=area_path), now=clock.now()
        )
        person_id = str(check_papers(account_id, area_path)) if known else ""
    phone = _by_password(app, name, password, str(account_id))
    phone.person_id = person_id
    return phone


def _by_password(app: APIFlask, name: str, password: str, account_id: str) -> Phone:
    answer = app.test_client().post("/api/v1/auth/password", json={"name": name, "password": password})
    assert answer.status_code == 200, answer.get_json()
    given = answer.get_json()
    phone = Phone(app.test_client(use_cookies=False), given["access_token"], account_id, refresh_token=given["refresh_token"])
    phone.log_in = partial(_by_password, app, name, password, account_id)
    return phone


def claims_of(phone: Phone) -> AccessClaims:
    """What the phone's access token says."""
    return tokens.maker().read_access_token(phone.access_token, now=clock.now())


def actor_of(phone: Phone) -> Actor:
    """Who calls by the phone, for commands at the service door. Within a transaction."""
    return accounts.actor_of(claims_of(phone), now=clock.now())
