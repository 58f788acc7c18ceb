"""Say of each beneficiary whether a basis stands for them, so that those without one are found by an index. A job marks the old ones.

Revision ID: 0084
Revises: 0083
"""

import sqlalchemy as sa
from alembic import op

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None

_COMMENT = "whether a basis does; derived, and empty where a release before wrote"


def upgrade() -> None:
    op.add_column("beneficiaries", sa.Column("basis_stands", sa.Boolean, comment=_COMMENT))


def downgrade() -> None:
    op.drop_column("beneficiaries", "basis_stands")
