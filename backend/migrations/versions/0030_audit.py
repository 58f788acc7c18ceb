"""Let the audit log say from where an act came and who ran a command, and count what was refused and read by the hour.

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
    op.add_column("audit_entries", sa.Column("operator", sa.Text()))
    op.add_column("audit_entries", sa.Column("source_digest", sa.LargeBinary()))
    op.create_table(
        "audit_sources",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_audit_sources"),
    )
    op.create_index("ix_audit_sources_at", "audit_sources", ["at"])
    op.create_table(
        "audit_counts",
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "account_id", "route", "action", "outcome", name="pk_audit_counts"),
    )


def downgrade() -> None:
    op.drop_table("audit_counts")
    op.drop_table("audit_sources")
    op.drop_column("audit_entries", "source_digest")
    op.drop_column("audit_entries", "operator")
