"""Mark shifts at which nothing waits, so that what waits is found without reading all that was served. A job marks the old ones.

Revision ID: 0081
Revises: 0080
"""

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shifts", sa.Column("settled_at", sa.DateTime(timezone=True), comment="nothing at it waits any more; derived"))


def downgrade() -> None:
    op.drop_column("shifts", "settled_at")
