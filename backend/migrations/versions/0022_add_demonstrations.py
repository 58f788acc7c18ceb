"""Mark a database that holds demonstration data; production does not start beside it.

One that was loaded before this release is known by its administrators, who were all made at the first hour of its year.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "demonstrations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_demonstrations"),
    )
    op.execute(
        "INSERT INTO demonstrations (id, loaded_at) SELECT gen_random_uuid(), now()"
        " WHERE EXISTS (SELECT FROM logins WHERE kind = 'password' AND name = 'shequ-1' AND created_at = '2023-01-01T09:00:00+08:00')"
    )


def downgrade() -> None:
    op.drop_table("demonstrations")
