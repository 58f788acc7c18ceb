"""Persons under a mask: what their data rest on has ended.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("name_sealed", sa.LargeBinary(), comment="in clear, while `name` is masked"))
    op.add_column(
        "people",
        sa.Column(
            "withdrawn_at",
            sa.DateTime(timezone=True),
            comment="since when nothing is agreed to any more; what the law keeps is masked",
        ),
    )
    op.add_column(
        "people", sa.Column("erased_at", sa.DateTime(timezone=True), comment="when name and number went, because no fact needed them")
    )
    op.alter_column("people", "name", comment="masked since withdrawn_at")


def downgrade() -> None:
    op.alter_column("people", "name", comment=None)
    op.drop_column("people", "erased_at")
    op.drop_column("people", "withdrawn_at")
    op.drop_column("people", "name_sealed")
