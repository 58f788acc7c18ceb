"""Let no two live names of a kind look alike. Nothing here holds up a writer.

Revision ID: 0039
Revises: 0038
"""

from backend.migrations import indexes

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    indexes.add("uq_logins_name_skeleton", "logins", ["name_skeleton"], unique=True, where="kind = 'password'")
    indexes.add("uq_teams_name_skeleton", "teams", ["area_path", "name_skeleton"], unique=True, where="status IN ('applied', 'active')")
    indexes.add(
        "uq_organisations_name_skeleton",
        "organisations",
        ["area_path", "name_skeleton"],
        unique=True,
        where="status IN ('applied', 'verified')",
    )


def downgrade() -> None:
    indexes.drop("uq_organisations_name_skeleton", "organisations")
    indexes.drop("uq_teams_name_skeleton", "teams")
    indexes.drop("uq_logins_name_skeleton", "logins")
