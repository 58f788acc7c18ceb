"""The chain over the audit log: each entry carries a number and a digest of itself and of all before it.

Entries are sealed after their commit, in batches, in the order of their ids, by one sealer at a time: no writer waits for another one, and
one that commits late comes later in the chain. Who owns the database can make another chain of other entries, but none that agrees with a
head that was handed out before (audit_heads.py).
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, LargeBinary, Row, Uuid, cast, func, select, update

from backend.foundation.audit import AuditEntry, AuditSource, digest_of
from backend.foundation.database import db

BEGINNING = bytes(32)
"""What stands before the first entry."""

_ONE_SEALER = 0x6175646974
_AT_ONCE = 2000
_IN_WORDS = (
    AuditEntry.id,
    AuditEntry.at,
    AuditEntry.account_id,
    AuditEntry.action,
    AuditEntry.subject_id,
    AuditEntry.succeeded,
    AuditEntry.reason,
    AuditEntry.request_id,
    AuditEntry.operator,
    AuditEntry.source_digest,
    AuditEntry.details,
)
"""What a digest is of, in this order: none is taken away or moved, or every chain would be broken."""

_Entry = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Link:
    """How far the chain goes: so many entries, and the digest of the last one."""

    position: int
    digest: bytes


def last_link() -> Link:
    """The end of the chain."""
    last = select(AuditEntry.position, AuditEntry.digest).where(AuditEntry.position.is_not(None)).order_by(AuditEntry.position.desc())
    found = db.session.execute(last.limit(1)).one_or_none()
    return Link(0, BEGINNING) if found is None else Link(found.position, found.digest)


def waiting() -> int:
    """How many entries no sealer has come to yet."""
    return db.session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.position.is_(None))) or 0


def seal(*, now: datetime) -> int:  # noqa: ARG001 - as every step of the house
    """Put some of the entries that wait at the end of the chain; returns how many. None while another sealer is at work."""
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(_ONE_SEALER))):
        return 0
    link = last_link()
    entries = db.session.execute(select(*_IN_WORDS).where(AuditEntry.position.is_(None)).order_by(AuditEntry.id).limit(_AT_ONCE)).all()
    links = []
    for entry in entries:
        link = Link(link.position + 1, _digest(entry, after=link.digest))
        links.append(link)
    if links:
        _write([entry.id for entry in entries], links)
    return len(links)


def _write(ids: Sequence[UUID], links: Sequence[Link]) -> None:
    positions, digests = [link.position for link in links], [link.digest for link in links]
    made = func.unnest(cast(ids, ARRAY(Uuid)), cast(positions, ARRAY(BigInteger)), cast(digests, ARRAY(LargeBinary)))
    new = made.table_valued("id", "position", "digest", name="new").render_derived()
    sealing = update(AuditEntry).where(AuditEntry.id == new.c.id, AuditEntry.position.is_(None))
    db.session.execute(sealing.values(position=new.c.position, digest=new.c.digest).execution_options(synchronize_session=False))


@dataclass(frozen=True, slots=True)
class Flaw:
    """One place where the chain does not hold, and what is wrong there, in Chinese."""

    position: int
    said: str


def flaws(*, advance: Callable[[int], None]) -> Iterator[Flaw]:
    """Walk the whole chain, and tell each place where it does not hold; `advance` hears how many entries were looked at."""
    link = Link(0, BEGINNING)
    while entries := _after(link.position):
        for entry in entries:
            if entry.position != link.position + 1:
                yield Flaw(link.position + 1, f"第 {link.position + 1} 条起，{entry.position - link.position - 1} 条不见了")
            elif entry.digest != _digest(entry, after=link.digest):
                yield Flaw(entry.position, f"第 {entry.position} 条（{entry.id}）与封存时不同")
            if entry.address is not None and entry.source_digest != digest_of(entry.address, entry.salt):
                yield Flaw(entry.position, f"第 {entry.position} 条（{entry.id}）的来源地址被改过")
            link = Link(entry.position, entry.digest)
        advance(len(entries))


def digest_at(position: int) -> bytes | None:
    """The digest of the entry with this number; None where there is none."""
    if position == 0:
        return BEGINNING
    return db.session.scalar(select(AuditEntry.digest).where(AuditEntry.position == position))


def _after(position: int) -> Sequence[_Entry]:
    entries = (
        select(AuditEntry.position, AuditEntry.digest, *_IN_WORDS, AuditSource.address, AuditSource.salt)
        .outerjoin(AuditSource, AuditSource.entry_id == AuditEntry.id)
        .where(AuditEntry.position > position)
    )
    return db.session.execute(entries.order_by(AuditEntry.position).limit(_AT_ONCE)).all()


def _digest(entry: _Entry, *, after: bytes) -> bytes:
    words = [_in_words(getattr(entry, str(column.key))) for column in _IN_WORDS]
    return hashlib.sha256(after + json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).digest()


def _in_words(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return str(value)
    return value.hex() if isinstance(value, bytes) else value
