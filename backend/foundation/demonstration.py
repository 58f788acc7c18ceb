"""The mark of a database with demonstration data. Its people do not exist, and the password of its log-ins is printed on a terminal.

Written in the transaction that loads the data. A production copy looks for it when it starts, and does not start beside it.
"""

from datetime import datetime

from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Mapped
from sqlalchemy.pool import NullPool

from backend.foundation.database import Base, RowId, db
from backend.foundation.ids import new_id


class Demonstration(Base):
    """That demonstration data was loaded into this database."""

    __tablename__ = "demonstrations"

    id: Mapped[RowId]
    loaded_at: Mapped[datetime]


def mark(*, now: datetime) -> None:
    """Say that this database holds demonstration data from now on, in the caller's transaction."""
    db.session.add(Demonstration(id=new_id(), loaded_at=now))
    db.session.flush()


def is_marked(database_url: str) -> bool:
    """Whether a database holds demonstration data; one without our tables holds none. Raises sqlalchemy.exc.OperationalError."""
    engine = create_engine(database_url, poolclass=NullPool, connect_args={"connect_timeout": 3})
    try:
        return _finds_mark(engine)
    finally:
        engine.dispose()


def _finds_mark(engine: Engine) -> bool:
    with engine.connect() as connection:
        if connection.scalar(text("SELECT to_regclass('demonstrations')")) is None:
            return False
        return connection.scalar(select(Demonstration.id).limit(1)) is not None
