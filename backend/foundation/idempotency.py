"""Answers that are given twice: a phone on a bad line repeats itself, and the second request must not do the work again.

The key is inserted in the transaction of the work, so a repeat that comes at the same time waits for the first one. A 2xx answer is
kept sealed for 24 hours; a refusal rolls the key back with everything else, so that a repeat is judged anew.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.database import Base, db, run
from backend.foundation.errors import Malformed, Unprocessable
from backend.foundation.sealing import SEALED, keyring, row_of

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
    answer: Mapped[bytes | None] = mapped_column(info={SEALED: _FIELD})


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered the first time, byte for byte."""

    status: int
    body: bytes


_OF_KEY = (
    IdempotencyKey.account_id == bindparam("of_account"),
    IdempotencyKey.route == bindparam("of_route"),
    IdempotencyKey.key == bindparam("of_key"),
)
_FRESH: dict[str, Any] = {"body_digest": bindparam("digest"), "created_at": bindparam("now")}
_TAKE = (
    insert(IdempotencyKey)
    .values(account_id=bindparam("of_account"), route=bindparam("of_route"), key=bindparam("of_key"), **_FRESH)
    .on_conflict_do_update(
        index_elements=["account_id", "route", "key"],
        set_={**_FRESH, "status": None, "answer": None},
        where=IdempotencyKey.created_at < bindparam("oldest"),
    )
    .returning(IdempotencyKey.key)
)
_FIRST = select(IdempotencyKey.body_digest, IdempotencyKey.status, IdempotencyKey.answer).where(*_OF_KEY)
_FINISH = update(IdempotencyKey).where(*_OF_KEY).values(status=bindparam("with_status"), answer=bindparam("sealed_answer"))


def begin(account_id: UUID, route: str, key: str, body_digest: bytes, *, now: datetime) -> Answer | None:
    """Take the key for this transaction, or give the answer that the same submission got before.

    Waits while another transaction holds the key. Raises IdempotencyKeyReused.
    """
    submission = {"of_account": account_id, "of_route": route, "of_key": key}
    if run(_TAKE, **submission, digest=body_digest, now=now, oldest=now - KEPT_FOR).one_or_none() is not None:
        return None
    first = run(_FIRST, **submission).one()
    if first.body_digest != body_digest:
        raise IdempotencyKeyReused
    return Answer(first.status, keyring().unseal_bytes(first.answer, field=_FIELD, row=row_of(account_id, route, key)))


def finish(account_id: UUID, route: str, key: str, answer: Answer) -> None:
    """Keep the answer under the key, in the transaction of the work."""
    sealed = keyring().seal_bytes(answer.body, field=_FIELD, row=row_of(account_id, route, key))
    run(_FINISH, of_account=account_id, of_route=route, of_key=key, with_status=answer.status, sealed_answer=sealed)


def forget_old(*, now: datetime) -> int:
    """Delete keys whose 24 hours are over; returns how many."""
    gone = db.session.execute(
        delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT_FOR).execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]
