"""The audit log: who did what to which row, when and why. Append-only (a trigger refuses all but sealing); ids only, never personal data.

From where somebody came is kept beside the entry, for a term of its own. The entry holds a salted digest of it: as long as both are there
the one proves the other, and once address and salt are erased the digest tells nothing and the entry is as it was.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Index, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.actor import Actor
from backend.foundation.database import Base, RowId, delete_some, write_at_commit
from backend.foundation.ids import new_id
from backend.foundation.tracing import current_operator, current_request_id, current_source

Detail = str | int | bool | None
_SALT_BYTES = 16
_AT_ONCE = 5000


class AuditEntry(Base):
    """One act. `action` is the permission it needed; an act of the platform itself has no account, that of a command its operator.

    `position` and `digest` are its place in the chain (audit_chain.py), given once, after its commit.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_subject_id", "subject_id", "at"),
        Index("ix_audit_entries_account_id", "account_id", "at"),
        Index("ix_audit_entries_action", "action", "at", "id"),
        Index("ix_audit_entries_at", "at", "id"),
        Index("ix_audit_entries_refused", "at", "id", postgresql_where=text("NOT succeeded")),
        Index("ix_audit_entries_operator", "operator", "at", "id", postgresql_where=text("operator IS NOT NULL")),
        Index("uq_audit_entries_position", "position", unique=True, postgresql_where=text("position IS NOT NULL")),
        Index("ix_audit_entries_unsealed", "id", postgresql_where=text("position IS NULL")),
    )

    id: Mapped[RowId]
    at: Mapped[datetime]
    account_id: Mapped[UUID | None]
    action: Mapped[str]
    subject_id: Mapped[UUID | None]
    succeeded: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str | None]
    request_id: Mapped[str | None]
    operator: Mapped[str | None]
    source_digest: Mapped[bytes | None]
    details: Mapped[dict[str, Detail]] = mapped_column(JSONB)
    position: Mapped[int | None]
    digest: Mapped[bytes | None]


class AuditSource(Base):
    """From which network address an act came, for as long as logs are kept."""

    __tablename__ = "audit_sources"
    __table_args__ = (Index("ix_audit_sources_at", "at"),)

    entry_id: Mapped[RowId]
    at: Mapped[datetime]
    address: Mapped[str]
    salt: Mapped[bytes]


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
        "operator": current_operator(),
        "details": details,
    }
    source = current_source()
    if source is None:
        write_at_commit({AuditEntry: [entry]})
        return
    salt = secrets.token_bytes(_SALT_BYTES)
    entry["source_digest"] = digest_of(source, salt)
    write_at_commit({AuditEntry: [entry], AuditSource: [{"entry_id": entry["id"], "at": now, "address": source, "salt": salt}]})


def digest_of(address: str, salt: bytes) -> bytes:
    """What an entry says of the address from which its act came."""
    return hashlib.sha256(salt + address.encode()).digest()


def forget_old_sources(*, kept: timedelta, now: datetime) -> int:
    """Erase the addresses of acts that are older than that, some of them; returns how many."""
    return delete_some(AuditSource, select(AuditSource.entry_id).where(AuditSource.at < now - kept).limit(_AT_ONCE))
