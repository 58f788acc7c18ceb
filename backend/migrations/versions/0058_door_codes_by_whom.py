"""Say who issued a door code, and who ended it.

Revision ID: 0058
Revises: 0057
"""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("door_codes", sa.Column("issued_by", sa.Uuid()))
    op.add_column("door_codes", sa.Column("ended_by", sa.Uuid()))


def downgrade() -> None:
    op.drop_column("door_codes", "ended_by")
    op.drop_column("door_codes", "issued_by")
