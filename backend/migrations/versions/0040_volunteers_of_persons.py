"""Make the index by which statistics ask whether somebody was a registered volunteer on a day.

Revision ID: 0040
Revises: 0039
"""

from backend.migrations import indexes

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_volunteers_person_id", "volunteers", ["person_id"], where="superseded_at IS NULL AND NOT void")


def downgrade() -> None:
    indexes.drop("ix_volunteers_person_id", "volunteers")
