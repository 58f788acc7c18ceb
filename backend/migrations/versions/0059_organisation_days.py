"""Keep when a body on record was registered, and how the day from which one counts was corrected.

Revision ID: 0059
Revises: 0058
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

_CORRECTIONS = "organisation_day_corrections"


def upgrade() -> None:
    op.add_column(
        "organisations", sa.Column("registered_on", sa.Date(), comment="when one that was on record was registered (备案 → 登记)")
    )
    op.add_column("organisations", sa.Column("registration_proof", sa.Text()))
    op.create_table(
        _CORRECTIONS,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("was", sa.Date(), nullable=False),
        sa.Column("was_proof", sa.Text()),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=f"fk_{_CORRECTIONS}_organisation_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_CORRECTIONS}"),
    )
    op.create_index(f"ix_{_CORRECTIONS}_organisation_id", _CORRECTIONS, ["organisation_id", "at"])
    triggers.written_once(_CORRECTIONS)


def downgrade() -> None:
    op.drop_table(_CORRECTIONS)
    op.drop_column("organisations", "registration_proof")
    op.drop_column("organisations", "registered_on")
