"""Find the attendances at a shift of which something may wait.

Revision ID: 0091
Revises: 0090
"""

from backend.migrations import indexes

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_attendances_unsettled", "attendances", ["shift_id"], where="settled_at IS NULL")


def downgrade() -> None:
    indexes.drop("ix_attendances_unsettled", "attendances")
