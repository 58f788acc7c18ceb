"""Keep the passkeys of log-ins, and what they are asked to sign; let recovery codes belong to the log-in, whichever factor it has.

Revision ID: 0100
Revises: 0099
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0100"
down_revision = "0099"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("login_id", sa.Uuid, nullable=False),
        sa.Column("credential_id", sa.LargeBinary, nullable=False, comment="by which the device finds it"),
        sa.Column("public_key", sa.LargeBinary, nullable=False, comment="as the device gave it (COSE)"),
        sa.Column("sign_count", sa.BigInteger, nullable=False, comment="how often the device signed by it; 0 where it does not count"),
        sa.Column("transports", postgresql.ARRAY(sa.Text), nullable=False, comment="how the device is reached"),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("end_reason", sa.Text),
        sa.CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended_with_reason"),
        sa.ForeignKeyConstraint(["login_id"], ["logins.id"], name="fk_passkeys_login_id"),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.UniqueConstraint("credential_id", name="uq_passkeys_credential_id"),
    )
    op.create_index("ix_passkeys_login_id", "passkeys", ["login_id"])
    op.create_table(
        "passkey_challenges",
        sa.Column("challenge", sa.LargeBinary, nullable=False),
        sa.Column("login_id", sa.Uuid, nullable=False),
        sa.Column("bound_to", sa.LargeBinary, nullable=False, comment="the browser's log-in, or a digest of the ticket that leads to one"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["login_id"], ["logins.id"], name="fk_passkey_challenges_login_id"),
        sa.PrimaryKeyConstraint("challenge", name="pk_passkey_challenges"),
    )
    op.create_index("ix_passkey_challenges_made_at", "passkey_challenges", ["made_at"])
    op.create_index("ix_passkey_challenges_login_id", "passkey_challenges", ["login_id"])
    op.drop_constraint("fk_recovery_codes_login_id", "recovery_codes", type_="foreignkey")
    op.create_foreign_key("fk_recovery_codes_login_id", "recovery_codes", "logins", ["login_id"], ["id"], postgresql_not_valid=True)


def downgrade() -> None:
    op.execute("DELETE FROM recovery_codes WHERE login_id NOT IN (SELECT login_id FROM second_factors)")
    op.drop_constraint("fk_recovery_codes_login_id", "recovery_codes", type_="foreignkey")
    op.create_foreign_key("fk_recovery_codes_login_id", "recovery_codes", "second_factors", ["login_id"], ["login_id"], ondelete="CASCADE")
    op.drop_table("passkey_challenges")
    op.drop_table("passkeys")
