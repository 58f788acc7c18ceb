"""Let work units end.

Revision ID: 0075
Revises: 0074
"""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("work_units", sa.Column("ended_on", sa.Date(), comment="it is no employer any more"))


def downgrade() -> None:
    op.drop_column("work_units", "ended_on")
