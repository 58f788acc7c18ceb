"""Let who served at a past activity have served for a team or an organisation.

Revision ID: 0055
Revises: 0054
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import checks

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_TABLE = "late_entry_people"


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column("team_id", sa.Uuid()))
    op.add_column(_TABLE, sa.Column("organisation_id", sa.Uuid(), comment="for whom they served; for themselves where both are empty"))
    for column, table in (("team_id", "teams"), ("organisation_id", "organisations")):
        op.create_foreign_key(f"fk_{_TABLE}_{column}", _TABLE, table, [column], ["id"], postgresql_not_valid=True)
    checks.add("for_one_group", _TABLE, "num_nonnulls(team_id, organisation_id) <= 1")


def downgrade() -> None:
    op.drop_column(_TABLE, "organisation_id")
    op.drop_column(_TABLE, "team_id")
