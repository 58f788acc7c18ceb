"""Checks of tables that are full already, made while everybody goes on writing."""

from alembic import op


def add(name: str, table: str, condition: str) -> None:
    """Hold new rows to a condition at once; the old ones are looked at by `validate`, in a migration of its own."""
    op.create_check_constraint(name, table, condition, postgresql_not_valid=True)


def validate(name: str, table: str) -> None:
    """Look at the old rows, too. It reads the table and holds up nobody."""
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_{name}")
