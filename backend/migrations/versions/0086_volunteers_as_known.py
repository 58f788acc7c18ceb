"""Find the registrations of a person also as they were known before: a second workbook asks for each who served whether they were one.

Revision ID: 0086
Revises: 0085
"""

from backend.migrations import indexes

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None

_EVERY_REVISION = "ix_volunteers_person_id_ever"


def upgrade() -> None:
    indexes.add(_EVERY_REVISION, "volunteers", ["person_id"])


def downgrade() -> None:
    indexes.drop(_EVERY_REVISION, "volunteers")
