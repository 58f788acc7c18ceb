"""Whether a copy can do its work: database, tables, keys, Redis."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal

import redis
from flask import Flask, current_app
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from backend.foundation import key_register, schema
from backend.foundation.database import db, transaction
from backend.foundation.errors import Unavailable
from backend.foundation.sealing import keyring
from config.settings import Settings

_LONGEST_WAIT = 0.5
KEPT_SECONDS = 1.0
"""So long what was found is told again: whoever asks without end does not load the database."""


class NotReady(Unavailable):
    """The database is away or takes no writes, its tables are of an older release, or its values need a key that this copy has not."""

    code, detail = "not_ready", "服务尚未就绪"


@dataclass(frozen=True)
class Readiness:
    """The copy can do its work. Without Redis it still does: limits are counted per process, and nothing rings until it is back.

    `tables` are newer while the next release is being started: it adds to them, and what this one needs is still there. `logs` are
    incomplete where lines could not be written.
    """

    release: str
    migration_head: str
    redis: Literal["ok", "degraded"]
    tables: Literal["ok", "newer"]
    logs: Literal["ok", "incomplete"]


class _LastLook:
    """What one process found of itself a moment ago. While one looks again, others are told what the look before it found."""

    def __init__(self) -> None:
        self._looking = Lock()
        self._found: Readiness | NotReady = NotReady()
        self._good_until = 0.0

    def found(self, look: Callable[[], Readiness]) -> Readiness:
        """Raises NotReady."""
        if self._looking.acquire(blocking=not self._good_until):
            try:
                if time.monotonic() >= self._good_until:
                    self._found = self._look(look)
                    self._good_until = time.monotonic() + KEPT_SECONDS
            finally:
                self._looking.release()
        found = self._found
        if isinstance(found, NotReady):
            raise found.with_traceback(None)
        return found

    @staticmethod
    def _look(look: Callable[[], Readiness]) -> "Readiness | NotReady":
        try:
            return look()
        except NotReady as refusal:
            return refusal


@dataclass(frozen=True)
class _Expected:
    """What this code needs, read once when the app is made, and what it found last."""

    release: str
    migration_head: str
    redis: redis.Redis
    lines_lost: Callable[[], int]
    lost_before: int
    last: _LastLook = field(default_factory=_LastLook)


def install(app: Flask, settings: Settings, *, lines_lost: Callable[[], int]) -> None:
    """Note what this code needs, so that `readiness` can compare; and how it asks for the number of lines that its log lost."""
    app.extensions["ejia_health"] = _Expected(
        release=settings.release,
        migration_head=schema.head(),
        lines_lost=lines_lost,
        lost_before=lines_lost(),
        redis=redis.Redis.from_url(
            settings.redis_url, socket_timeout=_LONGEST_WAIT, socket_connect_timeout=_LONGEST_WAIT, retry=Retry(NoBackoff(), 0)
        ),
    )


def readiness() -> Readiness:
    """What this copy finds of itself, or found a moment ago. Redis is told, not required.

    Raises NotReady unless the database answers, takes writes and stands at this code's migration or a newer one, with every key here.
    """
    expected: _Expected = current_app.extensions["ejia_health"]
    return expected.last.found(lambda: _look(expected))


def _look(expected: _Expected) -> Readiness:
    found, takes_writes = _found_in_database()
    newer = found is not None and found.isdigit() and found > expected.migration_head
    if found is None or not (newer or found == expected.migration_head):
        raise NotReady(
            "数据库不可用" if found is None else "数据库的表结构与本版本不一致",
            release=expected.release,
            migration_head=expected.migration_head,
            database_head=found,
        )
    if not takes_writes:
        raise NotReady("数据库只读，可能是备用服务器", release=expected.release, migration_head=found)
    missing = _missing_keys()
    if missing:
        raise NotReady("缺少打开已加密数据的密钥", release=expected.release, migration_head=found, missing_keys=", ".join(missing))
    return Readiness(
        expected.release,
        found,
        redis="ok" if _answers(expected.redis) else "degraded",
        tables="newer" if newer else "ok",
        logs="incomplete" if expected.lines_lost() > expected.lost_before else "ok",
    )


def _found_in_database() -> tuple[str | None, bool]:
    """Where the database stands: several heads joined by a comma, an empty text before the first migration, None when it is away; and
    whether it takes writes, which a standby does not."""
    try:
        with transaction():
            takes_writes = db.session.scalar(text("SELECT current_setting('transaction_read_only')")) == "off"
            if db.session.scalar(text("SELECT to_regclass('alembic_version')")) is None:
                return "", takes_writes
            heads = db.session.scalars(text("SELECT version_num FROM alembic_version ORDER BY version_num"))
            return ",".join(heads), takes_writes
    except SQLAlchemyError:
        return None, False


def _missing_keys() -> list[str]:
    """Names of keys that values in the database need and this process has not."""
    with transaction():
        return key_register.missing_keys(keyring())


def _answers(server: redis.Redis) -> bool:
    try:
        return bool(server.ping())
    except redis.exceptions.RedisError:
        return False
