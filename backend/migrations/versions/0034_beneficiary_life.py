"""Add to beneficiaries who they are as a person, how they end, and that an address goes when nobody needs it.

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import checks

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_ERASED = "empty once nobody needed it any more"


def upgrade() -> None:
    # The release before reads an address only while a demand is open, and none of these is erased.
    op.execute("-- squawk-ignore ban-drop-not-null\nALTER TABLE beneficiaries ALTER COLUMN address_sealed DROP NOT NULL")
    op.alter_column("beneficiaries", "address_sealed", comment=_ERASED, existing_comment=None)
    who = "who they are, where they are on record as a person"
    op.add_column("beneficiaries", sa.Column("person_id", sa.Uuid(), comment=who))
    op.add_column("beneficiaries", sa.Column("ended_at", sa.DateTime(timezone=True)))
    op.add_column("beneficiaries", sa.Column("end_cause", sa.String(40)))
    op.add_column("beneficiaries", sa.Column("merged_into_id", sa.Uuid()))
    for column, table in {"person_id": "people", "merged_into_id": "beneficiaries"}.items():
        name = f"fk_beneficiaries_{column}"
        op.create_foreign_key(name, "beneficiaries", table, [column], ["id"], postgresql_not_valid=True)
    checks.add("ended_for_a_cause", "beneficiaries", "(ended_at IS NULL) = (end_cause IS NULL)")
    checks.add("merged_into_another", "beneficiaries", "merged_into_id <> id")


def downgrade() -> None:
    op.drop_constraint("ck_beneficiaries_merged_into_another", "beneficiaries")
    op.drop_constraint("ck_beneficiaries_ended_for_a_cause", "beneficiaries")
    for column in ("merged_into_id", "end_cause", "ended_at", "person_id"):
        op.drop_column("beneficiaries", column)
    op.execute("UPDATE beneficiaries SET address_sealed = '' WHERE address_sealed IS NULL")
    op.alter_column("beneficiaries", "address_sealed", nullable=False, comment=None, existing_comment=_ERASED)
