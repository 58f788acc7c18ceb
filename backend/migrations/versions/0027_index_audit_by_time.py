"""Index the audit log by time, for the audit administrator's list.

Revision ID: 0027
Revises: 0026
"""

from backend.migrations import indexes

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_audit_entries_at", "audit_entries", ["at", "id"])


def downgrade() -> None:
    indexes.drop("ix_audit_entries_at", "audit_entries")
