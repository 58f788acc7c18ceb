"""Whether somebody waits: for tests in which one transaction is held open until another one stands in front of its rows."""

from sqlalchemy import text

from backend.foundation.database import db


def somebody_waits() -> bool:
    """Whether a statement in this database waits for a lock."""
    with db.engine.connect() as connection:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return bool(connection.scalar(text(waiting)))
