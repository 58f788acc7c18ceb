"""Index service records by day, for the list of a whole street.

Revision ID: 0019
Revises: 0018
"""

from backend.migrations import indexes

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_service_records_served_on", "service_records", ["served_on", "id"], where="superseded_at IS NULL AND NOT void")


def downgrade() -> None:
    indexes.drop("ix_service_records_served_on", "service_records")
