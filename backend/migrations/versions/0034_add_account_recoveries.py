"""Add applications for an account, merged accounts, and log-ins that end.

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("closed_reason", sa.Text(), nullable=True))
    op.add_column(
        "accounts",
        sa.Column("merged_into_id", sa.Uuid(), nullable=True, comment="the account that took over; never one that was merged itself"),
    )
    op.create_foreign_key("fk_accounts_merged_into_id", "accounts", "accounts", ["merged_into_id"], ["id"], postgresql_not_valid=True)
    op.execute(
        "ALTER TABLE accounts ADD CONSTRAINT ck_accounts_merged_is_closed CHECK (merged_into_id IS NULL OR status = 'closed') NOT VALID"
    )
    op.add_column(
        "logins",
        sa.Column(
            "ended_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="opens this account no more; the WeChat user may begin anew",
        ),
    )
    op.add_column("logins", sa.Column("end_reason", sa.Text(), nullable=True))
    op.create_table(
        "account_recoveries",
        sa.Column("account_id", sa.Uuid(), nullable=False, comment="who asks"),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("area_path", sa.Text(collation="C"), nullable=True, comment="where the person lives, whose community decides"),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("proof", sa.String(length=40), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) = (area_path IS NULL)", name=op.f("ck_account_recoveries_area_with_person")),
        sa.CheckConstraint("(status = 'confirmed') = (proof IS NOT NULL)", name=op.f("ck_account_recoveries_confirmed_with_proof")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_account_recoveries_account_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_account_recoveries_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_account_recoveries"),
    )
    op.create_index(
        "uq_account_recoveries_open", "account_recoveries", ["account_id"], unique=True, postgresql_where="status = 'submitted'"
    )
    op.create_index("ix_account_recoveries_account_id", "account_recoveries", ["account_id", "id"], unique=False)
    op.create_index(
        "ix_account_recoveries_person_id", "account_recoveries", ["person_id", "id"], unique=False, postgresql_where="person_id IS NOT NULL"
    )
    op.create_index(
        "ix_account_recoveries_area_path",
        "account_recoveries",
        ["area_path", "status", "id"],
        unique=False,
        postgresql_where="area_path IS NOT NULL",
    )
    op.create_table(
        "account_recovery_changes",
        sa.Column("recovery_id", sa.Uuid(), nullable=False),
        sa.Column("from_status", sa.String(length=40), nullable=True),
        sa.Column("to_status", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_account_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["recovery_id"], ["account_recoveries.id"], name="fk_account_recovery_changes_recovery_id"),
        sa.PrimaryKeyConstraint("id", name="pk_account_recovery_changes"),
    )
    op.create_index("ix_account_recovery_changes_recovery_id", "account_recovery_changes", ["recovery_id", "at"], unique=False)
    op.execute(
        "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON account_recovery_changes FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("account_recovery_changes")
    op.drop_table("account_recoveries")
    op.drop_column("logins", "end_reason")
    op.drop_column("logins", "ended_at")
    op.drop_constraint(op.f("ck_accounts_merged_is_closed"), "accounts", type_="check")
    op.drop_constraint("fk_accounts_merged_into_id", "accounts", type_="foreignkey")
    op.drop_column("accounts", "merged_into_id")
    op.drop_column("accounts", "closed_reason")
    op.drop_column("accounts", "closed_at")
