"""Add openings.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "openings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False, comment="how lists of claims and shifts call it; says nothing of a beneficiary"),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("claimant_kinds", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("requester_person_id", sa.Uuid(), comment="who asked for it, and so sees who claims"),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name="window_goes_forward"),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_openings_area_id"),
        sa.ForeignKeyConstraint(["requester_person_id"], ["people.id"], name="fk_openings_requester_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_openings"),
    )
    op.create_index("ix_openings_area_path", "openings", ["area_path", "id"])

    op.create_table(
        "opening_roles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slots", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("slots BETWEEN 1 AND 10000", name="slots_sensible"),
        sa.CheckConstraint("taken BETWEEN 0 AND slots", name="taken_within_slots"),
        sa.ForeignKeyConstraint(["opening_id"], ["openings.id"], name="fk_opening_roles_opening_id"),
        sa.PrimaryKeyConstraint("id", name="pk_opening_roles"),
    )
    op.create_index("ix_opening_roles_opening_id", "opening_roles", ["opening_id"])

    op.create_table(
        "claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid()),
        sa.Column("work_unit_id", sa.Uuid()),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.Uuid()),
        sa.Column("released_at", sa.DateTime(timezone=True), comment="when its place was given back"),
        sa.CheckConstraint("num_nonnulls(team_id, organisation_id, work_unit_id, person_id) = 1", name="exactly_one_claimant"),
        sa.CheckConstraint("(status = 'held') = (released_at IS NULL)", name="held_until_released"),
        sa.CheckConstraint("released_at >= claimed_at", name="released_after_claimed"),
        sa.ForeignKeyConstraint(["opening_id"], ["openings.id"], name="fk_claims_opening_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_claims_organisation_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_claims_person_id"),
        sa.ForeignKeyConstraint(["role_id"], ["opening_roles.id"], name="fk_claims_role_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_claims_team_id"),
        sa.ForeignKeyConstraint(["work_unit_id"], ["work_units.id"], name="fk_claims_work_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_claims"),
    )
    op.create_index("ix_claims_opening_id", "claims", ["opening_id", "id"])
    op.create_index("ix_claims_organisation_id", "claims", ["organisation_id", "id"], postgresql_where="organisation_id IS NOT NULL")
    op.create_index("ix_claims_person_id", "claims", ["person_id", "id"], postgresql_where="person_id IS NOT NULL")
    op.create_index("ix_claims_role_id", "claims", ["role_id"], postgresql_where="released_at IS NULL")
    op.create_index("ix_claims_team_id", "claims", ["team_id", "id"], postgresql_where="team_id IS NOT NULL")
    op.create_index("ix_claims_work_unit_id", "claims", ["work_unit_id", "id"], postgresql_where="work_unit_id IS NOT NULL")
    op.create_index(
        "uq_claims_held",
        "claims",
        ["opening_id", "team_id", "organisation_id", "work_unit_id", "person_id"],
        unique=True,
        postgresql_where="released_at IS NULL",
        postgresql_nulls_not_distinct=True,
    )

    op.create_table(
        "claim_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("from_status", sa.String(40)),
        sa.Column("to_status", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_claim_changes_claim_id"),
        sa.PrimaryKeyConstraint("id", name="pk_claim_changes"),
    )
    op.create_index("ix_claim_changes_claim_id", "claim_changes", ["claim_id", "at"])
    triggers.written_once("claim_changes")


def downgrade() -> None:
    op.drop_table("claim_changes")
    op.drop_table("claims")
    op.drop_table("opening_roles")
    op.drop_table("openings")
