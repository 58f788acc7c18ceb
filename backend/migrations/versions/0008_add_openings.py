"""Add openings.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
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
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("claimant_kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_openings_window_goes_forward")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_openings_area_id"),
        sa.PrimaryKeyConstraint("id", name="pk_openings"),
    )
    op.create_index("ix_openings_area_path", "openings", ["area_path", "id"], unique=False)
    op.create_table(
        "opening_roles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slots", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("slots BETWEEN 1 AND 10000", name=op.f("ck_opening_roles_slots_sensible")),
        sa.CheckConstraint("taken BETWEEN 0 AND slots", name=op.f("ck_opening_roles_taken_within_slots")),
        sa.ForeignKeyConstraint(["opening_id"], ["openings.id"], name="fk_opening_roles_opening_id"),
        sa.PrimaryKeyConstraint("id", name="pk_opening_roles"),
    )
    op.create_index("ix_opening_roles_opening_id", "opening_roles", ["opening_id"], unique=False)
    op.create_table(
        "claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("work_unit_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.Uuid(), nullable=True),
        sa.Column(
            "in_service_since",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="the first sign-in on it; from then on it is not released",
        ),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'released') = (released_at IS NOT NULL)", name=op.f("ck_claims_released_has_instant")),
        sa.CheckConstraint(
            "num_nonnulls(team_id, organisation_id, work_unit_id, person_id) = 1", name=op.f("ck_claims_exactly_one_claimant")
        ),
        sa.CheckConstraint("released_at >= claimed_at", name=op.f("ck_claims_released_after_claimed")),
        sa.CheckConstraint("released_at IS NULL OR in_service_since IS NULL", name=op.f("ck_claims_in_service_not_released")),
        sa.ForeignKeyConstraint(["opening_id"], ["openings.id"], name="fk_claims_opening_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_claims_organisation_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_claims_person_id"),
        sa.ForeignKeyConstraint(["role_id"], ["opening_roles.id"], name="fk_claims_role_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_claims_team_id"),
        sa.ForeignKeyConstraint(["work_unit_id"], ["work_units.id"], name="fk_claims_work_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_claims"),
    )
    op.create_index("ix_claims_opening_id", "claims", ["opening_id", "id"], unique=False)
    op.create_index(
        "ix_claims_organisation_id", "claims", ["organisation_id", "id"], unique=False, postgresql_where="organisation_id IS NOT NULL"
    )
    op.create_index("ix_claims_person_id", "claims", ["person_id", "id"], unique=False, postgresql_where="person_id IS NOT NULL")
    op.create_index("ix_claims_role_id", "claims", ["role_id"], unique=False, postgresql_where="released_at IS NULL")
    op.create_index("ix_claims_team_id", "claims", ["team_id", "id"], unique=False, postgresql_where="team_id IS NOT NULL")
    op.create_index("ix_claims_work_unit_id", "claims", ["work_unit_id", "id"], unique=False, postgresql_where="work_unit_id IS NOT NULL")
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
        sa.Column("from_status", sa.String(length=40), nullable=True),
        sa.Column("to_status", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_account_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_claim_changes_claim_id"),
        sa.PrimaryKeyConstraint("id", name="pk_claim_changes"),
    )
    op.create_index("ix_claim_changes_claim_id", "claim_changes", ["claim_id", "at"], unique=False)
    op.execute("CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON claim_changes FOR EACH ROW EXECUTE FUNCTION refuse_change()")


def downgrade() -> None:
    op.drop_index("ix_claim_changes_claim_id", table_name="claim_changes")
    op.drop_table("claim_changes")
    op.drop_index("uq_claims_held", table_name="claims", postgresql_where="released_at IS NULL", postgresql_nulls_not_distinct=True)
    op.drop_index("ix_claims_work_unit_id", table_name="claims", postgresql_where="work_unit_id IS NOT NULL")
    op.drop_index("ix_claims_team_id", table_name="claims", postgresql_where="team_id IS NOT NULL")
    op.drop_index("ix_claims_role_id", table_name="claims", postgresql_where="released_at IS NULL")
    op.drop_index("ix_claims_person_id", table_name="claims", postgresql_where="person_id IS NOT NULL")
    op.drop_index("ix_claims_opening_id", table_name="claims")
    op.drop_index("ix_claims_organisation_id", table_name="claims", postgresql_where="organisation_id IS NOT NULL")
    op.drop_table("claims")
    op.drop_index("ix_opening_roles_opening_id", table_name="opening_roles")
    op.drop_table("opening_roles")
    op.drop_index("ix_openings_area_path", table_name="openings")
    op.drop_table("openings")
