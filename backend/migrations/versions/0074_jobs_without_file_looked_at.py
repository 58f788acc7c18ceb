"""Look at the jobs that were there before.

Revision ID: 0074
Revises: 0073
"""

from backend.migrations import checks

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    checks.validate("file_only_when_done", "jobs")


def downgrade() -> None:
    pass
