"""Add by which paper the day of an organisation is known, and which body had been counted before.

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_DAY = "the day of the agreement, or of the record; counts from then"
_OF_CLICK = "the day it was verified as introduced or incubated; counts from then"
_CAME_BACK = """
UPDATE organisations AS o SET former_id = (
    SELECT f.id FROM organisations f
    WHERE (f.counted_on, f.id) < (o.counted_on, o.id) AND left(f.area_path, 9) = left(o.area_path, 9)
        AND (f.credit_code = o.credit_code OR (f.record_number = o.record_number AND f.area_path = o.area_path))
    ORDER BY f.counted_on, f.id LIMIT 1)
WHERE counted_on IS NOT NULL
"""


def upgrade() -> None:
    op.alter_column("organisations", "counted_on", comment=_DAY, existing_comment=_OF_CLICK)
    op.add_column(
        "organisations",
        sa.Column("proof", sa.Text(), comment="by which paper that day is known: the agreement or record, by title and number"),
    )
    op.add_column(
        "organisations",
        sa.Column(
            "former_id",
            sa.Uuid(),
            comment="the same body as it was counted first in the street; as one that came back it is counted as no new one",
        ),
    )
    op.execute(_CAME_BACK)


def downgrade() -> None:
    op.drop_column("organisations", "former_id")
    op.drop_column("organisations", "proof")
    op.alter_column("organisations", "counted_on", comment=_OF_CLICK, existing_comment=_DAY)
