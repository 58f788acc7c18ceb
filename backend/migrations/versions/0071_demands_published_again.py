"""Let a demand name the one that it was published again from.

Revision ID: 0071
Revises: 0070
"""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("demands", sa.Column("former_demand_id", sa.Uuid, comment="the one that it was published again from"))
    op.create_foreign_key("fk_demands_former_demand_id", "demands", "demands", ["former_demand_id"], ["id"], postgresql_not_valid=True)


def downgrade() -> None:
    op.drop_column("demands", "former_demand_id")
