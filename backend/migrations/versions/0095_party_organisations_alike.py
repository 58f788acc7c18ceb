"""Say what the names of Party organisations look like that stood before 0093: by that they are found and known again.

Of several of one area that look alike the first has it.

Revision ID: 0095
Revises: 0094
"""

import sqlalchemy as sa
from alembic import op

from backend.foundation.skeletons import skeleton

revision = "0095"
down_revision = "0094"
branch_labels = None
depends_on = None

_ALONE = sa.text(
    "UPDATE party_organisations AS this SET name_skeleton = :looks WHERE id = :id AND NOT EXISTS "
    "(SELECT FROM party_organisations AS other WHERE other.name_skeleton = :looks AND other.area_path = this.area_path)"
)


def upgrade() -> None:
    if op.get_context().as_sql:
        return
    connection = op.get_bind()
    without = connection.execute(sa.text("SELECT id, name FROM party_organisations WHERE name_skeleton IS NULL ORDER BY id"))
    for row in without.all():
        connection.execute(_ALONE, {"id": row.id, "looks": skeleton(row.name)})


def downgrade() -> None:
    """What a name looks like goes with its column."""
