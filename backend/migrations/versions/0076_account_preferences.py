"""Keep how the mini-program shows itself to the holder of an account.

Revision ID: 0076
Revises: 0075
"""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_preferences",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("elder_mode", sa.Boolean(), nullable=False, comment="larger letters and stronger contrast"),
        sa.Column("community_ids", sa.ARRAY(sa.Uuid()), nullable=False, comment="whose needs are shown first, in this order"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_account_preferences_account_id"),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_preferences"),
    )


def downgrade() -> None:
    op.drop_table("account_preferences")
