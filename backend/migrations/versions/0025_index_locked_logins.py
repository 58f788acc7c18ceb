"""Index the locked logins, for the security administrator's list.

Revision ID: 0025
Revises: 0024
"""

from backend.migrations import indexes

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_logins_locked_until", "logins", ["locked_until", "id"], where="locked_until IS NOT NULL")


def downgrade() -> None:
    indexes.drop("ix_logins_locked_until", "logins")
