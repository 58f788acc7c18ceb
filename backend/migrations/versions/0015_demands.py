"""Add demands.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("demand_numbers")))

    op.create_table(
        "beneficiaries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("called", sa.Text(), nullable=False, comment="how lists call them: 王奶奶"),
        sa.Column("born_in", sa.BigInteger(), comment="year of birth"),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary()),
        sa.Column("contact_note", sa.Text(), comment="how to visit: 听力不好，请多敲几声"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_beneficiaries_area_id"),
        sa.PrimaryKeyConstraint("id", name="pk_beneficiaries"),
    )
    op.create_index("ix_beneficiaries_area_path", "beneficiaries", ["area_path", "id"])

    op.create_table(
        "demands",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("requester_person_id", sa.Uuid(), comment="who confirms the service, besides the community"),
        sa.Column("beneficiary_id", sa.Uuid()),
        sa.Column("submitted_by", sa.Uuid()),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("places", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True)),
        sa.Column("ends_at", sa.DateTime(timezone=True)),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("opening_id", sa.Uuid()),
        sa.CheckConstraint("places BETWEEN 1 AND 10000", name="places_sensible"),
        sa.CheckConstraint(
            "(status IN ('published', 'completed', 'cancelled')) = (published_at IS NOT NULL)", name="published_has_instant"
        ),
        sa.CheckConstraint("ends_at > starts_at", name="window_goes_forward"),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_demands_area_id"),
        sa.ForeignKeyConstraint(["beneficiary_id"], ["beneficiaries.id"], name="fk_demands_beneficiary_id"),
        sa.ForeignKeyConstraint(["opening_id"], ["openings.id"], name="fk_demands_opening_id"),
        sa.ForeignKeyConstraint(["requester_person_id"], ["people.id"], name="fk_demands_requester_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_demands"),
        sa.UniqueConstraint("number", name="uq_demands_number"),
        sa.UniqueConstraint("opening_id", name="uq_demands_opening_id"),
    )
    op.create_index("ix_demands_area_path", "demands", ["area_path", "status", "id"])
    op.create_index("ix_demands_published", "demands", ["published_at", "id"], postgresql_where="status = 'published'")
    op.create_index("ix_demands_requester", "demands", ["requester_person_id", "id"], postgresql_where="requester_person_id IS NOT NULL")
    op.create_index("ix_demands_status", "demands", ["status", "id"])
    op.create_index("ix_demands_submitted_by", "demands", ["submitted_by", "id"])

    op.create_table(
        "demand_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("on_behalf_of", sa.Uuid(), comment="for whom a proxy took the step"),
        sa.Column("from_status", sa.String(40)),
        sa.Column("to_status", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name="fk_demand_changes_demand_id"),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["people.id"], name="fk_demand_changes_on_behalf_of"),
        sa.PrimaryKeyConstraint("id", name="pk_demand_changes"),
    )
    op.create_index("ix_demand_changes_demand_id", "demand_changes", ["demand_id", "at"])
    triggers.written_once("demand_changes")


def downgrade() -> None:
    op.drop_table("demand_changes")
    op.drop_table("demands")
    op.drop_table("beneficiaries")
    op.execute(sa.schema.DropSequence(sa.Sequence("demand_numbers")))
