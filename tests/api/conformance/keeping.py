"""A state of the database to which thousands of requests return in milliseconds each."""

# ruff: noqa: S608 - the names in these statements are those of our own tables

from sqlalchemy import Connection, Engine, Table, text

from backend.tables import METADATA


class Kept:
    """Keeps what stands in all tables now; `restore` brings back the tables that have changed since, and nothing else."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tables = METADATA.sorted_tables
        with self._engine.begin() as connection:
            connection.execute(text("DROP SCHEMA IF EXISTS kept CASCADE"))
            connection.execute(text("CREATE SCHEMA kept"))
            for table in self._tables:
                connection.execute(text(f'CREATE UNLOGGED TABLE kept."{table.name}" AS TABLE "{table.name}"'))
            counted = [f"SELECT '{table.name}' AS name, count(*) AS rows FROM \"{table.name}\"" for table in self._tables]
            rows = {row.name: row.rows for row in connection.execute(text(" UNION ALL ".join(counted)))}
            self._written_since = _transaction_id(connection)
        # A row that was written or rewritten has a younger xmin; a row that is gone is missing from the count.
        self._changed = " UNION ALL ".join(
            f"SELECT '{name}' WHERE (SELECT count(*) FROM \"{name}\") <> {count}"
            f' OR EXISTS (SELECT FROM "{name}" WHERE xmin::text::bigint > :since)'
            for name, count in rows.items()
        )

    def restore(self) -> list[str]:
        """Bring the database back to the kept state: the names of the tables that had changed."""
        with self._engine.begin() as connection:
            changed = set(connection.scalars(text(self._changed), {"since": self._written_since}))
            if not changed:
                return []
            # As a replica: no trigger that guards what may never change, and no foreign key on the way.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            tables = [table for table in self._tables if table.name in changed]
            for table in tables:
                names = _stored(table)
                connection.execute(text(f'DELETE FROM "{table.name}"'))
                connection.execute(
                    text(f'INSERT INTO "{table.name}" ({names}) OVERRIDING SYSTEM VALUE SELECT {names} FROM kept."{table.name}"')
                )
            self._written_since = _transaction_id(connection)
        return sorted(changed)

    def drop(self) -> None:
        """Forget the kept state."""
        with self._engine.begin() as connection:
            connection.execute(text("DROP SCHEMA kept CASCADE"))


def _stored(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns if column.computed is None)


def _transaction_id(connection: Connection) -> int:
    return int(connection.scalar(text("SELECT pg_current_xact_id()::text")))
