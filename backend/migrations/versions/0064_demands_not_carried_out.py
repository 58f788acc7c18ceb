"""Let a published demand end as not carried out.

Revision ID: 0064
Revises: 0063
"""

from alembic import op

from backend.migrations import checks

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    dated = "(status IN ('published', 'completed', 'cancelled', 'not_carried_out')) = (published_at IS NOT NULL)"
    checks.add("published_is_dated", "demands", dated)
    op.drop_constraint("ck_demands_published_has_instant", "demands")


def downgrade() -> None:
    # The release before knows only that it is published.
    op.execute("UPDATE demands SET status = 'published' WHERE status = 'not_carried_out'")
    op.create_check_constraint(
        "published_has_instant", "demands", "(status IN ('published', 'completed', 'cancelled')) = (published_at IS NOT NULL)"
    )
    op.drop_constraint("ck_demands_published_is_dated", "demands")
