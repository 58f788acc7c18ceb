"""Add organisations.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CURRENT = "superseded_at IS NULL AND NOT void"


def upgrade() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(40), nullable=False),
        sa.Column("filing", sa.String(40), nullable=False),
        sa.Column("credit_code", sa.Text()),
        sa.Column("record_number", sa.Text(), comment="备案编号, given by the community"),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("officer_person_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("counted_on", sa.Date(), comment="the day it was verified as introduced or incubated; counts from then"),
        sa.Column("ended_on", sa.Date()),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_by", sa.Uuid()),
        sa.CheckConstraint(
            "CASE filing WHEN 'registered' THEN credit_code IS NOT NULL WHEN 'on_record' THEN record_number IS NOT NULL ELSE false END",
            name="number_of_its_filing",
        ),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_organisations_area_id"),
        sa.ForeignKeyConstraint(["officer_person_id"], ["people.id"], name="fk_organisations_officer_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
    )
    op.create_index("ix_organisations_area_path", "organisations", ["area_path", "status", "id"])
    op.create_index("ix_organisations_status", "organisations", ["status", "id"])
    op.create_index(
        "uq_organisations_credit_code", "organisations", ["credit_code"], unique=True, postgresql_where="status IN ('applied', 'verified')"
    )
    op.create_index(
        "uq_organisations_record_number",
        "organisations",
        ["area_path", "record_number"],
        unique=True,
        postgresql_where="status IN ('applied', 'verified')",
    )

    op.create_table(
        "organisation_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("from_status", sa.String(40)),
        sa.Column("to_status", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_organisation_changes_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_organisation_changes"),
    )
    op.create_index("ix_organisation_changes_organisation_id", "organisation_changes", ["organisation_id", "at"])
    triggers.written_once("organisation_changes")

    op.create_table(
        "organisation_staff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("is_officer", sa.Boolean(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date()),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="left_after_joined"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_organisation_staff_organisation_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_organisation_staff_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_organisation_staff"),
    )
    op.create_index("ix_organisation_staff_fact_id", "organisation_staff", ["fact_id"])
    op.create_index("ix_organisation_staff_person_id", "organisation_staff", ["person_id"], postgresql_where=CURRENT)
    op.create_index(
        "uq_organisation_staff_person",
        "organisation_staff",
        ["organisation_id", "person_id"],
        unique=True,
        postgresql_where=f"{CURRENT} AND left_on IS NULL",
    )
    triggers.revised_only("organisation_staff")


def downgrade() -> None:
    op.drop_table("organisation_staff")
    op.drop_table("organisation_changes")
    op.drop_table("organisations")
