"""Find by an index what a person took back, too: each list of registrations asks it, and each list of one's own consents.

Revision ID: 0054
Revises: 0053
"""

from backend.migrations import indexes

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("ix_consents_person_id", "consents", ["person_id", "notice"], where="superseded_at IS NULL")


def downgrade() -> None:
    indexes.drop("ix_consents_person_id", "consents")
