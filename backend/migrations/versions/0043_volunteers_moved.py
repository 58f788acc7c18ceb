"""Say since when a volunteer is registered in a community to which they moved.

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("volunteers", sa.Column("since", sa.Date(), comment="of who moved here from another community: the day they did"))


def downgrade() -> None:
    op.drop_column("volunteers", "since")
