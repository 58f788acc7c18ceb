"""Whether somebody waits: for tests in which one transaction is held open until another one stands in front of its rows."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import text

from backend.foundation.database import db, transaction
from tests.trial.waiting import eventually


def somebody_waits() -> bool:
    """Whether a statement in this database waits for a lock."""
    with db.engine.connect() as connection:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return bool(connection.scalar(text(waiting)))


def meanwhile(doing: Callable[[], object], then: Callable[[], Any]) -> Any:
    """Do something and leave it uncommitted until the other stands waiting for it; gives what the other got."""
    with ThreadPoolExecutor(1) as pool:
        with transaction():
            doing()
            other = pool.submit(then)
            assert eventually(somebody_waits)
            assert not other.done()
        return other.result()
