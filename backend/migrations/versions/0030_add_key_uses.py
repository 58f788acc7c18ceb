"""Write down which keys the sealed values need.

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "key_uses",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True, comment="the key is lost for good, an operator says"),
        sa.PrimaryKeyConstraint("key_id", "fingerprint", name="pk_key_uses"),
    )


def downgrade() -> None:
    op.drop_table("key_uses")
