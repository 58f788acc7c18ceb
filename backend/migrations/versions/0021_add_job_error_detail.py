"""Keep with a failed job the sentence that tells its asker why.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("error_detail", sa.Text(), nullable=True, comment="one Chinese sentence that says so to the asker"))


def downgrade() -> None:
    op.drop_column("jobs", "error_detail")
