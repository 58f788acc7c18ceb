"""Add the history of what is changed of a published demand.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from backend.migrations import triggers

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "publication_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.Column("reason", sa.Text(), nullable=False, comment="for everybody, as what was changed is"),
        sa.Column("before", JSONB(), nullable=False),
        sa.Column("after", JSONB(), nullable=False, comment="the same names as before"),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name="fk_publication_changes_demand_id"),
        sa.PrimaryKeyConstraint("id", name="pk_publication_changes"),
    )
    op.create_index("ix_publication_changes_demand_id", "publication_changes", ["demand_id", "id"])
    triggers.written_once("publication_changes")
    op.add_column(
        "openings",
        sa.Column("changed_at", sa.DateTime(timezone=True), comment="when what is published of it was changed, the last time"),
    )


def downgrade() -> None:
    op.drop_column("openings", "changed_at")
    op.drop_table("publication_changes")
