"""Index what the lists of claims, shifts, services, bodies, registrations, late entries, offices and beneficiaries are searched by.

Revision ID: 0069
Revises: 0068
"""

from backend.migrations import indexes

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

_CURRENT = "superseded_at IS NULL AND NOT void"


def upgrade() -> None:
    indexes.add_search("openings", ["title"])
    indexes.add("ix_service_records_capacity_id", "service_records", ["capacity_id", "served_on", "id"], where=_CURRENT)
    indexes.add_search("organisations", ["name", "credit_code", "record_number"])
    indexes.add("ix_organisations_name", "organisations", ["status", "name", "id"])
    indexes.add_search("work_units", ["name", "credit_code"])
    indexes.add_search("member_registrations", ["receipt_number"], where="receipt_number IS NOT NULL")
    indexes.add_search("late_entries", ["title"])
    for served_for in ("team_id", "organisation_id"):
        indexes.add(f"ix_late_entry_people_{served_for}", "late_entry_people", [served_for, "entry_id"], where=f"{served_for} IS NOT NULL")
    indexes.add_search("logins", ["name"], where="kind = 'password'")
    indexes.add_search("beneficiaries", ["name", "called"])


def downgrade() -> None:
    for table in ("beneficiaries", "logins"):
        indexes.drop(f"ix_{table}_search", table)
    for served_for in ("organisation_id", "team_id"):
        indexes.drop(f"ix_late_entry_people_{served_for}", "late_entry_people")
    for table in ("late_entries", "member_registrations", "work_units"):
        indexes.drop(f"ix_{table}_search", table)
    indexes.drop("ix_organisations_name", "organisations")
    indexes.drop("ix_organisations_search", "organisations")
    indexes.drop("ix_service_records_capacity_id", "service_records")
    indexes.drop("ix_openings_search", "openings")
