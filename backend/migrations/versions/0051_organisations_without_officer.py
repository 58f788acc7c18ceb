"""Let an organisation be without an officer, until another one is named.

Revision ID: 0051
Revises: 0050
"""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

_NONE = "empty once who was officer agreed to nothing any more"

_THE_LAST = """
UPDATE organisations SET officer_person_id = (
    SELECT staff.person_id FROM organisation_staff AS staff WHERE staff.organisation_id = organisations.id AND staff.is_officer
    ORDER BY staff.recorded_at DESC LIMIT 1
) WHERE officer_person_id IS NULL
"""


def upgrade() -> None:
    # The release before names the officer wherever there is one, and shows the others in no list until it is gone.
    op.execute("-- squawk-ignore ban-drop-not-null\nALTER TABLE organisations ALTER COLUMN officer_person_id DROP NOT NULL")
    op.alter_column("organisations", "officer_person_id", existing_type=sa.Uuid(), comment=_NONE, existing_comment=None)


def downgrade() -> None:
    op.execute(_THE_LAST)
    op.alter_column("organisations", "officer_person_id", existing_type=sa.Uuid(), nullable=False, comment=None, existing_comment=_NONE)
