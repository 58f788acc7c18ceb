"""Keep beside a name what it looks like, so that no two of a kind look alike.

Of names that stand already and look alike the oldest has its skeleton; the others are left as they are, and stop nothing.

Revision ID: 0038
Revises: 0037
"""

import sqlalchemy as sa
from alembic import op

from backend.foundation.skeletons import skeleton

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

LIVE = {
    "logins": ("kind = 'password'", "''"),
    "teams": ("status IN ('applied', 'active')", "area_path"),
    "organisations": ("status IN ('applied', 'verified')", "area_path"),
}
"""Of which rows the names are compared, and within which place."""


def upgrade() -> None:
    for table, (live, place) in LIVE.items():
        op.add_column(table, sa.Column("name_skeleton", sa.Text(), comment="what the name looks like (UTS 39)"))
        if not op.get_context().as_sql:
            _fill(table, live, place)


def downgrade() -> None:
    for table in LIVE:
        op.drop_column(table, "name_skeleton")


def _fill(table: str, live: str, place: str) -> None:
    connection = op.get_bind()
    first: dict[tuple[str, str], object] = {}
    for row in connection.execute(sa.text(f"SELECT id, name, {place} AS place FROM {table} WHERE {live} ORDER BY id")):  # noqa: S608 - ours
        first.setdefault((row.place, skeleton(row.name)), row.id)
    rows = [{"id": row_id, "skeleton": looks} for (_, looks), row_id in first.items()]
    if rows:
        connection.execute(sa.text(f"UPDATE {table} SET name_skeleton = :skeleton WHERE id = :id"), rows)  # noqa: S608 - ours
