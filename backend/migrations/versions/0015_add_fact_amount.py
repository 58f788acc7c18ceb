"""Keep with each booking what amount earned it, so that a correction which moves no point still mends the reason.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "ledger_transactions",
        sa.Column(
            "fact_amount",
            sa.BigInteger(),
            nullable=True,
            comment="of the fact that earned it: minutes, or 1; unknown of the first bookings",
        ),
    )


def downgrade() -> None:
    op.drop_column("ledger_transactions", "fact_amount")
