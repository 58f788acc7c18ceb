"""Add when a password was given, from where its holder was in, and what people wrote down by the day.

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
    op.add_column(
        "login_lockouts", sa.Column("was_in_at", sa.DateTime(timezone=True), comment="when the right password last came from there")
    )
    op.create_table(
        "allowances",
        sa.Column("holder_id", sa.Uuid(), nullable=False, comment="a person, an account that has none, or the thing that is counted for"),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("holder_id", "kind", name="pk_allowances"),
    )


def downgrade() -> None:
    op.drop_table("allowances")
    op.drop_column("login_lockouts", "was_in_at")
    op.drop_column("logins", "password_given_at")
