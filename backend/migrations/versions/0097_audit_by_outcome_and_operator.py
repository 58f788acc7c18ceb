"""Find what was refused, and what an operator did, among all acts.

Revision ID: 0097
Revises: 0096
"""

from backend.migrations import indexes

revision = "0097"
down_revision = "0096"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_audit_entries_refused", "audit_entries", ["at", "id"], where="NOT succeeded")
    indexes.add("ix_audit_entries_operator", "audit_entries", ["operator", "at", "id"], where="operator IS NOT NULL")


def downgrade() -> None:
    indexes.drop("ix_audit_entries_operator", "audit_entries")
    indexes.drop("ix_audit_entries_refused", "audit_entries")
