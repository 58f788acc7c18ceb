"""Give each entry of the audit log a place in a chain, once, after it was written.

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit_entries", sa.Column("position", sa.BigInteger()))
    op.add_column("audit_entries", sa.Column("digest", sa.LargeBinary()))
    triggers.sealed_once("audit_entries")


def downgrade() -> None:
    triggers.sealed_no_more("audit_entries")
    op.drop_column("audit_entries", "digest")
    op.drop_column("audit_entries", "position")
