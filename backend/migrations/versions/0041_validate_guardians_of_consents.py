"""Validate the reference of a consent to the guardian who gave it, apart from where it was added: no long lock.

Revision ID: 0041
Revises: 0040
"""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE consents VALIDATE CONSTRAINT fk_consents_guardian_person_id")


def downgrade() -> None:
    """Nothing: a validated constraint is the same constraint."""
