"""Count wrong passwords by name, known or not, and mark passwords that somebody else gave.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "login_lock_outs",
        sa.Column("name_index", sa.LargeBinary(), nullable=False),
        sa.Column("login_id", sa.Uuid(), nullable=True, comment="whose name it is; nobody's without"),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("last_failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["login_id"], ["logins.id"], name="fk_login_lock_outs_login_id"),
        sa.PrimaryKeyConstraint("name_index", name="pk_login_lock_outs"),
    )
    op.create_index("ix_login_lock_outs_last_failed_at", "login_lock_outs", ["last_failed_at"], unique=False)
    op.create_index("ix_login_lock_outs_login_id", "login_lock_outs", ["login_id"], unique=False, postgresql_where="login_id IS NOT NULL")
    op.create_index(
        "ix_login_lock_outs_locked_until",
        "login_lock_outs",
        ["locked_until", "login_id"],
        unique=False,
        postgresql_where="login_id IS NOT NULL",
    )
    op.add_column(
        "logins",
        sa.Column(
            "password_initial",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="given by somebody else; to be changed at the first login",
        ),
    )
    op.add_column(
        "token_families",
        sa.Column(
            "password_change_needed",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="opens nothing but the change of the password",
        ),
    )


def downgrade() -> None:
    op.drop_column("token_families", "password_change_needed")
    op.drop_column("logins", "password_initial")
    op.drop_index("ix_login_lock_outs_locked_until", table_name="login_lock_outs", postgresql_where="login_id IS NOT NULL")
    op.drop_index("ix_login_lock_outs_login_id", table_name="login_lock_outs", postgresql_where="login_id IS NOT NULL")
    op.drop_index("ix_login_lock_outs_last_failed_at", table_name="login_lock_outs")
    op.drop_table("login_lock_outs")
