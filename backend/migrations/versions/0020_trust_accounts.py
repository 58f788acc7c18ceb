"""Add to accounts what trust asks: ways in and who added them, offices that wait, log-ins joined by two, what is written down in a day.

Answers that were kept say nothing of what their callers held, so they are given to nobody again; that they were given stays known.
An application that was confirmed was seen at that moment, by the one officer who confirmed it.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import checks

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_CONFIRMED = """
UPDATE account_recoveries SET seen_at = change.at, seen_by = change.actor_account_id
FROM account_recovery_changes change
WHERE change.recovery_id = account_recoveries.id AND change.to_status = 'confirmed' AND account_recoveries.status = 'confirmed'
"""


def upgrade() -> None:
    op.add_column("idempotency_keys", sa.Column("powers", sa.ARRAY(sa.Text()), comment="what the caller held when it was given"))
    op.execute("UPDATE idempotency_keys SET answer = NULL WHERE answer IS NOT NULL")

    op.add_column("logins", sa.Column("password_set_at", sa.DateTime(timezone=True), comment="when its holder set the last password"))
    op.add_column("logins", sa.Column("joined_at", sa.DateTime(timezone=True), comment="when it came to this account from another one"))
    op.add_column("logins", sa.Column("added_by", sa.Uuid(), comment="the account of who added it; without one `ejia` or the clock"))
    op.add_column(
        "login_lockouts", sa.Column("was_in_at", sa.DateTime(timezone=True), comment="when the right password last came from there")
    )
    op.add_column("role_grants", sa.Column("waits_for", sa.String(40), comment="of an office: opens nothing until then"))
    op.add_column("role_grants", sa.Column("approved_by", sa.Uuid(), comment="the second holder, where one's own level appointed"))
    op.create_table(
        "allowances",
        sa.Column("holder_id", sa.Uuid(), nullable=False, comment="a person, an account that has none, or the thing that is counted for"),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("holder_id", "kind", name="pk_allowances"),
    )
    op.add_column("reveals", sa.Column("claim_id", sa.Uuid(), comment="by which the reader may, who visits"))

    op.alter_column("account_recoveries", "account_id", comment="who asks, or which account joins", existing_comment="who asks")
    op.add_column("account_recoveries", sa.Column("kind", sa.String(40), nullable=False, server_default="recovery"))
    op.add_column("account_recoveries", sa.Column("seen_at", sa.DateTime(timezone=True)))
    op.add_column("account_recoveries", sa.Column("seen_by", sa.Uuid(), comment="the account of the first officer; a second one agrees"))
    op.execute(_CONFIRMED)
    op.drop_constraint("ck_account_recoveries_confirmed_with_proof", "account_recoveries")
    checks.add("confirmed_after_seen", "account_recoveries", "status NOT IN ('seen', 'confirmed') OR seen_at IS NOT NULL")
    checks.add("seen_with_proof", "account_recoveries", "seen_at IS NULL OR kind = 'merge' OR proof IS NOT NULL")


def downgrade() -> None:
    op.drop_constraint("ck_account_recoveries_seen_with_proof", "account_recoveries")
    op.drop_constraint("ck_account_recoveries_confirmed_after_seen", "account_recoveries")
    checks.add("confirmed_with_proof", "account_recoveries", "(status = 'confirmed') = (proof IS NOT NULL)")
    for column in ("seen_by", "seen_at", "kind"):
        op.drop_column("account_recoveries", column)
    op.alter_column("account_recoveries", "account_id", comment="who asks", existing_comment="who asks, or which account joins")
    op.drop_column("reveals", "claim_id")
    op.drop_table("allowances")
    op.drop_column("role_grants", "approved_by")
    op.drop_column("role_grants", "waits_for")
    op.drop_column("login_lockouts", "was_in_at")
    for column in ("added_by", "joined_at", "password_set_at"):
        op.drop_column("logins", column)
    op.drop_column("idempotency_keys", "powers")
