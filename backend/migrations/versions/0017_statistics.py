"""Add statistics.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "statistics_bookings",
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False, comment="empty where the measure has none"),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("measure", "source_id", name="pk_statistics_bookings"),
    )

    op.create_table(
        "statistics_presences",
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("enters", sa.Date(), nullable=False, comment="first day of the month in which the rows begin"),
        sa.Column("leaves", sa.Date(), nullable=False, comment="first day of the month in which they end; infinity for without end"),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("measure", "person_id", "enters", "leaves", "area_path", "dimension", name="pk_statistics_presences"),
    )

    op.create_table(
        "statistics_cells",
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("grain", sa.String(40), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("rows_in", sa.BigInteger(), nullable=False),
        sa.Column("rows_out", sa.BigInteger(), nullable=False),
        sa.Column("quantity_in", sa.BigInteger(), nullable=False),
        sa.Column("quantity_out", sa.BigInteger(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("people_in", sa.BigInteger(), nullable=False),
        sa.Column("people_out", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("measure", "area_path", "dimension", "grain", "period", name="pk_statistics_cells"),
        postgresql_with={"fillfactor": 60},
    )
    op.create_index("ix_statistics_cells_area_path", "statistics_cells", ["area_path", "grain", "period"])


def downgrade() -> None:
    op.drop_table("statistics_cells")
    op.drop_table("statistics_presences")
    op.drop_table("statistics_bookings")
