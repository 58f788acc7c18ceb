"""Add accounts.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_accounts_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )
    op.create_index("uq_accounts_live_person", "accounts", ["person_id"], unique=True, postgresql_where="status = 'active'")
    op.create_table(
        "logins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("appid", sa.Text(), nullable=True),
        sa.Column("openid", sa.Text(), nullable=True),
        sa.Column("unionid", sa.Text(), nullable=True),
        sa.Column("session_key_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("failures", sa.BigInteger(), nullable=False, comment="wrong passwords in a row"),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "CASE kind WHEN 'wechat' THEN appid IS NOT NULL AND openid IS NOT NULL AND name IS NULL AND password_hash IS NULL WHEN 'password' THEN name IS NOT NULL AND password_hash IS NOT NULL AND openid IS NULL ELSE false END",
            name=op.f("ck_logins_columns_of_its_kind"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_logins_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_logins"),
    )
    op.create_index("ix_logins_account_id", "logins", ["account_id"], unique=False)
    op.create_index("uq_logins_name", "logins", ["name"], unique=True, postgresql_where="kind = 'password'")
    op.create_index("uq_logins_wechat", "logins", ["appid", "openid"], unique=True, postgresql_where="kind = 'wechat'")
    op.create_table(
        "role_grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("area_path", sa.Text(collation="C"), nullable=True),
        sa.Column("party_organisation_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("work_unit_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_by", sa.Uuid(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name=op.f("ck_role_grants_withdrawn_with_reason")),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name=op.f("ck_role_grants_term_goes_forward")),
        sa.CheckConstraint(
            "num_nonnulls(area_path, party_organisation_id, organisation_id, work_unit_id, team_id, person_id) = 1",
            name=op.f("ck_role_grants_exactly_one_scope"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_role_grants_account_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_role_grants_organisation_id"),
        sa.ForeignKeyConstraint(["party_organisation_id"], ["party_organisations.id"], name="fk_role_grants_party_organisation_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_role_grants_person_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_role_grants_team_id"),
        sa.ForeignKeyConstraint(["work_unit_id"], ["work_units.id"], name="fk_role_grants_work_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_role_grants"),
    )
    op.create_index(
        "ix_role_grants_organisation_id",
        "role_grants",
        ["organisation_id"],
        unique=False,
        postgresql_where="withdrawn_at IS NULL AND organisation_id IS NOT NULL",
    )
    op.create_index(
        "ix_role_grants_team_id", "role_grants", ["team_id"], unique=False, postgresql_where="withdrawn_at IS NULL AND team_id IS NOT NULL"
    )
    op.create_index(
        "uq_role_grants_held",
        "role_grants",
        ["account_id", "role", "area_path", "party_organisation_id", "organisation_id", "work_unit_id", "team_id", "person_id"],
        unique=True,
        postgresql_where="withdrawn_at IS NULL",
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "token_families",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_token_families_account_id"),
        sa.ForeignKeyConstraint(["login_id"], ["logins.id"], name="fk_token_families_login_id"),
        sa.PrimaryKeyConstraint("id", name="pk_token_families"),
    )
    op.create_index("ix_token_families_account_id", "token_families", ["account_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_token_families_account_id", table_name="token_families")
    op.drop_table("token_families")
    op.drop_index(
        "uq_role_grants_held", table_name="role_grants", postgresql_where="withdrawn_at IS NULL", postgresql_nulls_not_distinct=True
    )
    op.drop_index("ix_role_grants_team_id", table_name="role_grants", postgresql_where="withdrawn_at IS NULL AND team_id IS NOT NULL")
    op.drop_index(
        "ix_role_grants_organisation_id", table_name="role_grants", postgresql_where="withdrawn_at IS NULL AND organisation_id IS NOT NULL"
    )
    op.drop_table("role_grants")
    op.drop_index("uq_logins_wechat", table_name="logins", postgresql_where="kind = 'wechat'")
    op.drop_index("uq_logins_name", table_name="logins", postgresql_where="kind = 'password'")
    op.drop_index("ix_logins_account_id", table_name="logins")
    op.drop_table("logins")
    op.drop_index("uq_accounts_live_person", table_name="accounts", postgresql_where="status = 'active'")
    op.drop_table("accounts")
