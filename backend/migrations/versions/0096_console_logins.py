"""Keep which browser a phone agreed to let in, until it is in.

Revision ID: 0096
Revises: 0095
"""

import sqlalchemy as sa
from alembic import op

revision = "0096"
down_revision = "0095"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "console_logins",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("family_id", sa.Uuid, nullable=False, comment="the phone's log-in"),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.BigInteger, nullable=False, comment="how often digits were typed"),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["family_id"], ["token_families.id"], name="fk_console_logins_family_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_console_logins"),
    )
    op.create_index("ix_console_logins_family_id", "console_logins", ["family_id"])
    op.create_index("ix_console_logins_approved_at", "console_logins", ["approved_at"])


def downgrade() -> None:
    op.drop_table("console_logins")
