"""Find who served for a body page by page, and the services planned around a place.

Revision ID: 0078
Revises: 0077
"""

from backend.migrations import indexes

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None

_PEOPLE, _PLACE = "ix_service_records_people_of_capacity", "ix_shifts_place"


def upgrade() -> None:
    indexes.add(_PEOPLE, "service_records", ["capacity_id", "person_id", "served_on"], where="superseded_at IS NULL AND NOT void")
    indexes.add(_PLACE, "shifts", ["latitude", "longitude"], where="status = 'planned' AND latitude IS NOT NULL")


def downgrade() -> None:
    indexes.drop(_PLACE, "shifts")
    indexes.drop(_PEOPLE, "service_records")
