"""Say of a job's result until when it knows what happened: the next year-end workbook says what changed since.

Revision ID: 0087
Revises: 0086
"""

import sqlalchemy as sa
from alembic import op

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None

_COMMENT = "until when the result knows what happened; empty where a release before wrote"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("known_at", sa.DateTime(timezone=True), comment=_COMMENT))


def downgrade() -> None:
    op.drop_column("jobs", "known_at")
