"""Let a Party member, or the members of a work unit, be invited to one opening.

Revision ID: 0048
Revises: 0047
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import checks

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_REFERRED_TO = {"work_unit_id": "work_units", "person_id": "people"}


def upgrade() -> None:
    for column, table in _REFERRED_TO.items():
        op.add_column("arrangements", sa.Column(column, sa.Uuid()))
        op.create_foreign_key(f"fk_arrangements_{column}", "arrangements", table, [column], ["id"], postgresql_not_valid=True)
    checks.add("with_one_of_four", "arrangements", "num_nonnulls(team_id, organisation_id, work_unit_id, person_id) = 1")
    checks.add("members_to_one_opening", "arrangements", "num_nonnulls(work_unit_id, person_id) = 0 OR opening_id IS NOT NULL")
    op.drop_constraint("ck_arrangements_with_one_party", "arrangements")


def downgrade() -> None:
    # The release before knows no invitation of a person or a unit.
    op.execute("ALTER TABLE arrangements DISABLE TRIGGER refuse_fact_change")
    op.execute("DELETE FROM arrangements WHERE num_nonnulls(work_unit_id, person_id) > 0")
    op.execute("ALTER TABLE arrangements ENABLE TRIGGER refuse_fact_change")
    op.create_check_constraint("with_one_party", "arrangements", "num_nonnulls(team_id, organisation_id) = 1")
    op.drop_constraint("ck_arrangements_members_to_one_opening", "arrangements")
    op.drop_constraint("ck_arrangements_with_one_of_four", "arrangements")
    for column in _REFERRED_TO:
        op.drop_column("arrangements", column)
