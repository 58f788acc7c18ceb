"""Fill in who asked for the openings that were made before, and hold the column to it.

Revision ID: 0038
Revises: 0037
"""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE openings SET requester_person_id = demands.requester_person_id FROM demands"
        " WHERE demands.opening_id = openings.id AND demands.requester_person_id IS NOT NULL"
    )
    op.execute("ALTER TABLE openings VALIDATE CONSTRAINT fk_openings_requester_person_id")


def downgrade() -> None:
    pass
