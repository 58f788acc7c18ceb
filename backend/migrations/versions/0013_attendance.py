"""Add attendance.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

CURRENT = "superseded_at IS NULL AND NOT void"


def upgrade() -> None:
    op.create_table(
        "shifts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("requester_person_id", sa.Uuid()),
        sa.Column("confirmers", sa.ARRAY(sa.Text()), nullable=False, comment="words of Confirmer"),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("grace_minutes", sa.BigInteger(), nullable=False, comment="before the start and after the end; minutes within it count"),
        sa.Column("latitude", sa.Double(), comment="GCJ-02"),
        sa.Column("longitude", sa.Double(), comment="GCJ-02"),
        sa.Column("radius_m", sa.BigInteger()),
        sa.Column("status", sa.String(40), nullable=False),
        sa.CheckConstraint("grace_minutes BETWEEN 0 AND 240", name="grace_sensible"),
        sa.CheckConstraint("num_nonnulls(latitude, longitude, radius_m) IN (0, 3)", name="place_whole_or_none"),
        sa.CheckConstraint("ends_at > starts_at", name="window_goes_forward"),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_shifts_area_id"),
        sa.ForeignKeyConstraint(["opening_id"], ["openings.id"], name="fk_shifts_opening_id"),
        sa.ForeignKeyConstraint(["requester_person_id"], ["people.id"], name="fk_shifts_requester_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shifts"),
    )
    op.create_index("ix_shifts_area_path", "shifts", ["area_path", "starts_at", "id"])
    op.create_index("ix_shifts_opening_id", "shifts", ["opening_id", "starts_at", "id"])
    op.create_index("ix_shifts_requester", "shifts", ["requester_person_id"], postgresql_where="requester_person_id IS NOT NULL")
    op.create_index("ix_shifts_starts_at", "shifts", ["starts_at", "id"])
    op.create_index("ix_shifts_to_close", "shifts", ["ends_at"], postgresql_where="status = 'planned'")

    op.create_table(
        "shift_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("from_status", sa.String(40)),
        sa.Column("to_status", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name="fk_shift_changes_shift_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shift_changes"),
    )
    op.create_index("ix_shift_changes_shift_id", "shift_changes", ["shift_id", "at"])
    triggers.written_once("shift_changes")

    op.create_table(
        "attendances",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("capacity", sa.String(40), nullable=False),
        sa.Column("capacity_id", sa.Uuid(), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_evidence", sa.String(40), nullable=False),
        sa.Column("in_inside", sa.Boolean()),
        sa.Column("in_distance_m", sa.BigInteger()),
        sa.Column("signed_out_at", sa.DateTime(timezone=True)),
        sa.Column("out_evidence", sa.String(40)),
        sa.Column("out_inside", sa.Boolean()),
        sa.Column("out_distance_m", sa.BigInteger()),
        sa.Column("closed_at", sa.DateTime(timezone=True), comment="closed by job because nobody signed out"),
        sa.CheckConstraint("signed_out_at >= signed_in_at", name="out_after_in"),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name="fk_attendances_claim_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_attendances_person_id"),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name="fk_attendances_shift_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attendances"),
        sa.UniqueConstraint("shift_id", "person_id", name="uq_attendances_shift_person"),
    )
    op.create_index("ix_attendances_claim_id", "attendances", ["claim_id"])
    op.create_index(
        "ix_attendances_open_shift", "attendances", ["shift_id"], postgresql_where="signed_out_at IS NULL AND closed_at IS NULL"
    )
    op.create_index("ix_attendances_person_id", "attendances", ["person_id", "signed_in_at", "id"])
    op.create_index(
        "uq_attendances_open", "attendances", ["person_id"], unique=True, postgresql_where="signed_out_at IS NULL AND closed_at IS NULL"
    )

    op.create_table(
        "service_records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attendance_id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("opening_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("capacity", sa.String(40), nullable=False),
        sa.Column("capacity_id", sa.Uuid(), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=False, comment="the Shanghai day on which it began"),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.String(40), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.CheckConstraint("ended_at >= started_at", name="ended_after_started"),
        sa.CheckConstraint("minutes BETWEEN 0 AND 1440", name="minutes_of_a_day"),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_service_records_area_id"),
        sa.ForeignKeyConstraint(["attendance_id"], ["attendances.id"], name="fk_service_records_attendance_id"),
        sa.ForeignKeyConstraint(["opening_id"], ["openings.id"], name="fk_service_records_opening_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_service_records_person_id"),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name="fk_service_records_shift_id"),
        sa.PrimaryKeyConstraint("id", name="pk_service_records"),
    )
    op.create_index("ix_service_records_area_path", "service_records", ["area_path", "served_on", "id"], postgresql_where=CURRENT)
    op.create_index("ix_service_records_fact_id", "service_records", ["fact_id"])
    op.create_index("ix_service_records_opening_id", "service_records", ["opening_id"], postgresql_where=CURRENT)
    op.create_index("ix_service_records_person_id", "service_records", ["person_id", "served_on", "id"], postgresql_where=CURRENT)
    op.create_index("ix_service_records_served_on", "service_records", ["served_on", "id"], postgresql_where=CURRENT)
    op.create_index("ix_service_records_shift_id", "service_records", ["shift_id"], postgresql_where=CURRENT)
    op.create_index("ix_service_records_withdrawn", "service_records", ["attendance_id"], postgresql_where="superseded_at IS NULL AND void")
    op.create_index("uq_service_records_attendance", "service_records", ["attendance_id"], unique=True, postgresql_where=CURRENT)
    triggers.revised_only("service_records")

    op.create_table(
        "service_confirmations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_fact_id", sa.Uuid(), nullable=False),
        sa.Column("confirmer", sa.String(40), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_behalf_of", sa.Uuid(), comment="whose word a proxy gave"),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["people.id"], name="fk_service_confirmations_on_behalf_of"),
        sa.PrimaryKeyConstraint("id", name="pk_service_confirmations"),
    )
    op.create_index("ix_service_confirmations_fact_id", "service_confirmations", ["fact_id"])
    op.create_index("uq_service_confirmations_record", "service_confirmations", ["record_fact_id"], unique=True, postgresql_where=CURRENT)
    triggers.revised_only("service_confirmations")


def downgrade() -> None:
    op.drop_table("service_confirmations")
    op.drop_table("service_records")
    op.drop_table("attendances")
    op.drop_table("shift_changes")
    op.drop_table("shifts")
