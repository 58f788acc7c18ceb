"""Let a team be without a leader, until the community names another or dissolves it.

Revision ID: 0070
Revises: 0069
"""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None

_NONE = "empty once who led is gone, until the community names another"

_THE_LAST = """
UPDATE teams SET leader_person_id = (
    SELECT membership.person_id FROM team_memberships AS membership WHERE membership.team_id = teams.id
    ORDER BY membership.recorded_at DESC LIMIT 1
) WHERE leader_person_id IS NULL
"""


def upgrade() -> None:
    # The release before makes no team without a leader, and shows one in no list until it is gone.
    op.execute("-- squawk-ignore ban-drop-not-null\nALTER TABLE teams ALTER COLUMN leader_person_id DROP NOT NULL")
    op.alter_column("teams", "leader_person_id", existing_type=sa.Uuid(), comment=_NONE, existing_comment=None)


def downgrade() -> None:
    op.execute(_THE_LAST)
    op.alter_column("teams", "leader_person_id", existing_type=sa.Uuid(), nullable=False, comment=None, existing_comment=_NONE)
