"""Find the work units whose names look alike, and look at the rows of 0062. Nothing here holds up a writer.

Revision ID: 0063
Revises: 0062
"""

from alembic import op

from backend.migrations import indexes

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE work_units VALIDATE CONSTRAINT fk_work_units_merged_into_id")
    indexes.add("ix_work_units_name_skeleton", "work_units", ["name_skeleton"])


def downgrade() -> None:
    indexes.drop("ix_work_units_name_skeleton", "work_units")
