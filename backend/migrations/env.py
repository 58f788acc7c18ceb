"""How Alembic meets the database: one migration a transaction, one migrator at a time, and nobody waits long for a lock.

The address comes from whoever runs the migration (`config.attributes["database_url"]`), never from a file.
"""

import time

from alembic import context
from sqlalchemy import Connection, create_engine, pool, text

from backend.tables import METADATA

_MIGRATOR_LOCK = 7063001


def run() -> None:
    """Apply the migrations that were asked for."""
    engine = create_engine(context.config.attributes["database_url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '2s'"))
        connection.execute(text("SET statement_timeout = '60s'"))
        connection.commit()
        _become_the_only_migrator(connection)
        context.configure(connection=connection, target_metadata=METADATA, transaction_per_migration=True, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


def _become_the_only_migrator(connection: Connection) -> None:
    """Wait while another process migrates: by asking again, because an index that is made concurrently waits for every statement that is
    under way, and would wait for ours."""
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _MIGRATOR_LOCK}):
        connection.rollback()
        time.sleep(0.2)
    connection.commit()


def render() -> None:
    """Write the SQL instead of running it (for the linter of migrations)."""
    context.configure(dialect_name="postgresql", target_metadata=METADATA, literal_binds=True, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    render()
else:
    run()
