"""Add volunteers.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CURRENT = "superseded_at IS NULL AND NOT void"


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("volunteer_numbers")))

    op.create_table(
        "volunteers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False, comment="志愿者编号"),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date()),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.CheckConstraint("left_on IS NULL OR left_on >= registered_on", name="left_after_registered"),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_volunteers_area_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_volunteers_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_volunteers"),
    )
    op.create_index("ix_volunteers_area_path", "volunteers", ["area_path", "registered_on", "id"], postgresql_where=CURRENT)
    op.create_index("ix_volunteers_fact_id", "volunteers", ["fact_id"])
    op.create_index("uq_volunteers_number", "volunteers", ["number"], unique=True, postgresql_where=CURRENT)
    op.create_index("uq_volunteers_person", "volunteers", ["person_id"], unique=True, postgresql_where=f"{CURRENT} AND left_on IS NULL")
    triggers.revised_only("volunteers")


def downgrade() -> None:
    op.drop_table("volunteers")
    op.execute(sa.schema.DropSequence(sa.Sequence("volunteer_numbers")))
