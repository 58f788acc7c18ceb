"""Add registration.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("registration_receipt_numbers")))
    op.create_table(
        "member_registrations",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("party_member_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("skills", sa.Text(), nullable=True, comment="专业特长"),
        sa.Column("receipt_number", sa.Text(), nullable=True, comment="回执编号, given on acceptance"),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor_account_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(status = 'ended') = (ended_on IS NOT NULL)", name=op.f("ck_member_registrations_ended_has_day")),
        sa.CheckConstraint(
            "(status IN ('accepted', 'ended')) = (accepted_on IS NOT NULL)", name=op.f("ck_member_registrations_accepted_has_day")
        ),
        sa.CheckConstraint("ended_on >= accepted_on", name=op.f("ck_member_registrations_ended_after_accepted")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_member_registrations_area_id"),
        sa.ForeignKeyConstraint(["party_member_id"], ["party_members.id"], name="fk_member_registrations_party_member_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_member_registrations_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_member_registrations"),
    )
    op.create_index(
        "ix_member_registrations_area_path",
        "member_registrations",
        ["area_path", "status", "id"],
        unique=False,
        postgresql_where="superseded_at IS NULL AND NOT void",
    )
    op.create_index("ix_member_registrations_fact_id", "member_registrations", ["fact_id"], unique=False)
    op.create_index(
        "ix_member_registrations_person_id",
        "member_registrations",
        ["person_id", "id"],
        unique=False,
        postgresql_where="superseded_at IS NULL AND NOT void",
    )
    op.create_index(
        "uq_member_registrations_active",
        "member_registrations",
        ["person_id"],
        unique=True,
        postgresql_where="superseded_at IS NULL AND NOT void AND status IN ('applied', 'accepted')",
    )
    op.execute(
        "CREATE TRIGGER refuse_fact_change BEFORE UPDATE OR DELETE ON member_registrations FOR EACH ROW EXECUTE FUNCTION refuse_fact_change()"
    )


def downgrade() -> None:
    op.drop_index(
        "uq_member_registrations_active",
        table_name="member_registrations",
        postgresql_where="superseded_at IS NULL AND NOT void AND status IN ('applied', 'accepted')",
    )
    op.drop_index(
        "ix_member_registrations_person_id", table_name="member_registrations", postgresql_where="superseded_at IS NULL AND NOT void"
    )
    op.drop_index("ix_member_registrations_fact_id", table_name="member_registrations")
    op.drop_index(
        "ix_member_registrations_area_path", table_name="member_registrations", postgresql_where="superseded_at IS NULL AND NOT void"
    )
    op.drop_table("member_registrations")
    op.execute(sa.schema.DropSequence(sa.Sequence("registration_receipt_numbers")))
