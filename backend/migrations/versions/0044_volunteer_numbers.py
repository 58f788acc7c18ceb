"""Let a number stand with each community in which its volunteer was registered, and be one person's at a time.

Revision ID: 0044
Revises: 0043
"""

from backend.migrations import indexes

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add(
        "uq_volunteers_live_number", "volunteers", ["number"], unique=True, where="superseded_at IS NULL AND NOT void AND left_on IS NULL"
    )
    indexes.drop("uq_volunteers_number", "volunteers")


def downgrade() -> None:
    # Who moved has the number twice: it is not asked to be unique again.
    indexes.add("uq_volunteers_number", "volunteers", ["number"], where="superseded_at IS NULL AND NOT void")
    indexes.drop("uq_volunteers_live_number", "volunteers")
