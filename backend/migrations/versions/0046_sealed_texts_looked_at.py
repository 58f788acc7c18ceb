"""Look at the old bases by the check of the migration before.

Revision ID: 0046
Revises: 0045
"""

from backend.migrations import checks

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    checks.validate("care_has_a_cause", "beneficiary_bases")


def downgrade() -> None:
    pass
