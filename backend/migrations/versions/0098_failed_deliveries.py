"""Find the deliveries that failed, among all that wait.

Revision ID: 0098
Revises: 0097
"""

from backend.migrations import indexes

revision = "0098"
down_revision = "0097"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_outbox_deliveries_failed", "outbox_deliveries", ["event_id", "consumer"], where="attempts > 0")


def downgrade() -> None:
    indexes.drop("ix_outbox_deliveries_failed", "outbox_deliveries")
