"""Give a sealed column to each text that may tell of somebody's health or home: details of a demand, why care could not wait for a
consent, why somebody acts for another.

What stands in clear is sealed by night (`housekeeping.seal_old_texts`), because it needs the keys; the former release goes on writing
there meanwhile. So a fact's text may be sealed and erased in its row, and nothing else of a fact may change, as before.

Revision ID: 0045
Revises: 0044
"""

import sqlalchemy as sa
from alembic import op

from backend.migrations import checks, triggers

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_OLD = "as releases before 0045 wrote it; sealed by night"
_DETAILS, _CARE, _ACTS = (
    "for the community, who asked, and who was accepted",
    "why care could not wait for a consent",
    "why somebody else acts",
)
FACTS = ("beneficiary_bases", "proxies")


def upgrade() -> None:
    op.add_column("demands", sa.Column("details_sealed", sa.LargeBinary(), comment=f"{_DETAILS}; empty once erased"))
    op.alter_column("demands", "details", comment=_OLD, existing_comment=_DETAILS)
    # The release before shows details that are empty to nobody, as to whom they do not concern.
    op.execute("-- squawk-ignore ban-drop-not-null\nALTER TABLE demands ALTER COLUMN details DROP NOT NULL")
    op.add_column("beneficiary_bases", sa.Column("cause_sealed", sa.LargeBinary(), comment=_CARE))
    gone = "when the cause went, because nobody needed it any more"
    op.add_column("beneficiary_bases", sa.Column("erased_at", sa.DateTime(timezone=True), comment=gone))
    op.alter_column("beneficiary_bases", "cause", comment=_OLD, existing_comment=_CARE)
    op.add_column("proxies", sa.Column("cause_sealed", sa.LargeBinary(), comment=_ACTS))
    op.alter_column("proxies", "cause", comment=f"{_OLD}, and empty since", existing_comment=_ACTS)
    op.drop_constraint("ck_beneficiary_bases_care_has_a_cause", "beneficiary_bases")
    has_cause = "void OR basis <> 'duty_of_care' OR num_nonnulls(cause, cause_sealed, erased_at) > 0"
    checks.add("care_has_a_cause", "beneficiary_bases", has_cause)
    triggers.make_sealing_function()
    for table in FACTS:
        triggers.revised_or_sealed(table, "cause")


def downgrade() -> None:
    for table in FACTS:
        triggers.revised_only_again(table)
    triggers.drop_sealing_function()
    op.drop_constraint("ck_beneficiary_bases_care_has_a_cause", "beneficiary_bases")
    op.alter_column("proxies", "cause", comment=_ACTS, existing_comment=f"{_OLD}, and empty since")
    op.drop_column("proxies", "cause_sealed")
    op.alter_column("beneficiary_bases", "cause", comment=_CARE, existing_comment=_OLD)
    op.drop_column("beneficiary_bases", "erased_at")
    op.drop_column("beneficiary_bases", "cause_sealed")
    # What is sealed is read by no release before: it is gone with its column.
    op.execute("ALTER TABLE beneficiary_bases DISABLE TRIGGER refuse_fact_change")
    op.execute("UPDATE beneficiary_bases SET cause = '' WHERE basis = 'duty_of_care' AND cause IS NULL")
    op.execute("ALTER TABLE beneficiary_bases ENABLE TRIGGER refuse_fact_change")
    op.create_check_constraint("care_has_a_cause", "beneficiary_bases", "basis <> 'duty_of_care' OR cause IS NOT NULL")
    op.execute("UPDATE demands SET details = '' WHERE details IS NULL")
    op.alter_column("demands", "details", nullable=False, comment=_DETAILS, existing_comment=_OLD)
    op.drop_column("demands", "details_sealed")
