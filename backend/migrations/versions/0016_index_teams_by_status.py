"""Index teams by status, for the list of the whole district.

Revision ID: 0016
Revises: 0015
"""

from backend.migrations import indexes

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_teams_status", "teams", ["status", "id"])


def downgrade() -> None:
    indexes.drop("ix_teams_status", "teams")
