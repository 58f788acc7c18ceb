"""Look at the arrangements of before, and find those of a person or a unit.

Revision ID: 0049
Revises: 0048
"""

from alembic import op

from backend.migrations import checks, indexes

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    checks.validate("with_one_of_four", "arrangements")
    checks.validate("members_to_one_opening", "arrangements")
    for column in ("work_unit_id", "person_id"):
        op.execute(f"ALTER TABLE arrangements VALIDATE CONSTRAINT fk_arrangements_{column}")
        indexes.add(f"ix_arrangements_{column}", "arrangements", [column, "id"], where=f"{column} IS NOT NULL")
    indexes.add("ix_arrangements_opening_id", "arrangements", ["opening_id", "id"], where="opening_id IS NOT NULL")


def downgrade() -> None:
    for column in ("opening_id", "person_id", "work_unit_id"):
        indexes.drop(f"ix_arrangements_{column}", "arrangements")
