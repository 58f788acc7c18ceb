"""Add who claims without being asked about, and whom an opening lets claim uninvited.

What is published already stays open to all, as it was announced.

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_HOMES = """
UPDATE openings SET home_id = beneficiaries.id, home_path = beneficiaries.area_path
FROM demands JOIN beneficiaries ON beneficiaries.id = demands.beneficiary_id
WHERE demands.opening_id = openings.id AND openings.status = 'open'
"""


def upgrade() -> None:
    path = sa.Text(collation="C")
    op.add_column("openings", sa.Column("home_id", sa.Uuid(), comment="who is visited, where it is a visit"))
    op.add_column("openings", sa.Column("home_path", path, comment="the community or grid in which they live"))
    whom = "teams and organisations of this area claim without an invitation; empty: all do"
    op.add_column("openings", sa.Column("claimants_path", path, comment=whom))
    op.execute(_HOMES)

    op.create_table(
        "arrangements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid()),
        sa.Column("opening_id", sa.Uuid()),
        sa.Column("home_id", sa.Uuid(), comment="who is visited"),
        sa.Column("area_id", sa.Uuid(), nullable=False, comment="for which it holds, or of the home"),
        sa.Column("area_path", path, nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False, comment="the last day of the term"),
        sa.Column("ended_at", sa.DateTime(timezone=True), comment="ended before its time"),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.CheckConstraint("num_nonnulls(team_id, organisation_id) = 1", name="with_one_party"),
        sa.CheckConstraint("num_nonnulls(opening_id, home_id) <= 1", name="about_one_thing"),
        sa.CheckConstraint("ends_on >= begins_on", name="term_goes_forward"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_arrangements_team_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_arrangements_organisation_id"),
        sa.ForeignKeyConstraint(["opening_id"], ["openings.id"], name="fk_arrangements_opening_id"),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_arrangements_area_id"),
        sa.PrimaryKeyConstraint("id", name="pk_arrangements"),
    )
    op.create_index("ix_arrangements_fact_id", "arrangements", ["fact_id"])
    op.create_index("ix_arrangements_area_path", "arrangements", ["area_path", "id"])
    for party in ("team_id", "organisation_id"):
        op.create_index(f"ix_arrangements_{party}", "arrangements", [party, "id"], postgresql_where=f"{party} IS NOT NULL")
    triggers.revised_only("arrangements")


def downgrade() -> None:
    op.drop_table("arrangements")
    for column in ("claimants_path", "home_path", "home_id"):
        op.drop_column("openings", column)
