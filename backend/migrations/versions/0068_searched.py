"""Index demands, teams, volunteers and names of people for searching.

Revision ID: 0068
Revises: 0067
"""

from backend.migrations import indexes

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

_OF_LIVE = "superseded_at IS NULL AND NOT void AND left_on IS NULL"


def upgrade() -> None:
    indexes.add_search("demands", ["number", "title"])
    indexes.add_search("teams", ["name"])
    indexes.add_search("volunteers", ["number"], where=_OF_LIVE)
    indexes.add_search("people", ["name"])
    indexes.add("ix_demands_published_start", "demands", ["starts_at", "id"], where="status = 'published'")
    indexes.add("ix_teams_name", "teams", ["status", "name", "id"])


def downgrade() -> None:
    indexes.drop("ix_teams_name", "teams")
    indexes.drop("ix_demands_published_start", "demands")
    for table in ("people", "volunteers", "teams", "demands"):
        indexes.drop(f"ix_{table}_search", table)
