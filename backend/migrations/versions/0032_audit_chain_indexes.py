"""Make the indexes by which the chain over the audit log is walked and goes on. Nothing here holds up a writer.

Revision ID: 0032
Revises: 0031
"""

from backend.migrations import indexes

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("uq_audit_entries_position", "audit_entries", ["position"], unique=True, where="position IS NOT NULL")
    indexes.add("ix_audit_entries_unsealed", "audit_entries", ["id"], where="position IS NULL")


def downgrade() -> None:
    indexes.drop("ix_audit_entries_unsealed", "audit_entries")
    indexes.drop("uq_audit_entries_position", "audit_entries")
