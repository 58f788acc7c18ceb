"""Let areas be merged: which one succeeds another, and where what was handed on had lain before.

Revision ID: 0079
Revises: 0078
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("areas", sa.Column("successor_id", sa.Uuid(), comment="the area into which it was merged"))
    op.create_foreign_key("fk_areas_successor_id", "areas", "areas", ["successor_id"], ["id"], postgresql_not_valid=True)
    op.create_table(
        "area_transfers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("from_path", sa.Text(collation="C"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="the first on which it lies in the other one"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_area_transfers"),
    )
    op.create_index("ix_area_transfers_subject_id", "area_transfers", ["subject_id", "at", "id"])
    triggers.written_once("area_transfers")


def downgrade() -> None:
    op.drop_table("area_transfers")
    op.drop_constraint("fk_areas_successor_id", "areas", type_="foreignkey")
    op.drop_column("areas", "successor_id")
