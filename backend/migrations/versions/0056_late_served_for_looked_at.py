"""Look at the old rows by the checks of the migration before.

Revision ID: 0056
Revises: 0055
"""

from alembic import op

from backend.migrations import checks

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    checks.validate("for_one_group", "late_entry_people")
    for column in ("team_id", "organisation_id"):
        op.execute(f"ALTER TABLE late_entry_people VALIDATE CONSTRAINT fk_late_entry_people_{column}")


def downgrade() -> None:
    pass
