"""Add registration.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

CURRENT = "superseded_at IS NULL AND NOT void"


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("registration_receipt_numbers")))

    op.create_table(
        "member_registrations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("party_member_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("skills", sa.Text(), comment="专业特长"),
        sa.Column("receipt_number", sa.Text(), comment="回执编号, given on acceptance"),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_on", sa.Date()),
        sa.Column("ended_on", sa.Date()),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.CheckConstraint("(status IN ('accepted', 'ended')) = (accepted_on IS NOT NULL)", name="accepted_has_day"),
        sa.CheckConstraint("ended_on >= accepted_on", name="ended_after_accepted"),
        sa.CheckConstraint("(status = 'ended') = (ended_on IS NOT NULL)", name="ended_has_day"),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_member_registrations_area_id"),
        sa.ForeignKeyConstraint(["party_member_id"], ["party_members.id"], name="fk_member_registrations_party_member_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_member_registrations_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_member_registrations"),
    )
    op.create_index("ix_member_registrations_area_path", "member_registrations", ["area_path", "status", "id"], postgresql_where=CURRENT)
    op.create_index("ix_member_registrations_fact_id", "member_registrations", ["fact_id"])
    op.create_index("ix_member_registrations_person_id", "member_registrations", ["person_id", "id"], postgresql_where=CURRENT)
    op.create_index("ix_member_registrations_status", "member_registrations", ["status", "id"], postgresql_where=CURRENT)
    op.create_index(
        "uq_member_registrations_active",
        "member_registrations",
        ["person_id"],
        unique=True,
        postgresql_where=f"{CURRENT} AND status IN ('applied', 'accepted')",
    )
    triggers.revised_only("member_registrations")


def downgrade() -> None:
    op.drop_table("member_registrations")
    op.execute(sa.schema.DropSequence(sa.Sequence("registration_receipt_numbers")))
