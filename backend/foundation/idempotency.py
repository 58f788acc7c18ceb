"""Answers that are given twice: a phone on a bad line repeats itself, and the second request must not do the work again.

The key is inserted in the transaction of the work, so a repeat that comes at the same time waits for the first one. A 2xx answer is
kept sealed for 24 hours; a refusal rolls the key back with everything else, so that a repeat is judged anew.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import Base, db
from backend.foundation.errors import Malformed, Unprocessable
from backend.foundation.sealing import keyring

KEPT_FOR = timedelta(hours=24)
_FIELD = "idempotency_keys.answer"


class IdempotencyKeyMissing(Malformed):
    """A POST that creates something came without the header."""

    code: ClassVar[str] = "idempotency_key_missing"
    detail = "缺少 Idempotency-Key 请求头"


class IdempotencyKeyReused(Unprocessable):
    """The same key came with another body."""

    code: ClassVar[str] = "idempotency_key_reused"
    detail = "同一个 Idempotency-Key 不能用于不同的内容"


class IdempotencyKey(Base):
    """One submission of one account to one route."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_created_at", "created_at"),)

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body_digest: Mapped[bytes]
    created_at: Mapped[datetime]
    status: Mapped[int | None]
    answer: Mapped[bytes | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered the first time, byte for byte."""

    status: int
    body: bytes


def begin(account_id: UUID, route: str, key: str, body_digest: bytes, *, now: datetime) -> Answer | None:
    """Take the key for this transaction, or give the answer that the same submission got before.

    Waits while another transaction holds the key. Raises IdempotencyKeyReused.
    """
    taken = db.session.scalar(
        insert(IdempotencyKey)
        .values(account_id=account_id, route=route, key=key, body_digest=body_digest, created_at=now)
        .on_conflict_do_update(
            index_elements=["account_id", "route", "key"],
            set_={"body_digest": body_digest, "created_at": now, "status": None, "answer": None},
            where=IdempotencyKey.created_at < now - KEPT_FOR,
        )
        .returning(IdempotencyKey.key)
        .execution_options(synchronize_session=False)
    )
    if taken is not None:
        return None
    first = db.session.execute(
        select(IdempotencyKey.body_digest, IdempotencyKey.status, IdempotencyKey.answer).where(
            IdempotencyKey.account_id == account_id, IdempotencyKey.route == route, IdempotencyKey.key == key
        )
    ).one()
    if first.body_digest != body_digest:
        raise IdempotencyKeyReused
    return Answer(first.status, keyring().unseal_bytes(first.answer, field=_FIELD))


def finish(account_id: UUID, route: str, key: str, answer: Answer) -> None:
    """Keep the answer under the key, in the transaction of the work."""
    db.session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.account_id == account_id, IdempotencyKey.route == route, IdempotencyKey.key == key)
        .values(status=answer.status, answer=keyring().seal_bytes(answer.body, field=_FIELD))
        .execution_options(synchronize_session=False)
    )


def forget_old(*, now: datetime) -> int:
    """Delete keys whose 24 hours are over; returns how many."""
    gone = db.session.execute(
        delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT_FOR).execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]
