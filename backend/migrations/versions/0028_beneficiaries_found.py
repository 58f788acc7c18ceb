"""Make the indexes by which beneficiaries are found.

Revision ID: 0028
Revises: 0027
"""

from backend.migrations import indexes

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_beneficiaries_name", "beneficiaries", ["name"])
    indexes.add("ix_beneficiaries_address", "beneficiaries", ["address_index"])
    indexes.add("ix_beneficiaries_phone", "beneficiaries", ["phone_index"], where="phone_index IS NOT NULL")


def downgrade() -> None:
    indexes.drop("ix_beneficiaries_phone", "beneficiaries")
    indexes.drop("ix_beneficiaries_address", "beneficiaries")
    indexes.drop("ix_beneficiaries_name", "beneficiaries")
