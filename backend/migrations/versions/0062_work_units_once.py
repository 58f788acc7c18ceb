"""Keep beside the name of a work unit what it looks like, and which row stands for it where two were one.

Revision ID: 0062
Revises: 0061
"""

import sqlalchemy as sa
from alembic import op

from backend.foundation.skeletons import skeleton

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("work_units", sa.Column("name_skeleton", sa.Text(), comment="what the name looks like (UTS 39)"))
    op.add_column("work_units", sa.Column("merged_into_id", sa.Uuid(), comment="the row that stands for both"))
    op.add_column("work_units", sa.Column("merged_at", sa.DateTime(timezone=True)))
    op.create_foreign_key("fk_work_units_merged_into_id", "work_units", "work_units", ["merged_into_id"], ["id"], postgresql_not_valid=True)
    if not op.get_context().as_sql:
        _fill()


def downgrade() -> None:
    for column in ("merged_at", "merged_into_id", "name_skeleton"):
        op.drop_column("work_units", column)


def _fill() -> None:
    connection = op.get_bind()
    rows = [{"id": row.id, "looks": skeleton(row.name)} for row in connection.execute(sa.text("SELECT id, name FROM work_units"))]
    if rows:
        connection.execute(sa.text("UPDATE work_units SET name_skeleton = :looks WHERE id = :id"), rows)
