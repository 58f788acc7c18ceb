"""Look at the old rows by the check of the migration before.

Revision ID: 0065
Revises: 0064
"""

from backend.migrations import checks

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    checks.validate("published_is_dated", "demands")


def downgrade() -> None:
    pass
