"""Make the indexes of the three migrations before, and look at the old rows by their checks.

Nothing here holds up a writer, and all of it can be done again when it was cut short.

Revision ID: 0023
Revises: 0022
"""

from backend.migrations import checks, indexes

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    checks.validate("confirmed_after_seen", "account_recoveries")
    checks.validate("seen_with_proof", "account_recoveries")
    checks.validate("people_per_place_sensible", "openings")
    checks.validate("taken_until_released", "claims")
    checks.validate("seat_sensible", "attendances")
    checks.validate("most_minutes_sensible", "service_confirmations")
    indexes.add("ix_reveals_claim_id", "reveals", ["claim_id"], where="claim_id IS NOT NULL")
    indexes.add("uq_account_recoveries_open", "account_recoveries", ["account_id"], unique=True, where="status IN ('submitted', 'seen')")
    indexes.add("ix_account_recoveries_seen_at", "account_recoveries", ["seen_at", "id"], where="status = 'seen'")
    indexes.add("ix_claims_asked", "claims", ["id"], where="status = 'asked'")
    indexes.add("uq_attendances_seat", "attendances", ["claim_id", "shift_id", "seat"], unique=True, where="seat IS NOT NULL")


def downgrade() -> None:
    indexes.drop("uq_attendances_seat", "attendances")
    indexes.drop("ix_claims_asked", "claims")
    indexes.drop("ix_account_recoveries_seen_at", "account_recoveries")
    indexes.add("uq_account_recoveries_open", "account_recoveries", ["account_id"], unique=True, where="status = 'submitted'")
    indexes.drop("ix_reveals_claim_id", "reveals")
