"""Add to beneficiaries what makes them a register: found by address and phone, sealed notes, and the basis on which each is kept.

Who is on record already has no basis: one is stated before the next demand for them is published. Indexes and sealed notes of the old
rows come by night (`housekeeping.seal_beneficiaries`): they need the keys.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

CURRENT = "superseded_at IS NULL AND NOT void"
_NOTE, _OLD_NOTE = "how to visit: 听力不好，请多敲几声", "as releases before 0027 wrote it; sealed by night"


def upgrade() -> None:
    comment = "that they are 18 or older, where the year of birth is not known"
    op.add_column("beneficiaries", sa.Column("said_adult", sa.Boolean(), comment=comment))
    op.add_column("beneficiaries", sa.Column("address_index", sa.LargeBinary()))
    op.add_column("beneficiaries", sa.Column("phone_index", sa.LargeBinary()))
    op.add_column("beneficiaries", sa.Column("contact_note_sealed", sa.LargeBinary(), comment=_NOTE))
    op.alter_column("beneficiaries", "contact_note", comment=_OLD_NOTE, existing_comment=_NOTE)

    op.create_table(
        "beneficiary_bases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("beneficiary_id", sa.Uuid(), nullable=False),
        sa.Column("basis", sa.String(40), nullable=False),
        sa.Column("notice_version", sa.Text()),
        sa.Column("cause", sa.Text(), comment="why care could not wait for a consent"),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.CheckConstraint("(basis = 'duty_of_care') = (notice_version IS NULL)", name="agreed_to_a_notice"),
        sa.CheckConstraint("basis <> 'duty_of_care' OR cause IS NOT NULL", name="care_has_a_cause"),
        sa.ForeignKeyConstraint(["beneficiary_id"], ["beneficiaries.id"], name="fk_beneficiary_bases_beneficiary_id"),
        sa.PrimaryKeyConstraint("id", name="pk_beneficiary_bases"),
    )
    op.create_index("ix_beneficiary_bases_fact_id", "beneficiary_bases", ["fact_id"])
    op.create_index("ix_beneficiary_bases_beneficiary_id", "beneficiary_bases", ["beneficiary_id", "id"])
    op.create_index("uq_beneficiary_bases_standing", "beneficiary_bases", ["beneficiary_id"], unique=True, postgresql_where=CURRENT)
    triggers.revised_only("beneficiary_bases")


def downgrade() -> None:
    op.drop_table("beneficiary_bases")
    op.alter_column("beneficiaries", "contact_note", comment=_NOTE, existing_comment=_OLD_NOTE)
    for column in ("contact_note_sealed", "phone_index", "address_index", "said_adult"):
        op.drop_column("beneficiaries", column)
