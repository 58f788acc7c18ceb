"""Index role grants by area, for the list of an officer's area.

Revision ID: 0023
Revises: 0022
"""

from backend.migrations import indexes

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_role_grants_area_path", "role_grants", ["area_path", "id"], where="area_path IS NOT NULL")


def downgrade() -> None:
    indexes.drop("ix_role_grants_area_path", "role_grants")
