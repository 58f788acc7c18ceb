"""Add attendance.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_confirmations",
        sa.Column("record_fact_id", sa.Uuid(), nullable=False),
        sa.Column("confirmer", sa.String(length=40), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor_account_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_service_confirmations"),
    )
    op.create_index("ix_service_confirmations_fact_id", "service_confirmations", ["fact_id"], unique=False)
    op.create_index(
        "uq_service_confirmations_record",
        "service_confirmations",
        ["record_fact_id"],
        unique=True,
        postgresql_where="superseded_at IS NULL AND NOT void",
    )
    op.create_table(
        "shifts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("requester_person_id", sa.Uuid(), nullable=True),
        sa.Column("confirmers", postgresql.ARRAY(sa.Text()), nullable=False, comment="words of Confirmer"),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grace_minutes", sa.BigInteger(), nullable=False, comment="before the start and after the end; minutes within it count"),
        sa.Column("latitude", sa.Double(), nullable=True, comment="GCJ-02"),
        sa.Column("longitude", sa.Double(), nullable=True, comment="GCJ-02"),
        sa.Column("radius_m", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_shifts_window_goes_forward")),
        sa.CheckConstraint("grace_minutes BETWEEN 0 AND 240", name=op.f("ck_shifts_grace_sensible")),
        sa.CheckConstraint("num_nonnulls(latitude, longitude, radius_m) IN (0, 3)", name=op.f("ck_shifts_place_whole_or_none")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_shifts_area_id"),
        sa.ForeignKeyConstraint(["opening_id"], ["openings.id"], name="fk_shifts_opening_id"),
        sa.ForeignKeyConstraint(["requester_person_id"], ["people.id"], name="fk_shifts_requester_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shifts"),
    )
    op.create_index("ix_shifts_area_path", "shifts", ["area_path", "starts_at", "id"], unique=False)
    op.create_index("ix_shifts_opening_id", "shifts", ["opening_id", "starts_at", "id"], unique=False)
    op.create_index(
        "ix_shifts_requester", "shifts", ["requester_person_id"], unique=False, postgresql_where="requester_person_id IS NOT NULL"
    )
    op.create_index("ix_shifts_to_close", "shifts", ["ends_at"], unique=False, postgresql_where="status = 'planned'")
    op.create_table(
        "shift_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("from_status", sa.String(length=40), nullable=True),
        sa.Column("to_status", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_account_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name="fk_shift_changes_shift_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shift_changes"),
    )
    op.create_index("ix_shift_changes_shift_id", "shift_changes", ["shift_id", "at"], unique=False)
    op.create_table(
        "attendances",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("capacity", sa.String(length=40), nullable=False),
        sa.Column("capacity_id", sa.Uuid(), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_evidence", sa.String(length=40), nullable=False),
        sa.Column("in_inside", sa.Boolean(), nullable=True),
        sa.Column("in_distance_m", sa.BigInteger(), nullable=True),
        sa.Column("signed_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("out_evidence", sa.String(length=40), nullable=True),
        sa.Column("out_inside", sa.Boolean(), nullable=True),
        sa.Column("out_distance_m", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True, comment="closed by job because nobody signed out"),
        sa.CheckConstraint("signed_out_at >= signed_in_at", name=op.f("ck_attendances_out_after_in")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_attendances_claim_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_attendances_person_id"),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name="fk_attendances_shift_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attendances"),
        sa.UniqueConstraint("shift_id", "person_id", name="uq_attendances_shift_person"),
    )
    op.create_index(
        "ix_attendances_open_shift",
        "attendances",
        ["shift_id"],
        unique=False,
        postgresql_where="signed_out_at IS NULL AND closed_at IS NULL",
    )
    op.create_index("ix_attendances_person_id", "attendances", ["person_id", "signed_in_at", "id"], unique=False)
    op.create_index(
        "uq_attendances_open", "attendances", ["person_id"], unique=True, postgresql_where="signed_out_at IS NULL AND closed_at IS NULL"
    )
    op.create_table(
        "service_records",
        sa.Column("attendance_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("capacity", sa.String(length=40), nullable=False),
        sa.Column("capacity_id", sa.Uuid(), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=False, comment="the Shanghai day on which it began"),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.String(length=40), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor_account_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("ended_at >= started_at", name=op.f("ck_service_records_ended_after_started")),
        sa.CheckConstraint("minutes BETWEEN 0 AND 1440", name=op.f("ck_service_records_minutes_of_a_day")),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_service_records_area_id"),
        sa.ForeignKeyConstraint(["attendance_id"], ["attendances.id"], name="fk_service_records_attendance_id"),
        sa.ForeignKeyConstraint(["opening_id"], ["openings.id"], name="fk_service_records_opening_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_service_records_person_id"),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name="fk_service_records_shift_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_records"),
    )
    op.create_index(
        "ix_service_records_area_path",
        "service_records",
        ["area_path", "served_on", "id"],
        unique=False,
        postgresql_where="superseded_at IS NULL AND NOT void",
    )
    op.create_index("ix_service_records_fact_id", "service_records", ["fact_id"], unique=False)
    op.create_index(
        "ix_service_records_opening_id",
        "service_records",
        ["opening_id"],
        unique=False,
        postgresql_where="superseded_at IS NULL AND NOT void",
    )
    op.create_index(
        "ix_service_records_person_id",
        "service_records",
        ["person_id", "served_on", "id"],
        unique=False,
        postgresql_where="superseded_at IS NULL AND NOT void",
    )
    op.create_index(
        "ix_service_records_shift_id", "service_records", ["shift_id"], unique=False, postgresql_where="superseded_at IS NULL AND NOT void"
    )
    op.create_index(
        "ix_service_records_withdrawn",
        "service_records",
        ["attendance_id"],
        unique=False,
        postgresql_where="superseded_at IS NULL AND void",
    )
    op.create_index(
        "uq_service_records_attendance",
        "service_records",
        ["attendance_id"],
        unique=True,
        postgresql_where="superseded_at IS NULL AND NOT void",
    )
    op.execute("CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON shift_changes FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    op.execute(
        "CREATE TRIGGER refuse_fact_change BEFORE UPDATE OR DELETE ON service_records FOR EACH ROW EXECUTE FUNCTION refuse_fact_change()"
    )
    op.execute(
        "CREATE TRIGGER refuse_fact_change BEFORE UPDATE OR DELETE ON service_confirmations FOR EACH ROW EXECUTE FUNCTION refuse_fact_change()"
    )


def downgrade() -> None:
    op.drop_index("uq_service_records_attendance", table_name="service_records", postgresql_where="superseded_at IS NULL AND NOT void")
    op.drop_index("ix_service_records_withdrawn", table_name="service_records", postgresql_where="superseded_at IS NULL AND void")
    op.drop_index("ix_service_records_shift_id", table_name="service_records", postgresql_where="superseded_at IS NULL AND NOT void")
    op.drop_index("ix_service_records_person_id", table_name="service_records", postgresql_where="superseded_at IS NULL AND NOT void")
    op.drop_index("ix_service_records_opening_id", table_name="service_records", postgresql_where="superseded_at IS NULL AND NOT void")
    op.drop_index("ix_service_records_fact_id", table_name="service_records")
    op.drop_index("ix_service_records_area_path", table_name="service_records", postgresql_where="superseded_at IS NULL AND NOT void")
    op.drop_table("service_records")
    op.drop_index("uq_attendances_open", table_name="attendances", postgresql_where="signed_out_at IS NULL AND closed_at IS NULL")
    op.drop_index("ix_attendances_person_id", table_name="attendances")
    op.drop_index("ix_attendances_open_shift", table_name="attendances", postgresql_where="signed_out_at IS NULL AND closed_at IS NULL")
    op.drop_table("attendances")
    op.drop_index("ix_shift_changes_shift_id", table_name="shift_changes")
    op.drop_table("shift_changes")
    op.drop_index("ix_shifts_to_close", table_name="shifts", postgresql_where="status = 'planned'")
    op.drop_index("ix_shifts_requester", table_name="shifts", postgresql_where="requester_person_id IS NOT NULL")
    op.drop_index("ix_shifts_opening_id", table_name="shifts")
    op.drop_index("ix_shifts_area_path", table_name="shifts")
    op.drop_table("shifts")
    op.drop_index(
        "uq_service_confirmations_record", table_name="service_confirmations", postgresql_where="superseded_at IS NULL AND NOT void"
    )
    op.drop_index("ix_service_confirmations_fact_id", table_name="service_confirmations")
    op.drop_table("service_confirmations")
