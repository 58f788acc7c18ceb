"""Add past activities that were entered afterwards, and mark their records.

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "service_records",
        sa.Column(
            "late_entry",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="of an activity that was entered afterwards",
        ),
    )
    op.create_table(
        "late_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("place_in_words", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="why it was not published"),
        sa.Column("proven_by", sa.Text(), nullable=False, comment="what proves it, and where that is kept"),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Uuid()),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("shift_id", sa.Uuid(), comment="where its records stand, once it is approved"),
        sa.CheckConstraint("ends_at > starts_at", name="window_goes_forward"),
        sa.CheckConstraint("(status = 'approved') = (shift_id IS NOT NULL)", name="approved_has_shift"),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_late_entries_area_id"),
        sa.ForeignKeyConstraint(["entered_by"], ["accounts.id"], name="fk_late_entries_entered_by"),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name="fk_late_entries_shift_id"),
        sa.PrimaryKeyConstraint("id", name="pk_late_entries"),
    )
    op.create_index("ix_late_entries_area_path", "late_entries", ["area_path", "status", "id"])
    op.create_index("ix_late_entries_status", "late_entries", ["status", "id"])
    op.create_index("uq_late_entries_shift", "late_entries", ["shift_id"], unique=True, postgresql_where="shift_id IS NOT NULL")
    op.create_table(
        "late_entry_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("from_status", sa.String(40)),
        sa.Column("to_status", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["entry_id"], ["late_entries.id"], name="fk_late_entry_changes_entry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_late_entry_changes"),
    )
    op.create_index("ix_late_entry_changes_entry_id", "late_entry_changes", ["entry_id", "at"])
    triggers.written_once("late_entry_changes")
    op.create_table(
        "late_entry_people",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 1 AND 1440", name="minutes_of_a_day"),
        sa.ForeignKeyConstraint(["entry_id"], ["late_entries.id"], name="fk_late_entry_people_entry_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_late_entry_people_person_id"),
        sa.PrimaryKeyConstraint("entry_id", "person_id", name="pk_late_entry_people"),
    )
    op.create_index("ix_late_entry_people_person_id", "late_entry_people", ["person_id"])


def downgrade() -> None:
    op.drop_table("late_entry_people")
    op.drop_table("late_entry_changes")
    op.drop_table("late_entries")
    op.drop_column("service_records", "late_entry")
