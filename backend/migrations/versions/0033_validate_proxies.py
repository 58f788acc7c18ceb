"""Validate the foreign keys of what a proxy did, without holding up writers.

Revision ID: 0033
Revises: 0032
"""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE demand_changes VALIDATE CONSTRAINT fk_demand_changes_on_behalf_of")
    op.execute("ALTER TABLE service_confirmations VALIDATE CONSTRAINT fk_service_confirmations_on_behalf_of")


def downgrade() -> None:
    """A validated constraint serves the release before as well."""
