"""Let nobody serve at two places at once: a person's records that stand do not overlap.

A range over identifiers lets GiST compare them for equality without an extension. What was recorded before is not held to it, so that old
overlaps stop nothing: officers find them in their list.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TYPE uuid_range AS RANGE (subtype = uuid)")
    op.add_column(
        "service_records", sa.Column("exclusive", sa.Boolean(), comment="that it overlaps no other; empty where it was recorded before")
    )
    op.alter_column("service_records", "exclusive", server_default=sa.true())
    op.execute("""
        -- None of the old rows is in it: the table is read once, as quickly as it can be, and nothing is compared.
        -- squawk-ignore constraint-missing-not-valid
        ALTER TABLE service_records ADD CONSTRAINT ex_service_records_person
        EXCLUDE USING gist (uuid_range(person_id, person_id, '[]') WITH &&, tstzrange(started_at, ended_at) WITH &&)
        WHERE (superseded_at IS NULL AND NOT void AND exclusive)
    """)


def downgrade() -> None:
    op.drop_constraint("ex_service_records_person", "service_records")
    op.drop_column("service_records", "exclusive")
    op.execute("DROP TYPE uuid_range")
