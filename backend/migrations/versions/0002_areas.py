"""Add areas.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "areas",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(collation="C"), nullable=False),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid()),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("withdrawn_on", sa.Date()),
        sa.Column("pilot_since", sa.Date(), comment="三社联动试点社区: the day it was designated"),
        sa.CheckConstraint("code LIKE path || '%' AND length(code) IN (12, 15)", name="code_begins_with_path"),
        sa.CheckConstraint("withdrawn_on IS NULL OR withdrawn_on >= valid_from", name="withdrawn_after_valid"),
        sa.ForeignKeyConstraint(["parent_id"], ["areas.id"], name="fk_areas_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_areas"),
        sa.UniqueConstraint("code", name="uq_areas_code"),
        sa.UniqueConstraint("path", name="uq_areas_path"),
    )
    op.create_index("ix_areas_parent_id", "areas", ["parent_id"])


def downgrade() -> None:
    op.drop_table("areas")
