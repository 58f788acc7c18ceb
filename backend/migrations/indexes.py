"""Indexes on tables that are full already, made while everybody goes on writing. They stand in migrations of their own."""

from collections.abc import Sequence

from alembic import op
from sqlalchemy import text
from sqlalchemy.sql.elements import TextClause


def add(
    name: str,
    table: str,
    columns: Sequence[str | TextClause],
    *,
    unique: bool = False,
    where: str | None = None,
    using: str = "btree",
) -> None:
    """Make an index without holding up writers. What an attempt that was cut short left behind is cleared away first."""
    with op.get_context().autocommit_block():
        # It blocks nobody, so it may take its time and wait for whoever writes.
        op.execute("SET statement_timeout = 0")
        op.execute("SET lock_timeout = 0")
        op.drop_index(name, table_name=table, postgresql_concurrently=True, if_exists=True)
        op.create_index(
            name, table, list(columns), unique=unique, postgresql_concurrently=True, postgresql_where=where, postgresql_using=using
        )
        op.execute("SET statement_timeout = '60s'")
        op.execute("SET lock_timeout = '2s'")


def add_search(table: str, columns: Sequence[str], *, where: str | None = None) -> None:
    """Make the index behind a search in these columns (`foundation/search.py`), in the same way."""
    add(f"ix_{table}_search", table, [text(f"search_grams({column})") for column in columns], where=where, using="gin")


def drop(name: str, table: str) -> None:
    """Take an index away without holding up writers."""
    with op.get_context().autocommit_block():
        op.drop_index(name, table_name=table, postgresql_concurrently=True, if_exists=True)
