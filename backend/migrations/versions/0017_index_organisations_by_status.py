"""Index organisations by status, for the list of the whole district.

Revision ID: 0017
Revises: 0016
"""

from backend.migrations import indexes

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_organisations_status", "organisations", ["status", "id"])


def downgrade() -> None:
    indexes.drop("ix_organisations_status", "organisations")
