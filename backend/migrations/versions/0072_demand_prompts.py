"""Write down what happens by itself to a demand that stands still.

Revision ID: 0072
Revises: 0071
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demand_prompts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, comment="when it began to wait for what did not come"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("categories", sa.ARRAY(sa.Text()), nullable=False, comment="of the teams to which it was offered"),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name="fk_demand_prompts_demand_id"),
        sa.PrimaryKeyConstraint("id", name="pk_demand_prompts"),
    )
    op.create_index("uq_demand_prompts_step", "demand_prompts", ["demand_id", "step", "since"], unique=True)
    triggers.written_once("demand_prompts")


def downgrade() -> None:
    op.drop_table("demand_prompts")
