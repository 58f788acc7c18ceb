"""Add whose a demand was before two rows of the register became one.

Revision ID: 0050
Revises: 0049
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demand_reassignments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("former_beneficiary_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name="fk_demand_reassignments_demand_id"),
        sa.ForeignKeyConstraint(["former_beneficiary_id"], ["beneficiaries.id"], name="fk_demand_reassignments_former_beneficiary_id"),
        sa.PrimaryKeyConstraint("id", name="pk_demand_reassignments"),
    )
    op.create_index("ix_demand_reassignments_demand_id", "demand_reassignments", ["demand_id", "at"])
    triggers.written_once("demand_reassignments")


def downgrade() -> None:
    op.drop_table("demand_reassignments")
