"""Make the index of who a beneficiary is, and look at the old rows by the checks of the migration before.

Revision ID: 0035
Revises: 0034
"""

from alembic import op

from backend.migrations import checks, indexes

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    checks.validate("ended_for_a_cause", "beneficiaries")
    checks.validate("merged_into_another", "beneficiaries")
    op.execute("ALTER TABLE beneficiaries VALIDATE CONSTRAINT fk_beneficiaries_person_id")
    op.execute("ALTER TABLE beneficiaries VALIDATE CONSTRAINT fk_beneficiaries_merged_into_id")
    live = "person_id IS NOT NULL AND ended_at IS NULL"
    indexes.add("uq_beneficiaries_person", "beneficiaries", ["person_id"], unique=True, where=live)


def downgrade() -> None:
    indexes.drop("uq_beneficiaries_person", "beneficiaries")
