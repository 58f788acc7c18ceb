"""Say when a Party organisation was founded, and what its name looks like: by that who names theirs finds it.

Revision ID: 0093
Revises: 0092
"""

import sqlalchemy as sa
from alembic import op

revision = "0093"
down_revision = "0092"
branch_labels = None
depends_on = None

_COMMENT = "what the name looks like (UTS 39)"


def upgrade() -> None:
    op.add_column("party_organisations", sa.Column("founded_on", sa.Date))
    op.add_column("party_organisations", sa.Column("name_skeleton", sa.Text, comment=_COMMENT))
    op.alter_column("party_members", "party_organisation_name", comment="as the member gave it")
    op.alter_column("party_members", "party_organisation_id", comment="the one that is called so, where one alone is")


def downgrade() -> None:
    op.alter_column("party_members", "party_organisation_id", comment=None)
    op.alter_column("party_members", "party_organisation_name", comment="as the member gave it, until the unit's tree is on the platform")
    op.drop_column("party_organisations", "name_skeleton")
    op.drop_column("party_organisations", "founded_on")
