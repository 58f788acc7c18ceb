"""Add proxies.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CURRENT = "superseded_at IS NULL AND NOT void"


def upgrade() -> None:
    op.create_table(
        "proxies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False, comment="who is acted for"),
        sa.Column("proxy_person_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False, comment="where who is acted for lives"),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False, comment="why somebody else acts"),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False, comment="the last day of the term"),
        sa.Column("ended_at", sa.DateTime(timezone=True), comment="ended before its time"),
        sa.Column("consent_seen_by", sa.Uuid(), comment="the account that saw the consent on paper"),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.CheckConstraint("person_id <> proxy_person_id", name="of_somebody_else"),
        sa.CheckConstraint("ends_on >= began_on", name="term_goes_forward"),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_proxies_area_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_proxies_person_id"),
        sa.ForeignKeyConstraint(["proxy_person_id"], ["people.id"], name="fk_proxies_proxy_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_proxies"),
    )
    op.create_index("ix_proxies_area_path", "proxies", ["area_path", "id"], postgresql_where=CURRENT)
    op.create_index("ix_proxies_fact_id", "proxies", ["fact_id"])
    op.create_index("ix_proxies_proxy_person_id", "proxies", ["proxy_person_id", "id"], postgresql_where=CURRENT)
    op.create_index(
        "uq_proxies_pair", "proxies", ["person_id", "proxy_person_id"], unique=True, postgresql_where=f"{CURRENT} AND ended_at IS NULL"
    )
    triggers.revised_only("proxies")


def downgrade() -> None:
    op.drop_table("proxies")
