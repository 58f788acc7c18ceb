"""Add corrections of names and identity numbers.

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "identity_corrections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False, comment="where the person lives, whose community decides"),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("proof", sa.String(40), nullable=False),
        sa.Column("of_name", sa.Boolean(), nullable=False),
        sa.Column("of_id_number", sa.Boolean(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary()),
        sa.Column("id_number_sealed", sa.LargeBinary()),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), comment="the account of the first officer; a second one agrees"),
        sa.CheckConstraint("of_name OR of_id_number", name="of_something"),
        sa.CheckConstraint("status = 'proposed' OR num_nonnulls(name_sealed, id_number_sealed) = 0", name="decided_keeps_nothing"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_identity_corrections_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_identity_corrections"),
    )
    op.create_index(
        "uq_identity_corrections_open", "identity_corrections", ["person_id"], unique=True, postgresql_where="status = 'proposed'"
    )
    op.create_index("ix_identity_corrections_person_id", "identity_corrections", ["person_id", "id"])
    op.create_index("ix_identity_corrections_area_path", "identity_corrections", ["area_path", "status", "id"])

    op.create_table(
        "identity_correction_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("correction_id", sa.Uuid(), nullable=False),
        sa.Column("from_status", sa.String(40)),
        sa.Column("to_status", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["correction_id"], ["identity_corrections.id"], name="fk_identity_correction_changes_correction_id"),
        sa.PrimaryKeyConstraint("id", name="pk_identity_correction_changes"),
    )
    op.create_index("ix_identity_correction_changes_correction_id", "identity_correction_changes", ["correction_id", "at"])
    triggers.written_once("identity_correction_changes")


def downgrade() -> None:
    op.drop_table("identity_correction_changes")
    op.drop_table("identity_corrections")
