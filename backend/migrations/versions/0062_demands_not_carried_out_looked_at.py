"""Look at the old rows by the check of the migration before.

Revision ID: 0062
Revises: 0061
"""

from backend.migrations import checks

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    checks.validate("published_is_dated", "demands")


def downgrade() -> None:
    pass
