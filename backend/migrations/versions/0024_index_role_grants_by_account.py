"""Index role grants by account, for the list of one's own with those that are over.

Revision ID: 0024
Revises: 0023
"""

from backend.migrations import indexes

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_role_grants_account_id", "role_grants", ["account_id", "id"])


def downgrade() -> None:
    indexes.drop("ix_role_grants_account_id", "role_grants")
