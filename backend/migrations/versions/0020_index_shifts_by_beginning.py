"""Index shifts by their beginning, for the list of a whole street.

Revision ID: 0020
Revises: 0019
"""

from backend.migrations import indexes

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_shifts_starts_at", "shifts", ["starts_at", "id"])


def downgrade() -> None:
    indexes.drop("ix_shifts_starts_at", "shifts")
