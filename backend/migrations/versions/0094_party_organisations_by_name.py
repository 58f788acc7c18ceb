"""Find Party organisations by name, one of each in an area; and whose members are, or named one that was not there.

Revision ID: 0094
Revises: 0093
"""

from backend.migrations import indexes

revision = "0094"
down_revision = "0093"
branch_labels = None
depends_on = None


def upgrade() -> None:
    named = "name_skeleton IS NOT NULL"
    indexes.add("uq_party_organisations_name", "party_organisations", ["name_skeleton", "area_path"], unique=True, where=named)
    indexes.add("ix_party_organisations_name", "party_organisations", ["name", "id"])
    indexes.add_search("party_organisations", ["name"])
    of_one = "party_organisation_id IS NOT NULL"
    indexes.add("ix_party_members_party_organisation_id", "party_members", ["party_organisation_id"], where=of_one)
    of_none = "party_organisation_id IS NULL"
    indexes.add("ix_party_members_without_organisation", "party_members", ["party_organisation_name"], where=of_none)


def downgrade() -> None:
    indexes.drop("ix_party_members_without_organisation", "party_members")
    indexes.drop("ix_party_members_party_organisation_id", "party_members")
    indexes.drop("ix_party_organisations_search", "party_organisations")
    indexes.drop("ix_party_organisations_name", "party_organisations")
    indexes.drop("uq_party_organisations_name", "party_organisations")
