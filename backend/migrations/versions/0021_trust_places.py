"""Add to demands, openings and claims: places that are asked for first, for so many people, and what everybody is told of a demand.

Whoever held a place at a home before was not asked about, and keeps it; who comes now is.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import checks

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_AT_HOME = """
UPDATE openings SET asks_first = true
FROM demands WHERE demands.opening_id = openings.id AND demands.beneficiary_id IS NOT NULL
"""
_TOLD = ("content", "place_in_words", "conditions", "risks", "safeguards")


def upgrade() -> None:
    asks_first: sa.Column[bool] = sa.Column(
        "asks_first",
        sa.Boolean(),
        nullable=False,
        server_default=sa.false(),
        comment="a claim is asked for, and held when the community accepts it",
    )
    op.add_column("openings", asks_first)
    op.execute(_AT_HOME)
    op.add_column(
        "openings",
        sa.Column("people_per_place", sa.BigInteger(), comment="the most people whom one claim brings to a shift; empty: as many as come"),
    )
    checks.add("people_per_place_sensible", "openings", "people_per_place >= 1")

    op.alter_column("claims", "claimed_at", comment="since when it is held; before that, when it was asked for", existing_comment=None)
    op.drop_constraint("ck_claims_held_until_released", "claims")
    checks.add("taken_until_released", "claims", "(status IN ('asked', 'held')) = (released_at IS NULL)")

    op.alter_column("demands", "details", comment="for the community, who asked, and who was accepted", existing_comment=None)
    op.add_column("demands", sa.Column("content", sa.Text(), comment="this and the next four: for everybody, from the publication on"))
    for column in _TOLD[1:]:
        op.add_column("demands", sa.Column(column, sa.Text()))


def downgrade() -> None:
    for column in _TOLD:
        op.drop_column("demands", column)
    op.alter_column("demands", "details", comment=None, existing_comment="for the community, who asked, and who was accepted")
    op.drop_constraint("ck_claims_taken_until_released", "claims")
    checks.add("held_until_released", "claims", "(status = 'held') = (released_at IS NULL)")
    op.alter_column("claims", "claimed_at", comment=None, existing_comment="since when it is held; before that, when it was asked for")
    op.drop_constraint("ck_openings_people_per_place_sensible", "openings")
    op.drop_column("openings", "people_per_place")
    op.drop_column("openings", "asks_first")
