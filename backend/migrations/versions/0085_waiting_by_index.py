"""Find by an index what waits: bases to state, offices to agree to, work that failed, who never signed out, shifts to settle; who read of a beneficiary, and what
was exported last.

Revision ID: 0085
Revises: 0084
"""

from backend.migrations import indexes

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None

_LIVE_WITHOUT = "ended_at IS NULL AND address_sealed IS NOT NULL AND basis_stands IS NOT TRUE"
_MADE = (
    ("ix_beneficiaries_without_basis", "beneficiaries", ["area_path"], _LIVE_WITHOUT),
    ("ix_role_grants_waiting", "role_grants", ["area_path", "id"], "withdrawn_at IS NULL AND waits_for IS NOT NULL"),
    ("ix_jobs_failed", "jobs", ["finished_at"], "state = 'failed'"),
    ("ix_jobs_done", "jobs", ["kind", "params", "started_at"], "state = 'done'"),
    ("ix_attendances_never_out", "attendances", ["shift_id"], "signed_out_at IS NULL AND closed_at IS NOT NULL"),
    ("ix_shifts_to_settle", "shifts", ["ends_at", "id"], "settled_at IS NULL"),
    ("ix_reveals_beneficiary_id", "reveals", ["beneficiary_id", "id"], "beneficiary_id IS NOT NULL"),
)


def upgrade() -> None:
    for name, table, columns, where in _MADE:
        indexes.add(name, table, columns, where=where)


def downgrade() -> None:
    for name, table, _, _ in reversed(_MADE):
        indexes.drop(name, table)
