"""Add people.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CURRENT = "superseded_at IS NULL AND NOT void"


def upgrade() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("id_number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id_number_index", sa.LargeBinary(), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(40), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary()),
        sa.Column("phone_index", sa.LargeBinary()),
        sa.Column("area_id", sa.Uuid(), nullable=False, comment="the community of residence"),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_people_area_id"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_index("ix_people_area_path", "people", ["area_path", "id"])
    op.create_index("ix_people_phone", "people", ["phone_index"])
    op.create_index("uq_people_id_number", "people", ["id_number_index"], unique=True)

    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("guardian_person_id", sa.Uuid(), comment="who agreed for a minor"),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.ForeignKeyConstraint(["guardian_person_id"], ["people.id"], name="fk_consents_guardian_person_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_consents_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_fact_id", "consents", ["fact_id"])
    op.create_index("uq_consents_given", "consents", ["person_id", "notice", "version"], unique=True, postgresql_where=CURRENT)
    triggers.revised_only("consents")

    op.create_table(
        "guardianships",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ward_person_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_person_id", sa.Uuid(), nullable=False),
        sa.Column("relation", sa.String(40), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date()),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= since", name="ended_after_since"),
        sa.CheckConstraint("ward_person_id <> guardian_person_id", name="two_persons"),
        sa.ForeignKeyConstraint(["guardian_person_id"], ["people.id"], name="fk_guardianships_guardian_person_id"),
        sa.ForeignKeyConstraint(["ward_person_id"], ["people.id"], name="fk_guardianships_ward_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_guardianships"),
    )
    op.create_index("ix_guardianships_fact_id", "guardianships", ["fact_id"])
    op.create_index("ix_guardianships_guardian", "guardianships", ["guardian_person_id", "id"])
    op.create_index(
        "uq_guardianships_held",
        "guardianships",
        ["ward_person_id", "guardian_person_id"],
        unique=True,
        postgresql_where=f"{CURRENT} AND ended_on IS NULL",
    )
    triggers.revised_only("guardianships")


def downgrade() -> None:
    op.drop_table("guardianships")
    op.drop_table("consents")
    op.drop_table("people")
