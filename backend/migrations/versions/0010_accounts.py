"""Add accounts.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("closed_reason", sa.Text()),
        sa.Column("merged_into_id", sa.Uuid(), comment="the account that took over; never one that was merged itself"),
        sa.Column(
            "checked_at",
            sa.DateTime(timezone=True),
            comment="when the holder's papers were seen; without it an office decides nothing",
        ),
        sa.Column("checked_by", sa.Uuid(), comment="the account of who saw them; without one `ejia`"),
        sa.CheckConstraint("checked_at IS NULL OR person_id IS NOT NULL", name="checked_is_somebody"),
        sa.CheckConstraint("merged_into_id IS NULL OR status = 'closed'", name="merged_is_closed"),
        sa.ForeignKeyConstraint(["merged_into_id"], ["accounts.id"], name="fk_accounts_merged_into_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_accounts_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )
    op.create_index("ix_accounts_merged_into_id", "accounts", ["merged_into_id"], postgresql_where="merged_into_id IS NOT NULL")
    op.create_index("uq_accounts_live_person", "accounts", ["person_id"], unique=True, postgresql_where="status = 'active'")

    op.create_table(
        "logins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("appid", sa.Text()),
        sa.Column("openid", sa.Text()),
        sa.Column("unionid", sa.Text()),
        sa.Column("session_key_sealed", sa.LargeBinary()),
        sa.Column("name", sa.Text()),
        sa.Column("password_hash", sa.Text()),
        sa.Column("password_initial", sa.Boolean(), nullable=False, comment="given by somebody else; to be changed at the first login"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True), comment="opens this account no more; the WeChat user may begin anew"),
        sa.Column("end_reason", sa.Text()),
        sa.CheckConstraint(
            "CASE kind WHEN 'wechat' THEN appid IS NOT NULL AND openid IS NOT NULL AND name IS NULL AND password_hash IS NULL WHEN 'password' THEN name IS NOT NULL AND password_hash IS NOT NULL AND openid IS NULL ELSE false END",
            name="columns_of_its_kind",
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_logins_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_logins"),
    )
    op.create_index("ix_logins_account_id", "logins", ["account_id"])
    op.create_index("uq_logins_name", "logins", ["name"], unique=True, postgresql_where="kind = 'password'")
    op.create_index("uq_logins_wechat", "logins", ["appid", "openid"], unique=True, postgresql_where="kind = 'wechat'")

    op.create_table(
        "login_lockouts",
        sa.Column("name_index", sa.LargeBinary(), nullable=False),
        sa.Column("login_id", sa.Uuid(), comment="whose name it is; nobody's without"),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("last_failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["login_id"], ["logins.id"], name="fk_login_lockouts_login_id"),
        sa.PrimaryKeyConstraint("name_index", name="pk_login_lockouts"),
    )
    op.create_index("ix_login_lockouts_last_failed_at", "login_lockouts", ["last_failed_at"])
    op.create_index(
        "ix_login_lockouts_locked_until", "login_lockouts", ["locked_until", "login_id"], postgresql_where="login_id IS NOT NULL"
    )
    op.create_index("ix_login_lockouts_login_id", "login_lockouts", ["login_id"], postgresql_where="login_id IS NOT NULL")

    op.create_table(
        "token_families",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("held_by", sa.String(40), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False, comment="of a browser always 1"),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=False, comment="of a browser when it was last used, to the minute"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "expires_at", sa.DateTime(timezone=True), nullable=False, comment="of a browser put off by each use, up to its last hour"
        ),
        sa.Column("password_change_needed", sa.Boolean(), nullable=False, comment="opens nothing but the change of the password"),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("end_reason", sa.Text()),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_token_families_account_id"),
        sa.ForeignKeyConstraint(["login_id"], ["logins.id"], name="fk_token_families_login_id"),
        sa.PrimaryKeyConstraint("id", name="pk_token_families"),
    )
    op.create_index("ix_token_families_account_id", "token_families", ["account_id"])
    op.create_index("ix_token_families_held", "token_families", ["account_id", "created_at", "id"], postgresql_where="ended_at IS NULL")

    op.create_table(
        "role_grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("area_path", sa.Text(collation="C")),
        sa.Column("party_organisation_id", sa.Uuid()),
        sa.Column("organisation_id", sa.Uuid()),
        sa.Column("work_unit_id", sa.Uuid()),
        sa.Column("team_id", sa.Uuid()),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True)),
        sa.Column("granted_by", sa.Uuid()),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_by", sa.Uuid()),
        sa.Column("withdrawn_reason", sa.Text()),
        sa.CheckConstraint(
            "num_nonnulls(area_path, party_organisation_id, organisation_id, work_unit_id, team_id, person_id) = 1",
            name="exactly_one_scope",
        ),
        sa.CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="term_goes_forward"),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason IS NULL)", name="withdrawn_with_reason"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_role_grants_account_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_role_grants_organisation_id"),
        sa.ForeignKeyConstraint(["party_organisation_id"], ["party_organisations.id"], name="fk_role_grants_party_organisation_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_role_grants_person_id"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_role_grants_team_id"),
        sa.ForeignKeyConstraint(["work_unit_id"], ["work_units.id"], name="fk_role_grants_work_unit_id"),
        sa.PrimaryKeyConstraint("id", name="pk_role_grants"),
    )
    op.create_index("ix_role_grants_account_id", "role_grants", ["account_id", "id"])
    op.create_index("ix_role_grants_area_path", "role_grants", ["area_path", "id"], postgresql_where="area_path IS NOT NULL")
    op.create_index(
        "ix_role_grants_held_in_area",
        "role_grants",
        ["area_path", "role"],
        postgresql_where="withdrawn_at IS NULL AND area_path IS NOT NULL",
    )
    op.create_index(
        "ix_role_grants_organisation_id",
        "role_grants",
        ["organisation_id"],
        postgresql_where="withdrawn_at IS NULL AND organisation_id IS NOT NULL",
    )
    op.create_index(
        "ix_role_grants_person_id", "role_grants", ["person_id"], postgresql_where="withdrawn_at IS NULL AND person_id IS NOT NULL"
    )
    op.create_index("ix_role_grants_team_id", "role_grants", ["team_id"], postgresql_where="withdrawn_at IS NULL AND team_id IS NOT NULL")
    op.create_index(
        "ix_role_grants_work_unit_id", "role_grants", ["work_unit_id"], postgresql_where="withdrawn_at IS NULL AND work_unit_id IS NOT NULL"
    )
    op.create_index(
        "uq_role_grants_held",
        "role_grants",
        ["account_id", "role", "area_path", "party_organisation_id", "organisation_id", "work_unit_id", "team_id", "person_id"],
        unique=True,
        postgresql_where="withdrawn_at IS NULL",
        postgresql_nulls_not_distinct=True,
    )


def downgrade() -> None:
    op.drop_table("role_grants")
    op.drop_table("token_families")
    op.drop_table("login_lockouts")
    op.drop_table("logins")
    op.drop_table("accounts")
