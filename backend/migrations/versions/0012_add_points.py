"""Add points.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_transactions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False, comment="a block of config/points.toml"),
        sa.Column(
            "source", sa.Text(), nullable=False, comment="what it was booked for: a record's fact_id, or person × brand for a 'first' rule"
        ),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False, comment="what the person's account moved by; its entries hold the two sides"),
        sa.Column("counts_on", sa.Date(), nullable=False, comment="the day whose year and month it counts in"),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False, comment="the community it counts in"),
        sa.Column("reason", sa.Text(), nullable=False, comment="one Chinese sentence for the person"),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_ledger_transactions_person_id"),
        sa.ForeignKeyConstraint(["reverses_id"], ["ledger_transactions.id"], name="fk_ledger_transactions_reverses_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_transactions"),
    )
    op.create_index("ix_ledger_transactions_area_path", "ledger_transactions", ["area_path", "counts_on", "id"], unique=False)
    op.create_index("ix_ledger_transactions_person_id", "ledger_transactions", ["person_id", "booked_at", "id"], unique=False)
    op.create_index(
        "uq_ledger_transactions_reverses", "ledger_transactions", ["reverses_id"], unique=True, postgresql_where="reverses_id IS NOT NULL"
    )
    op.create_index(
        "uq_ledger_transactions_rule_source_turn",
        "ledger_transactions",
        ["rule", "source", "turn"],
        unique=True,
        postgresql_where="reverses_id IS NULL",
    )
    op.create_table(
        "points_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("balance", sa.BigInteger(), nullable=False, comment="points; derived from the entries"),
        sa.CheckConstraint("(kind = 'person') = (person_id IS NOT NULL)", name=op.f("ck_points_accounts_person_of_its_kind")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_points_accounts_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_points_accounts"),
    )
    op.create_index("uq_points_accounts_issued", "points_accounts", ["kind"], unique=True, postgresql_where="kind = 'issued'")
    op.create_index("uq_points_accounts_person", "points_accounts", ["person_id"], unique=True, postgresql_where="person_id IS NOT NULL")
    op.create_table(
        "ledger_entries",
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("points_account_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["points_account_id"], ["points_accounts.id"], name="fk_ledger_entries_points_account_id"),
        sa.ForeignKeyConstraint(["transaction_id"], ["ledger_transactions.id"], name="fk_ledger_entries_transaction_id"),
        sa.PrimaryKeyConstraint("transaction_id", "points_account_id", name="pk_ledger_entries"),
    )
    op.create_index("ix_ledger_entries_account_id", "ledger_entries", ["points_account_id"], unique=False)
    op.execute("CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON ledger_transactions FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    op.execute("CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON ledger_entries FOR EACH ROW EXECUTE FUNCTION refuse_change()")


def downgrade() -> None:
    op.drop_index("ix_ledger_entries_account_id", table_name="ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_index("uq_points_accounts_person", table_name="points_accounts", postgresql_where="person_id IS NOT NULL")
    op.drop_index("uq_points_accounts_issued", table_name="points_accounts", postgresql_where="kind = 'issued'")
    op.drop_table("points_accounts")
    op.drop_index("uq_ledger_transactions_rule_source_turn", table_name="ledger_transactions", postgresql_where="reverses_id IS NULL")
    op.drop_index("uq_ledger_transactions_reverses", table_name="ledger_transactions", postgresql_where="reverses_id IS NOT NULL")
    op.drop_index("ix_ledger_transactions_area_path", table_name="ledger_transactions")
    op.drop_index("ix_ledger_transactions_person_id", table_name="ledger_transactions")
    op.drop_table("ledger_transactions")
