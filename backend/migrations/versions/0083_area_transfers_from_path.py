"""Find by an index whether an area gave something to another one.

Revision ID: 0083
Revises: 0082
"""

from backend.migrations import indexes

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_area_transfers_from_path", "area_transfers", ["from_path", "day"])


def downgrade() -> None:
    indexes.drop("ix_area_transfers_from_path", "area_transfers")
