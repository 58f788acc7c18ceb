"""Add the inbox.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("recipient_id", sa.Uuid(), nullable=False, comment="a person, or an account as long as it has none"),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="of config/messages.toml"),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("about_id", sa.Uuid()),
        sa.Column("area_path", sa.Text(collation="C")),
        sa.Column("brand", sa.Text()),
        sa.Column("number", sa.Text(), comment="需求编号 or 回执编号"),
        sa.Column("role", sa.String(40)),
        sa.Column("read_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("recipient_id", "event_id", name="pk_messages"),
    )
    op.create_index("ix_messages_told_at", "messages", ["told_at"])
    op.create_index("ix_messages_unread", "messages", ["recipient_id", "event_id"], postgresql_where="read_at IS NULL")


def downgrade() -> None:
    op.drop_table("messages")
