"""Validate the constraints of merged accounts, without holding up writers.

Revision ID: 0035
Revises: 0034
"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE accounts VALIDATE CONSTRAINT fk_accounts_merged_into_id")
    op.execute("ALTER TABLE accounts VALIDATE CONSTRAINT ck_accounts_merged_is_closed")


def downgrade() -> None:
    """A validated constraint serves the release before as well."""
