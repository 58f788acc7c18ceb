"""Index registrations by status, for the review list of a whole street.

Revision ID: 0018
Revises: 0017
"""

from backend.migrations import indexes

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_member_registrations_status", "member_registrations", ["status", "id"], where="superseded_at IS NULL AND NOT void")


def downgrade() -> None:
    indexes.drop("ix_member_registrations_status", "member_registrations")
