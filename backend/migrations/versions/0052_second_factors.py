"""Let a log-in by password ask for a second factor.

Revision ID: 0052
Revises: 0051
"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "token_families",
        sa.Column(
            "password_only",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="began by a password and no second factor",
        ),
    )
    # Who is in by a password now is asked for more at once, too: there are as many as people with an office.
    op.execute(
        "UPDATE token_families SET password_only = true FROM logins"
        " WHERE logins.id = token_families.login_id AND logins.kind = 'password' AND token_families.ended_at IS NULL"
    )
    op.create_table(
        "second_factors",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "confirmed_at", sa.DateTime(timezone=True), comment="when a first code proved that the app has the secret; asked for from then"
        ),
        sa.Column("last_step", sa.BigInteger(), comment="of which half minute the last code was: none is good twice"),
        sa.ForeignKeyConstraint(["login_id"], ["logins.id"], name="fk_second_factors_login_id"),
        sa.PrimaryKeyConstraint("id", name="pk_second_factors"),
        sa.UniqueConstraint("login_id", name="uq_second_factors_login_id"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("login_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["login_id"], ["second_factors.login_id"], name="fk_recovery_codes_login_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("login_id", "digest", name="pk_recovery_codes"),
    )


def downgrade() -> None:
    op.drop_table("recovery_codes")
    op.drop_table("second_factors")
    op.drop_column("token_families", "password_only")
