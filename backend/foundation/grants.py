"""The two users of a database: its owner migrates, and the app's own user works on the rows and owns nothing.

The app's user reads and writes rows; of the audit log it adds entries, and gives each its place in the chain, once. It can truncate nothing
but what is rebuilt from facts, and change no table; what it filled anew the owner's function analyses.
"""

from sqlalchemy import Connection, create_engine, inspect, make_url, text
from sqlalchemy.pool import NullPool

from backend.foundation.audit import AuditEntry

_REBUILT = ("statistics_bookings", "statistics_presences")
"""Tables that a rebuild empties as a whole."""

_MAINTAIN_SINCE = 170000
"""The server's version from which on somebody else than the owner may be allowed to maintain a table: not the app's user, any more."""
_ANALYSING = "analyse_table(text)"


def app_user_of(database_url: str) -> str | None:
    """The user that an address names."""
    return make_url(database_url).username


def give(owner_url: str, user: str) -> None:
    """Give the app's user what it needs, of the tables that are there and of those to come. By the owner, after each migration.

    Raises sqlalchemy.exc.ProgrammingError where there is no such user.
    """
    engine = create_engine(owner_url, poolclass=NullPool)
    try:
        with engine.begin() as connection:
            _give(connection, engine.dialect.identifier_preparer.quote(user))
    finally:
        engine.dispose()


def is_superuser(database_url: str) -> bool:
    """Whether whoever connects so may do everything. Raises sqlalchemy.exc.OperationalError."""
    return _of_user(database_url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")


def owns_audit_log(database_url: str) -> bool:
    """Whether whoever connects so may change or truncate the audit log. Raises sqlalchemy.exc.OperationalError."""
    return _of_user(database_url, "SELECT coalesce(has_table_privilege(to_regclass('audit_entries'), 'TRUNCATE'), false)")


def _of_user(database_url: str, question: str) -> bool:
    engine = create_engine(database_url, poolclass=NullPool, connect_args={"connect_timeout": 3})
    try:
        with engine.connect() as connection:
            return bool(connection.scalar(text(question)))
    finally:
        engine.dispose()


def _give(connection: Connection, user: str) -> None:
    audit_log = AuditEntry.__tablename__
    rows, numbers = "SELECT, INSERT, UPDATE, DELETE", "USAGE, SELECT, UPDATE"
    maintained = connection.scalar(text("SELECT current_setting('server_version_num')::int")) >= _MAINTAIN_SINCE
    analysing = connection.scalar(text(f"SELECT to_regprocedure('{_ANALYSING}') IS NOT NULL"))
    there = inspect(connection)
    tables = there.get_table_names()
    sealed = {column["name"] for column in there.get_columns(audit_log)} & {"position", "digest"} if audit_log in tables else set()
    for statement in (
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE ON SCHEMA public TO {user}",
        f"GRANT {rows} ON ALL TABLES IN SCHEMA public TO {user}",
        f"GRANT {numbers} ON ALL SEQUENCES IN SCHEMA public TO {user}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rows} ON TABLES TO {user}",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {numbers} ON SEQUENCES TO {user}",
        *([f"REVOKE MAINTAIN ON ALL TABLES IN SCHEMA public FROM {user}"] if maintained else []),
        *([f"ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE MAINTAIN ON TABLES FROM {user}"] if maintained else []),
        *([f"REVOKE EXECUTE ON FUNCTION {_ANALYSING} FROM PUBLIC"] if analysing else []),
        *([f"GRANT EXECUTE ON FUNCTION {_ANALYSING} TO {user}"] if analysing else []),
        *(f"GRANT TRUNCATE ON {table} TO {user}" for table in _REBUILT if table in tables),
        *(f"REVOKE ALL ON {table} FROM {user}" for table in ("alembic_version", audit_log) if table in tables),
        f"GRANT SELECT ON alembic_version TO {user}",
        *(f"GRANT SELECT, INSERT ON {table} TO {user}" for table in (audit_log,) if table in tables),
        *(f"GRANT UPDATE ({column}) ON {audit_log} TO {user}" for column in sorted(sealed)),
    ):
        connection.execute(text(statement))
