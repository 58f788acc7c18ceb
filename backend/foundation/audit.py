"""The audit log: who did what to which row, when and why. Append-only (a trigger refuses the rest); ids only, never personal data."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.actor import Actor
from backend.foundation.database import Base, RowId, write_at_commit
from backend.foundation.ids import new_id
from backend.foundation.tracing import current_request_id

Detail = str | int | bool | None


class AuditEntry(Base):
    """One act. `action` is the permission it needed; an act of the platform itself has no account."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_subject_id", "subject_id", "at"),
        Index("ix_audit_entries_account_id", "account_id", "at"),
        Index("ix_audit_entries_action", "action", "at", "id"),
        Index("ix_audit_entries_at", "at", "id"),
    )

    id: Mapped[RowId]
    at: Mapped[datetime]
    account_id: Mapped[UUID | None]
    action: Mapped[str]
    subject_id: Mapped[UUID | None]
    succeeded: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str | None]
    request_id: Mapped[str | None]
    details: Mapped[dict[str, Detail]] = mapped_column(JSONB)


def record(
    actor: Actor,
    action: str,
    subject_id: UUID | None,
    *,
    now: datetime,
    reason: str | None = None,
    succeeded: bool = True,
    on_behalf_of: UUID | None = None,
    **details: Detail,
) -> None:
    """Write one act into the log, in the caller's transaction. `details` hold ids, codes and numbers only.

    `reason` is a word of the platform's own. What a person wrote may name somebody, and nothing goes out of this log again: it stands with
    the step or the revision that it explains.
    `on_behalf_of` is the person for whom a proxy acted.
    """
    if on_behalf_of is not None:
        details["on_behalf_of"] = str(on_behalf_of)
    entry = {
        "id": new_id(),
        "at": now,
        "account_id": actor.account_id,
        "action": str(action),
        "subject_id": subject_id,
        "succeeded": succeeded,
        "reason": reason,
        "request_id": current_request_id(),
        "details": details,
    }
    write_at_commit({AuditEntry: [entry]})
