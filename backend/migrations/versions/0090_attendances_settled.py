"""Mark at unsettled shifts the attendances of which nothing waits, so that one record that waits is found without reading all others there.
A job marks the old ones.

Revision ID: 0090
Revises: 0089
"""

import sqlalchemy as sa
from alembic import op

revision = "0090"
down_revision = "0089"
branch_labels = None
depends_on = None

_COMMENT = "at a shift that is not settled: nothing of it waits any more; derived"


def upgrade() -> None:
    op.add_column("attendances", sa.Column("settled_at", sa.DateTime(timezone=True), comment=_COMMENT))


def downgrade() -> None:
    op.drop_column("attendances", "settled_at")
