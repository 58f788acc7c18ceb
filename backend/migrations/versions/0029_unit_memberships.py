"""Add where Party members worked, as dated facts; who is a member already has worked there since they registered.

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

CURRENT = "superseded_at IS NULL AND NOT void"
_AS_REGISTERED = """
INSERT INTO unit_memberships (id, fact_id, recorded_at, void, person_id, work_unit_id, party_organisation_name, joined_on)
SELECT id, id, created_at, false, person_id, work_unit_id, party_organisation_name,
    CAST(timezone('Asia/Shanghai', least(created_at, (
        SELECT min(applied_at) FROM member_registrations WHERE party_member_id = party_members.id))) AS date)
FROM party_members
"""


def upgrade() -> None:
    op.create_table(
        "unit_memberships",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("work_unit_id", sa.Uuid(), nullable=False),
        sa.Column("party_organisation_name", sa.Text(), nullable=False, comment="单位党组织, as the member gave it"),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date()),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.CheckConstraint("left_on IS NULL OR left_on >= joined_on", name="left_after_joined"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_unit_memberships_person_id"),
        sa.ForeignKeyConstraint(["work_unit_id"], ["work_units.id"], name="fk_unit_memberships_work_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unit_memberships"),
    )
    op.create_index("ix_unit_memberships_fact_id", "unit_memberships", ["fact_id"])
    op.create_index("ix_unit_memberships_person_id", "unit_memberships", ["person_id"], postgresql_where=CURRENT)
    op.create_index("ix_unit_memberships_work_unit_id", "unit_memberships", ["work_unit_id", "person_id"], postgresql_where=CURRENT)
    op.create_index(
        "uq_unit_memberships_member", "unit_memberships", ["person_id"], unique=True, postgresql_where=f"{CURRENT} AND left_on IS NULL"
    )
    op.execute(_AS_REGISTERED)
    triggers.revised_only("unit_memberships")


def downgrade() -> None:
    op.drop_table("unit_memberships")
