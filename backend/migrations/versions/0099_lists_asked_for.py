"""Keep what a job was asked for in words, sealed, until it is over: the filters of a list may name somebody.

Revision ID: 0099
Revises: 0098
"""

import sqlalchemy as sa
from alembic import op

revision = "0099"
down_revision = "0098"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "jobs",
        sa.Column("asked_for_sealed", sa.LargeBinary(), nullable=True, comment="what was asked for in words; empty once the job is over"),
    )


def downgrade() -> None:
    op.drop_column("jobs", "asked_for_sealed")
