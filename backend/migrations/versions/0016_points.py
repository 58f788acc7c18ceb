"""Add points.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "points_accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("balance", sa.BigInteger(), nullable=False, comment="points; derived from the entries"),
        sa.CheckConstraint("(kind = 'person') = (person_id IS NOT NULL)", name="person_of_its_kind"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_points_accounts_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_points_accounts"),
    )
    op.create_index("uq_points_accounts_issued", "points_accounts", ["kind"], unique=True, postgresql_where="kind = 'issued'")
    op.create_index("uq_points_accounts_person", "points_accounts", ["person_id"], unique=True, postgresql_where="person_id IS NOT NULL")

    op.create_table(
        "ledger_transactions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False, comment="a block of config/points.toml"),
        sa.Column(
            "source", sa.Text(), nullable=False, comment="what it was booked for: a record's fact_id, or person × brand for a 'first' rule"
        ),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("reverses_id", sa.Uuid()),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False, comment="what the person's account moved by; its entries hold the two sides"),
        sa.Column("fact_amount", sa.BigInteger(), nullable=False, comment="of the fact that earned it: minutes, or 1"),
        sa.Column("counts_on", sa.Date(), nullable=False, comment="the day whose year and month it counts in"),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False, comment="the community it counts in"),
        sa.Column("reason", sa.Text(), nullable=False, comment="one Chinese sentence for the person"),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_ledger_transactions_person_id"),
        sa.ForeignKeyConstraint(["reverses_id"], ["ledger_transactions.id"], name="fk_ledger_transactions_reverses_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_transactions"),
    )
    op.create_index("ix_ledger_transactions_area_path", "ledger_transactions", ["area_path", "counts_on", "id"])
    op.create_index("ix_ledger_transactions_person_id", "ledger_transactions", ["person_id", "booked_at", "id"])
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
    triggers.written_once("ledger_transactions")

    op.create_table(
        "ledger_entries",
        sa.Column("transaction_id", sa.Uuid(), nullable=False),
        sa.Column("points_account_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["points_account_id"], ["points_accounts.id"], name="fk_ledger_entries_points_account_id"),
        sa.ForeignKeyConstraint(["transaction_id"], ["ledger_transactions.id"], name="fk_ledger_entries_transaction_id"),
        sa.PrimaryKeyConstraint("transaction_id", "points_account_id", name="pk_ledger_entries"),
    )
    op.create_index("ix_ledger_entries_account_id", "ledger_entries", ["points_account_id"])
    triggers.written_once("ledger_entries")


def downgrade() -> None:
    op.drop_table("ledger_entries")
    op.drop_table("ledger_transactions")
    op.drop_table("points_accounts")
