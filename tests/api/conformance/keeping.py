"""A state of the database to which thousands of requests return in milliseconds each."""

# ruff: noqa: S608 - the names in these statements are those of our own tables

from sqlalchemy import Connection, Engine, Table, text

from backend.tables import METADATA

_NOTED = """
    CREATE SCHEMA kept;
    CREATE UNLOGGED TABLE kept.written (name text NOT NULL);
    CREATE FUNCTION kept.note() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO kept.written VALUES (TG_TABLE_NAME); RETURN NULL; END $$
"""


class Kept:
    """Keeps what stands in all tables now; `restore` brings back the rows that have changed since, and touches no other.

    Each statement that writes notes its table meanwhile, so nobody has to look for changes in all of them.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tables = {table.name: table for table in METADATA.sorted_tables}
        with self._engine.begin() as connection:
            connection.execute(text("DROP SCHEMA IF EXISTS kept CASCADE"))
            connection.execute(text(_NOTED))
            for name, table in self._tables.items():
                connection.execute(text(f'CREATE UNLOGGED TABLE kept."{name}" AS TABLE "{name}"'))
                connection.execute(text(f'ALTER TABLE kept."{name}" ADD PRIMARY KEY ({_listed(_keys(table))})'))
                writes = f'CREATE TRIGGER kept_note AFTER INSERT OR UPDATE OR DELETE ON "{name}"'
                connection.execute(text(f"{writes} FOR EACH STATEMENT EXECUTE FUNCTION kept.note()"))
            self._written_since = _transaction_id(connection)

    def restore(self) -> list[str]:
        """Bring the database back to the kept state: the names of the tables in which something was written."""
        with self._engine.begin() as connection:
            written = set(connection.scalars(text("DELETE FROM kept.written RETURNING name")))
            if not written:
                return []
            # As a replica: no trigger that guards what may never change or notes it, and no foreign key on the way.
            statements = ["SET LOCAL session_replication_role = replica"]
            for name in sorted(written):
                statements += self._brought_back(name)
            connection.exec_driver_sql("; ".join(statements))
            self._written_since = _transaction_id(connection)
        return sorted(written)

    def _brought_back(self, name: str) -> list[str]:
        """What was written or rewritten goes, by its younger transaction; then what is gone, or just went, comes again."""
        keys, names = _keys(self._tables[name]), _listed(_stored(self._tables[name]))
        there = f'SELECT FROM "{name}" WHERE ({_listed(keys)}) = ({_listed(keys, of="kept")})'
        missing = f'SELECT {names} FROM kept."{name}" kept WHERE NOT EXISTS ({there})'
        return [
            f"DELETE FROM \"{name}\" WHERE age(xmin) < age('{self._written_since}'::xid)",
            f'INSERT INTO "{name}" ({names}) OVERRIDING SYSTEM VALUE {missing}',
        ]

    def drop(self) -> None:
        """Forget the kept state."""
        with self._engine.begin() as connection:
            connection.execute(text("DROP SCHEMA kept CASCADE"))


def _keys(table: Table) -> list[str]:
    return [column.name for column in table.primary_key]


def _stored(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.computed is None]


def _listed(names: list[str], *, of: str | None = None) -> str:
    return ", ".join(f'"{name}"' if of is None else f'{of}."{name}"' for name in names)


def _transaction_id(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT pg_current_xact_id()::xid")))
