"""Index the log-ins that hold by account, for the list of one's own.

Revision ID: 0039
Revises: 0038
"""

from backend.migrations import indexes

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_token_families_held", "token_families", ["account_id", "created_at", "id"], where="ended_at IS NULL")


def downgrade() -> None:
    indexes.drop("ix_token_families_held", "token_families")
