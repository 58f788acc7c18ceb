"""Add who acts for whom, and say with a step or a confirmation for whom a proxy took or gave it.

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_CURRENT = "superseded_at IS NULL AND NOT void"


def upgrade() -> None:
    op.create_table(
        "proxies",
        sa.Column("person_id", sa.Uuid(), nullable=False, comment="who is acted for"),
        sa.Column("proxy_person_id", sa.Uuid(), nullable=False),
        sa.Column("area_id", sa.Uuid(), nullable=False, comment="where who is acted for lives"),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False, comment="why somebody else acts"),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False, comment="the last day of the term"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True, comment="ended before its time"),
        sa.Column("consent_seen_by", sa.Uuid(), nullable=True, comment="the account that saw the consent on paper"),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor_account_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("person_id <> proxy_person_id", name=op.f("ck_proxies_of_somebody_else")),
        sa.CheckConstraint("ends_on >= began_on", name=op.f("ck_proxies_term_goes_forward")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_proxies_person_id"),
        sa.ForeignKeyConstraint(["proxy_person_id"], ["people.id"], name="fk_proxies_proxy_person_id"),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_proxies_area_id"),
        sa.PrimaryKeyConstraint("id", name="pk_proxies"),
    )
    op.create_index("ix_proxies_fact_id", "proxies", ["fact_id"], unique=False)
    op.create_index(
        "uq_proxies_pair", "proxies", ["person_id", "proxy_person_id"], unique=True, postgresql_where=f"{_CURRENT} AND ended_at IS NULL"
    )
    op.create_index("ix_proxies_proxy_person_id", "proxies", ["proxy_person_id", "id"], unique=False, postgresql_where=_CURRENT)
    op.create_index("ix_proxies_area_path", "proxies", ["area_path", "id"], unique=False, postgresql_where=_CURRENT)
    op.execute("CREATE TRIGGER refuse_fact_change BEFORE UPDATE OR DELETE ON proxies FOR EACH ROW EXECUTE FUNCTION refuse_fact_change()")
    op.add_column("demand_changes", sa.Column("on_behalf_of", sa.Uuid(), nullable=True, comment="for whom a proxy took the step"))
    op.create_foreign_key("fk_demand_changes_on_behalf_of", "demand_changes", "people", ["on_behalf_of"], ["id"], postgresql_not_valid=True)
    op.add_column("service_confirmations", sa.Column("on_behalf_of", sa.Uuid(), nullable=True, comment="whose word a proxy gave"))
    op.create_foreign_key(
        "fk_service_confirmations_on_behalf_of", "service_confirmations", "people", ["on_behalf_of"], ["id"], postgresql_not_valid=True
    )


def downgrade() -> None:
    op.drop_constraint("fk_service_confirmations_on_behalf_of", "service_confirmations", type_="foreignkey")
    op.drop_column("service_confirmations", "on_behalf_of")
    op.drop_constraint("fk_demand_changes_on_behalf_of", "demand_changes", type_="foreignkey")
    op.drop_column("demand_changes", "on_behalf_of")
    op.drop_table("proxies")
