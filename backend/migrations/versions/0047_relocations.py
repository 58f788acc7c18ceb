"""Add people's own wishes to move to another community.

Revision ID: 0047
Revises: 0046
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "relocations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("from_area_id", sa.Uuid(), nullable=False, comment="where they lived when they asked"),
        sa.Column("from_path", sa.Text(collation="C"), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False, comment="the community that decides"),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("(status = 'asked') = (decided_at IS NULL)", name="decided_has_instant"),
        sa.CheckConstraint("area_path <> from_path", name="goes_somewhere"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_relocations_person_id"),
        sa.ForeignKeyConstraint(["from_area_id"], ["areas.id"], name="fk_relocations_from_area_id"),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_relocations_area_id"),
        sa.PrimaryKeyConstraint("id", name="pk_relocations"),
    )
    op.create_index("uq_relocations_open", "relocations", ["person_id"], unique=True, postgresql_where="status = 'asked'")
    op.create_index("ix_relocations_person_id", "relocations", ["person_id", "id"])
    op.create_index("ix_relocations_area_path", "relocations", ["area_path", "status", "id"])
    op.create_table(
        "relocation_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("relocation_id", sa.Uuid(), nullable=False),
        sa.Column("from_status", sa.String(40)),
        sa.Column("to_status", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["relocation_id"], ["relocations.id"], name="fk_relocation_changes_relocation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_relocation_changes"),
    )
    op.create_index("ix_relocation_changes_relocation_id", "relocation_changes", ["relocation_id", "at"])
    triggers.written_once("relocation_changes")


def downgrade() -> None:
    op.drop_table("relocation_changes")
    op.drop_table("relocations")
