"""Find the shifts of an area at which something may wait.

Revision ID: 0082
Revises: 0081
"""

from backend.migrations import indexes

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_shifts_unsettled", "shifts", ["area_path"], where="settled_at IS NULL")


def downgrade() -> None:
    indexes.drop("ix_shifts_unsettled", "shifts")
