"""Index what an account took over.

Revision ID: 0036
Revises: 0035
"""

from backend.migrations import indexes

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_accounts_merged_into_id", "accounts", ["merged_into_id"], where="merged_into_id IS NOT NULL")


def downgrade() -> None:
    indexes.drop("ix_accounts_merged_into_id", "accounts")
