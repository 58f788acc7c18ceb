"""Drop the index of the locked logins: locks are rows of login_lock_outs, which has one of its own.

Revision ID: 0029
Revises: 0028
"""

from backend.migrations import indexes

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.drop("ix_logins_locked_until", "logins")


def downgrade() -> None:
    indexes.add("ix_logins_locked_until", "logins", ["locked_until", "id"], where="locked_until IS NOT NULL")
