"""Add party.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "party_organisations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("parent_id", sa.Uuid()),
        sa.Column("area_path", sa.Text(collation="C")),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["party_organisations.id"], name="fk_party_organisations_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_party_organisations"),
    )
    op.create_index("ix_party_organisations_area_path", "party_organisations", ["area_path"])
    op.create_index("ix_party_organisations_parent_id", "party_organisations", ["parent_id"])

    op.create_table(
        "work_units",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("credit_code", sa.Text()),
        sa.Column("nature", sa.String(40), nullable=False),
        sa.Column("party_organisation_id", sa.Uuid()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["party_organisation_id"], ["party_organisations.id"], name="fk_work_units_party_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_work_units"),
        sa.UniqueConstraint("credit_code", name="uq_work_units_credit_code"),
    )
    op.create_index("ix_work_units_name", "work_units", ["name", "id"])

    op.create_table(
        "party_members",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "party_organisation_name", sa.Text(), nullable=False, comment="as the member gave it, until the unit's tree is on the platform"
        ),
        sa.Column("party_organisation_id", sa.Uuid()),
        sa.Column("work_unit_id", sa.Uuid(), nullable=False),
        sa.Column("joined_party_on", sa.Date()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["party_organisation_id"], ["party_organisations.id"], name="fk_party_members_party_organisation_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_party_members_person_id"),
        sa.ForeignKeyConstraint(["work_unit_id"], ["work_units.id"], name="fk_party_members_work_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_party_members"),
        sa.UniqueConstraint("person_id", name="uq_party_members_person_id"),
    )
    op.create_index("ix_party_members_work_unit_id", "party_members", ["work_unit_id"])


def downgrade() -> None:
    op.drop_table("party_members")
    op.drop_table("work_units")
    op.drop_table("party_organisations")
