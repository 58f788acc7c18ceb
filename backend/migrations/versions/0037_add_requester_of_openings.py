"""Write on an opening who asked for it, so that they see who claims.

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "openings", sa.Column("requester_person_id", sa.Uuid(), nullable=True, comment="who asked for it, and so sees who claims")
    )
    op.create_foreign_key(
        "fk_openings_requester_person_id", "openings", "people", ["requester_person_id"], ["id"], postgresql_not_valid=True
    )


def downgrade() -> None:
    op.drop_constraint("fk_openings_requester_person_id", "openings", type_="foreignkey")
    op.drop_column("openings", "requester_person_id")
