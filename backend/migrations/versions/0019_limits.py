"""Add when a password was given.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("logins", sa.Column("password_given_at", sa.DateTime(timezone=True), comment="when somebody else gave the last password"))


def downgrade() -> None:
    op.drop_column("logins", "password_given_at")
