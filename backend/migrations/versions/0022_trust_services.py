"""Add to services what trust asks: seats of a place, the minutes that a confirmation stands for, and flags that somebody must clear.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import checks, triggers

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_EARLY_AND_LATE = "how early one may sign in and how late one may sign out"
_COUNTED = "before the start and after the end; minutes within it count"


def upgrade() -> None:
    op.alter_column("shifts", "grace_minutes", comment=_EARLY_AND_LATE, existing_comment=_COUNTED)
    op.add_column(
        "attendances",
        sa.Column("seat", sa.BigInteger(), comment="which of the people of the claim's place; empty where the opening sets no number"),
    )
    checks.add("seat_sensible", "attendances", "seat >= 1")
    op.add_column(
        "service_confirmations",
        sa.Column("most_minutes", sa.BigInteger(), comment="so many of the record's minutes count; all where it is empty"),
    )
    checks.add("most_minutes_sensible", "service_confirmations", "most_minutes >= 0")
    op.create_table(
        "service_flags",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_fact_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("id", name="pk_service_flags"),
    )
    op.create_index("ix_service_flags_fact_id", "service_flags", ["fact_id"])
    op.create_index("ix_service_flags_record", "service_flags", ["record_fact_id"])
    op.create_index(
        "uq_service_flags_record",
        "service_flags",
        ["record_fact_id", "kind"],
        unique=True,
        postgresql_where="superseded_at IS NULL AND NOT void",
    )
    triggers.revised_only("service_flags")


def downgrade() -> None:
    op.drop_table("service_flags")
    op.drop_constraint("ck_service_confirmations_most_minutes_sensible", "service_confirmations")
    op.drop_column("service_confirmations", "most_minutes")
    op.drop_constraint("ck_attendances_seat_sensible", "attendances")
    op.drop_column("attendances", "seat")
    op.alter_column("shifts", "grace_minutes", comment=_COUNTED, existing_comment=_EARLY_AND_LATE)
