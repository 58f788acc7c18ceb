"""Look whether each recovery code is of a log-in.

Revision ID: 0101
Revises: 0100
"""

from alembic import op

revision = "0101"
down_revision = "0100"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE recovery_codes VALIDATE CONSTRAINT fk_recovery_codes_login_id")


def downgrade() -> None:
    """A constraint that was looked at is one that holds."""
