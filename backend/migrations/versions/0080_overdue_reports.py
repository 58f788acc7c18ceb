"""Count once a week what waits past its day, for the level above.

Revision ID: 0080
Revises: 0079
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "overdue_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False, comment="of the street"),
        sa.Column("week_on", sa.Date(), nullable=False, comment="the Monday of the week"),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="how many things were late in all"),
        sa.CheckConstraint("number >= 0", name="number_sensible"),
        sa.PrimaryKeyConstraint("id", name="pk_overdue_reports"),
    )
    op.create_index("uq_overdue_reports_week", "overdue_reports", ["area_path", "week_on"], unique=True)
    triggers.written_once("overdue_reports")
    op.create_table(
        "overdue_lines",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("community_path", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, comment="of config/waiting.toml"),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, comment="when the first of them began to wait"),
        sa.CheckConstraint("number > 0", name="something_late"),
        sa.ForeignKeyConstraint(["report_id"], ["overdue_reports.id"], name="fk_overdue_lines_report_id"),
        sa.PrimaryKeyConstraint("report_id", "community_path", "kind", name="pk_overdue_lines"),
    )
    triggers.written_once("overdue_lines")


def downgrade() -> None:
    op.drop_table("overdue_lines")
    op.drop_table("overdue_reports")
