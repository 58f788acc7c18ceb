"""Add teams.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CURRENT = "superseded_at IS NULL AND NOT void"


def upgrade() -> None:
    op.create_table(
        "teams",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("leader_person_id", sa.Uuid(), nullable=False),
        sa.Column("charter", sa.Text(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("founded_on", sa.Date(), comment="the day it became active"),
        sa.Column("dissolved_on", sa.Date()),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_by", sa.Uuid()),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_teams_area_id"),
        sa.ForeignKeyConstraint(["leader_person_id"], ["people.id"], name="fk_teams_leader_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_teams"),
    )
    op.create_index("ix_teams_area_path", "teams", ["area_path", "status", "id"])
    op.create_index("ix_teams_leader", "teams", ["leader_person_id"])
    op.create_index("ix_teams_status", "teams", ["status", "id"])
    op.create_index("uq_teams_name", "teams", ["area_path", "name"], unique=True, postgresql_where="status IN ('applied', 'active')")

    op.create_table(
        "team_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("from_status", sa.String(40)),
        sa.Column("to_status", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_team_changes_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_team_changes"),
    )
    op.create_index("ix_team_changes_team_id", "team_changes", ["team_id", "at"])
    triggers.written_once("team_changes")

    op.create_table(
        "team_join_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("message", sa.Text()),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_team_join_requests_person_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_team_join_requests_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_team_join_requests"),
    )
    op.create_index("ix_team_join_requests_person_id", "team_join_requests", ["person_id", "id"])
    op.create_index("ix_team_join_requests_team_id", "team_join_requests", ["team_id", "status", "id"])
    op.create_index(
        "uq_team_join_requests_open", "team_join_requests", ["team_id", "person_id"], unique=True, postgresql_where="status = 'asked'"
    )

    op.create_table(
        "team_memberships",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False, comment="the team's community: where the membership counts"),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date()),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="left_after_joined"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_team_memberships_person_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_team_memberships_team_id"),
        sa.PrimaryKeyConstraint("id", name="pk_team_memberships"),
    )
    op.create_index("ix_team_memberships_area_path", "team_memberships", ["area_path", "id"], postgresql_where=CURRENT)
    op.create_index("ix_team_memberships_fact_id", "team_memberships", ["fact_id"])
    op.create_index("ix_team_memberships_person_id", "team_memberships", ["person_id"], postgresql_where=CURRENT)
    op.create_index(
        "uq_team_memberships_member",
        "team_memberships",
        ["team_id", "person_id"],
        unique=True,
        postgresql_where=f"{CURRENT} AND left_on IS NULL",
    )
    triggers.revised_only("team_memberships")


def downgrade() -> None:
    op.drop_table("team_memberships")
    op.drop_table("team_join_requests")
    op.drop_table("team_changes")
    op.drop_table("teams")
