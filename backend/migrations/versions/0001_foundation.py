"""Add the foundation: the audit log, the outbox, kept answers, jobs, and the marks of a database.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from backend.migrations import triggers

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    triggers.make_functions()

    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid()),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid()),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("request_id", sa.Text()),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_account_id", "audit_entries", ["account_id", "at"])
    op.create_index("ix_audit_entries_action", "audit_entries", ["action", "at", "id"])
    op.create_index("ix_audit_entries_at", "audit_entries", ["at", "id"])
    op.create_index("ix_audit_entries_subject_id", "audit_entries", ["subject_id", "at"])
    triggers.written_once("audit_entries")

    op.create_table(
        "outbox_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_id", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_events"),
    )
    op.create_index("ix_outbox_events_at", "outbox_events", ["at"])

    op.create_table(
        "outbox_deliveries",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("last_error", sa.Text()),
        sa.PrimaryKeyConstraint("event_id", "consumer", name="pk_outbox_deliveries"),
    )
    op.create_index("ix_outbox_deliveries_due", "outbox_deliveries", ["consumer", "due_at", "event_id"])

    op.create_table(
        "idempotency_keys",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.BigInteger()),
        sa.Column("media_type", sa.Text()),
        sa.Column("location", sa.Text()),
        sa.Column("answer", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("account_id", "route", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])

    op.create_table(
        "files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="as who fetches it may call it; holds no personal data"),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("area_path", sa.Text(collation="C")),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_until", sa.DateTime(timezone=True)),
        sa.CheckConstraint("num_nonnulls(person_id, area_path) = 1", name="of_person_or_area"),
        sa.CheckConstraint("size_bytes >= 0", name="size_not_negative"),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
    )
    op.create_index("ix_files_kept_until", "files", ["kept_until"], postgresql_where="kept_until IS NOT NULL")
    op.create_index("ix_files_stored_at", "files", ["stored_at", "id"])

    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), comment="the account; none for the platform itself"),
        sa.Column("area_path", sa.Text(collation="C"), nullable=False),
        sa.Column("params", postgresql.JSONB(), nullable=False, comment="ids and numbers only"),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False, comment="how often a worker took it; the last one may write"),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("error", sa.Text(), comment="the code of the refusal, or of what else went wrong"),
        sa.Column("error_detail", sa.Text(), comment="one Chinese sentence that says so to the asker"),
        sa.Column("file_name", sa.Text()),
        sa.Column("file_id", sa.Uuid(), comment="as long as it is kept"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("done >= 0 AND done <= total", name="done_within_total"),
        sa.CheckConstraint("(state = 'failed') = (error IS NOT NULL)", name="error_when_failed"),
        sa.CheckConstraint("(state = 'done') = (file_name IS NOT NULL)", name="file_when_done"),
        sa.CheckConstraint("(state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)", name="finished_when_over"),
        sa.CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name="leased_while_running"),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name="fk_jobs_file_id"),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
    )
    op.create_index("ix_jobs_asked_by", "jobs", ["asked_by", "id"])
    op.create_index("ix_jobs_file_id", "jobs", ["file_id"], postgresql_where="file_id IS NOT NULL")
    op.create_index("ix_jobs_unfinished", "jobs", ["created_at", "id"], postgresql_where="state IN ('queued', 'running')")

    op.create_table(
        "key_uses",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_up_at", sa.DateTime(timezone=True), comment="the key is lost for good, an operator says"),
        sa.PrimaryKeyConstraint("key_id", "fingerprint", name="pk_key_uses"),
    )

    op.create_table(
        "demonstrations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_demonstrations"),
    )


def downgrade() -> None:
    op.drop_table("demonstrations")
    op.drop_table("key_uses")
    op.drop_table("jobs")
    op.drop_table("files")
    op.drop_table("idempotency_keys")
    op.drop_table("outbox_deliveries")
    op.drop_table("outbox_events")
    op.drop_table("audit_entries")
    triggers.drop_functions()
