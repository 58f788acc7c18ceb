"""Add the files that prove a past activity, or why there is none.

Revision ID: 0057
Revises: 0056
"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("late_entries", sa.Column("no_file_because", sa.Text(), comment="why no file proves it"))
    op.create_table(
        "late_entry_proofs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.Uuid()),
        sa.ForeignKeyConstraint(["entry_id"], ["late_entries.id"], name="fk_late_entry_proofs_entry_id"),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_late_entry_proofs_file_id"),
        sa.ForeignKeyConstraint(["added_by"], ["accounts.id"], name="fk_late_entry_proofs_added_by"),
        sa.PrimaryKeyConstraint("id", name="pk_late_entry_proofs"),
    )
    op.create_index("ix_late_entry_proofs_entry_id", "late_entry_proofs", ["entry_id", "id"])
    op.create_index("uq_late_entry_proofs_file", "late_entry_proofs", ["file_id"], unique=True)


def downgrade() -> None:
    op.drop_table("late_entry_proofs")
    op.drop_column("late_entries", "no_file_because")
