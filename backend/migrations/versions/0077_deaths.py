"""Add deaths, and the day on which a person died.

Revision ID: 0077
Revises: 0076
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import triggers

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("people", sa.Column("died_on", sa.Date(), comment="by papers that two officers saw"))
    op.create_table(
        "deaths",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False, comment="where the person lived, whose community decides"),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("proof", sa.String(40), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by", sa.Uuid(), comment="the account of the first officer; a second one agrees"),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("confirmed_by", sa.Uuid(), comment="the account of the second officer; another one undoes a mistake"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_deaths_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_deaths"),
    )
    op.create_index("uq_deaths_standing", "deaths", ["person_id"], unique=True, postgresql_where="status IN ('reported', 'confirmed')")
    op.create_index("ix_deaths_person_id", "deaths", ["person_id", "id"])
    op.create_index("ix_deaths_area_path", "deaths", ["area_path", "status", "id"])

    op.create_table(
        "death_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("death_id", sa.Uuid(), nullable=False),
        sa.Column("from_status", sa.String(40)),
        sa.Column("to_status", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_account_id", sa.Uuid()),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["death_id"], ["deaths.id"], name="fk_death_changes_death_id"),
        sa.PrimaryKeyConstraint("id", name="pk_death_changes"),
    )
    op.create_index("ix_death_changes_death_id", "death_changes", ["death_id", "at"])
    triggers.written_once("death_changes")


def downgrade() -> None:
    op.drop_table("death_changes")
    op.drop_table("deaths")
    op.drop_column("people", "died_on")
