"""Find where a person was ever on the staff: each service that waits asks whether its reader acted for the body that served.

Revision ID: 0089
Revises: 0088
"""

from backend.migrations import indexes

revision = "0089"
down_revision = "0088"
branch_labels = None
depends_on = None

_EVERY_REVISION = "ix_organisation_staff_person_id_ever"


def upgrade() -> None:
    indexes.add(_EVERY_REVISION, "organisation_staff", ["person_id"])


def downgrade() -> None:
    indexes.drop(_EVERY_REVISION, "organisation_staff")
