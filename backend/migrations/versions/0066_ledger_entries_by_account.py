"""Drop the index of ledger entries by account: nobody asks for them so, and each booking paid for it twice.

Revision ID: 0066
Revises: 0065
"""

from backend.migrations import indexes

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

_NAME, _TABLE = "ix_ledger_entries_account_id", "ledger_entries"


def upgrade() -> None:
    indexes.drop(_NAME, _TABLE)


def downgrade() -> None:
    indexes.add(_NAME, _TABLE, ["points_account_id"])
