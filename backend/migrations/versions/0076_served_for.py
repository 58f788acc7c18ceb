"""An index of service records by the team, organisation or unit for which somebody served: their year is read by it.

Revision ID: 0076
Revises: 0075
"""

from backend.migrations import indexes

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None

_NAME, _TABLE = "ix_service_records_capacity_id", "service_records"


def upgrade() -> None:
    indexes.add(_NAME, _TABLE, ["capacity_id", "served_on", "id"], where="superseded_at IS NULL AND NOT void")


def downgrade() -> None:
    indexes.drop(_NAME, _TABLE)
