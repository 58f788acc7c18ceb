"""Counts what a database holds, for a backup to compare: rows of each table, the migration, and values that need a key."""

from collections.abc import Iterator
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

from backend.foundation.audit import AuditEntry
from backend.foundation.key_register import KeyUse
from backend.foundation.sealing import Keyring, SealBroken, head_of
from backend.tables import METADATA

SUFFIX = "_sealed"
"""Of a column that holds sealed values. Its field is the table and the name before, and beside it may stand a blind index."""

_TABLES = "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1"
_SEALED_COLUMNS = """
    SELECT table_name, left(column_name, -length(%(suffix)s)) AS name,
           EXISTS (SELECT FROM information_schema.columns i WHERE i.table_schema = 'public' AND i.table_name = c.table_name
                   AND i.column_name = left(c.column_name, -length(%(suffix)s)) || '_index'),
           (SELECT a.attname FROM pg_index x JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
            WHERE x.indisprimary AND x.indrelid = format('public.%%I', c.table_name)::regclass)
    FROM information_schema.columns c WHERE table_schema = 'public' AND right(column_name, length(%(suffix)s)) = %(suffix)s
    ORDER BY 1, 2"""

_OF_NO_MATTER = {"alembic_version", KeyUse.__tablename__, AuditEntry.__tablename__}
"""Tables in which a copy has rows before anybody did anything; each act but a command of `ejia` leaves its row elsewhere, too."""

Connection = psycopg.Connection[Any]


def row_counts(connection: Connection) -> dict[str, int]:
    """Table → how many rows it has."""
    tables = [name for (name,) in connection.execute(_TABLES).fetchall()]
    counted = sql.SQL("SELECT count(*) FROM {}")
    return {name: _one(connection, counted.format(sql.Identifier("public", name))) for name in tables}


def migration_of(connection: Connection) -> str | None:
    """The migration that the database stands at; None before the first."""
    if _one(connection, "SELECT to_regclass('public.alembic_version')") is None:
        return None
    found = connection.execute("SELECT version_num FROM public.alembic_version").fetchall()
    return str(found[0][0]) if len(found) == 1 else None


def holds_data(connection: Connection) -> bool:
    """Whether anything is in the database that somebody may miss: a row beside what a start writes, or a table that is not ours."""
    ours = {table.name for table in METADATA.sorted_tables} | {"alembic_version"}
    tables = {name for (name,) in connection.execute(_TABLES).fetchall()}
    exists = sql.SQL("SELECT EXISTS (SELECT FROM {})")
    return bool(tables - ours) or any(
        _one(connection, exists.format(sql.Identifier("public", name))) for name in sorted(tables - _OF_NO_MATTER)
    )


def key_ids(connection: Connection) -> set[str]:
    """The ids of all keys under which there are sealed values."""
    return {head_of(value).key_id for _, _, value, _ in _sealed_values(connection)}


def unopened(connection: Connection, keyring: Keyring) -> list[str]:
    """The fields whose values these keys do not open, or whose blind index is not that of these keys: asked of one value for each
    field and key."""
    closed = set()
    for field, row, sealed, index in _sealed_values(connection):
        try:
            value = keyring.unseal_bytes(sealed, field=field, row=row)
        except SealBroken:
            closed.add(f"{field} (key {head_of(sealed).key_id})")
        else:
            if index is not None and index not in keyring.indexes(value.decode(), field=field):
                closed.add(f"{field} (blind index)")
    return sorted(closed)


def _sealed_values(connection: Connection) -> Iterator[tuple[str, UUID, bytes, bytes | None]]:
    """Field, row, sealed value, and blind index where there is one: one value for each head that there is (sealing.head_of)."""
    query = sql.SQL(
        "SELECT DISTINCT ON (substring({sealed} FROM 1 FOR 2 + get_byte({sealed}, 1))) {key}, {sealed}, {index}"
        " FROM public.{table} WHERE octet_length({sealed}) > 1"
    )
    for table, name, indexed, key in connection.execute(_SEALED_COLUMNS, {"suffix": SUFFIX}).fetchall():
        index = sql.Identifier(f"{name}_index") if indexed else sql.SQL("NULL")
        asked = query.format(sealed=sql.Identifier(name + SUFFIX), key=sql.Identifier(key), index=index, table=sql.Identifier(table))
        for row, sealed, found in connection.execute(asked).fetchall():
            yield f"{table}.{name}", row, bytes(sealed), None if found is None else bytes(found)


def _one(connection: Connection, query: "sql.Composed | LiteralString") -> Any:
    [[value]] = connection.execute(query).fetchall()
    return value
