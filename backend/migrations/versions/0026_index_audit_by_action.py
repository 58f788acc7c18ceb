"""Index the audit log by action, for the audit administrator's list.

Revision ID: 0026
Revises: 0025
"""

from backend.migrations import indexes

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_audit_entries_action", "audit_entries", ["action", "at", "id"])


def downgrade() -> None:
    indexes.drop("ix_audit_entries_action", "audit_entries")
