"""Guardians of minors, and who agreed for them.

Revision ID: 0040
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guardianships",
        sa.Column("ward_person_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_person_id", sa.Uuid(), nullable=False),
        sa.Column("relation", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor_account_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("ward_person_id <> guardian_person_id", name="ck_guardianships_two_persons"),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= since", name="ck_guardianships_ended_after_since"),
        sa.ForeignKeyConstraint(["ward_person_id"], ["people.id"], name="fk_guardianships_ward_person_id"),
        sa.ForeignKeyConstraint(["guardian_person_id"], ["people.id"], name="fk_guardianships_guardian_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_guardianships"),
    )
    op.create_index("ix_guardianships_fact_id", "guardianships", ["fact_id"])
    op.create_index("ix_guardianships_guardian", "guardianships", ["guardian_person_id", "id"])
    op.create_index(
        "uq_guardianships_held",
        "guardianships",
        ["ward_person_id", "guardian_person_id"],
        unique=True,
        postgresql_where="superseded_at IS NULL AND NOT void AND ended_on IS NULL",
    )
    op.execute(
        "CREATE TRIGGER refuse_fact_change BEFORE UPDATE OR DELETE ON guardianships FOR EACH ROW EXECUTE FUNCTION refuse_fact_change()"
    )
    op.add_column("consents", sa.Column("guardian_person_id", sa.Uuid(), nullable=True, comment="who agreed for a minor"))
    op.execute(
        "ALTER TABLE consents ADD CONSTRAINT fk_consents_guardian_person_id FOREIGN KEY (guardian_person_id) REFERENCES people (id) NOT VALID"
    )


def downgrade() -> None:
    op.drop_column("consents", "guardian_person_id")
    op.drop_table("guardianships")
