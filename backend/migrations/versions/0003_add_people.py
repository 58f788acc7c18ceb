"""Add people.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("volunteer_numbers")))
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("id_number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("id_number_index", sa.LargeBinary(), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(length=40), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True),
        sa.Column("area_id", sa.Uuid(), nullable=False, comment="the community of residence"),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_people_area_id"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_index("ix_people_area_path", "people", ["area_path", "id"], unique=False)
    op.create_index("ix_people_phone", "people", ["phone_index"], unique=False)
    op.create_index("uq_people_id_number", "people", ["id_number_index"], unique=True)
    op.create_table(
        "consents",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor_account_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_consents_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_fact_id", "consents", ["fact_id"], unique=False)
    op.create_index(
        "uq_consents_given",
        "consents",
        ["person_id", "notice", "version"],
        unique=True,
        postgresql_where="superseded_at IS NULL AND NOT void",
    )
    op.create_table(
        "volunteers",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False, comment="志愿者编号"),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor_account_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("left_on IS NULL OR left_on >= registered_on", name=op.f("ck_volunteers_left_after_registered")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_volunteers_area_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_volunteers_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_volunteers"),
    )
    op.create_index(
        "ix_volunteers_area_path",
        "volunteers",
        ["area_path", "registered_on", "id"],
        unique=False,
        postgresql_where="superseded_at IS NULL AND NOT void",
    )
    op.create_index("ix_volunteers_fact_id", "volunteers", ["fact_id"], unique=False)
    op.create_index("uq_volunteers_number", "volunteers", ["number"], unique=True, postgresql_where="superseded_at IS NULL AND NOT void")
    op.create_index(
        "uq_volunteers_person",
        "volunteers",
        ["person_id"],
        unique=True,
        postgresql_where="superseded_at IS NULL AND NOT void AND left_on IS NULL",
    )
    op.execute("CREATE TRIGGER refuse_fact_change BEFORE UPDATE OR DELETE ON volunteers FOR EACH ROW EXECUTE FUNCTION refuse_fact_change()")
    op.execute("CREATE TRIGGER refuse_fact_change BEFORE UPDATE OR DELETE ON consents FOR EACH ROW EXECUTE FUNCTION refuse_fact_change()")


def downgrade() -> None:
    op.drop_index(
        "uq_volunteers_person", table_name="volunteers", postgresql_where="superseded_at IS NULL AND NOT void AND left_on IS NULL"
    )
    op.drop_index("uq_volunteers_number", table_name="volunteers", postgresql_where="superseded_at IS NULL AND NOT void")
    op.drop_index("ix_volunteers_fact_id", table_name="volunteers")
    op.drop_index("ix_volunteers_area_path", table_name="volunteers", postgresql_where="superseded_at IS NULL AND NOT void")
    op.drop_table("volunteers")
    op.drop_index("uq_consents_given", table_name="consents", postgresql_where="superseded_at IS NULL AND NOT void")
    op.drop_index("ix_consents_fact_id", table_name="consents")
    op.drop_table("consents")
    op.drop_index("uq_people_id_number", table_name="people")
    op.drop_index("ix_people_phone", table_name="people")
    op.drop_index("ix_people_area_path", table_name="people")
    op.drop_table("people")
    op.execute(sa.schema.DropSequence(sa.Sequence("volunteer_numbers")))
