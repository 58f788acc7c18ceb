"""Add recoveries.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_recoveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="who asks"),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("area_path", sa.Text(collation="C"), comment="where the person lives, whose community decides"),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("proof", sa.String(40)),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) = (area_path IS NULL)", name="area_with_person"),
        sa.CheckConstraint("(status = 'confirmed') = (proof IS NOT NULL)", name="confirmed_with_proof"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_account_recoveries_account_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_account_recoveries_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_account_recoveries"),
    )
    op.create_index("ix_account_recoveries_account_id", "account_recoveries", ["account_id", "id"])
    op.create_index(
        "ix_account_recoveries_area_path", "account_recoveries", ["area_path", "status", "id"], postgresql_where="area_path IS NOT NULL"
    )
    op.create_index("ix_account_recoveries_person_id", "account_recoveries", ["person_id", "id"], postgresql_where="person_id IS NOT NULL")
    op.create_index(
        "uq_account_recoveries_open", "account_recoveries", ["account_id"], unique=True, postgresql_where="status = 'submitted'"
    )

    op.create_table(
        "account_recovery_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recovery_id", sa.Uuid(), nullable=False),
        sa.Column("from_status", sa.String(40)),
        sa.Column("to_status", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["recovery_id"], ["account_recoveries.id"], name="fk_account_recovery_changes_recovery_id"),
        sa.PrimaryKeyConstraint("id", name="pk_account_recovery_changes"),
    )
    op.create_index("ix_account_recovery_changes_recovery_id", "account_recovery_changes", ["recovery_id", "at"])
    triggers.written_once("account_recovery_changes")


def downgrade() -> None:
    op.drop_table("account_recovery_changes")
    op.drop_table("account_recoveries")
