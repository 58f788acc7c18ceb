"""Say of a job's file how many rows about people it holds: who fetches it reads as many.

Revision ID: 0088
Revises: 0087
"""

import sqlalchemy as sa
from alembic import op

revision = "0088"
down_revision = "0087"
branch_labels = None
depends_on = None

_COMMENT = "rows about people in the file; empty where there is none or a release before wrote"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("people", sa.BigInteger, comment=_COMMENT))


def downgrade() -> None:
    op.drop_column("jobs", "people")
