"""Keeps answers, to give them twice. A phone on a bad line sends a request again, and the work must not be done again.

The key is inserted in the transaction of the work, so a repeat that comes at the same time waits for the first one. A 2xx answer is
kept sealed for 24 hours; a refusal rolls the key back with everything else, so that a repeat is judged anew.

It is given again only to who holds all that they held when it was given: whose role was withdrawn meanwhile has no older answer to fall
back on. A secret is not kept at all, only that it was told.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, Text, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.actor import Actor
from backend.foundation.database import Base, db, delete_some, run, run_at_commit
from backend.foundation.errors import Conflict, Malformed, Unprocessable
from backend.foundation.sealing import SEALED, Row, keyring, row_of
from backend.foundation.statements import Change, Prepared

KEPT_FOR = timedelta(hours=24)
_FIELD = "idempotency_keys.answer"
_DIGEST = "idempotency_keys.body_digest"


class IdempotencyKeyMissing(Malformed):
    """A POST that creates something came without the key, or anything with one that is none."""

    code: ClassVar[str] = "idempotency_key_missing"
    detail = "缺少 Idempotency-Key 请求头"


class IdempotencyKeyReused(Unprocessable):
    """The same key came with another body."""

    code: ClassVar[str] = "idempotency_key_reused"
    detail = "同一个 Idempotency-Key 不能用于不同的内容"


class AnswerNotKept(Conflict):
    """The request was done before under this key, and its answer is not given again: it held a secret, or the caller's roles are others
    now."""

    code: ClassVar[str] = "answer_not_kept"
    detail = "该请求已处理，结果不再显示，请刷新后查看"


class IdempotencyKey(Base):
    """One submission of one account to one route."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index("ix_idempotency_keys_created_at", "created_at"),)

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    body_digest: Mapped[bytes]
    """Keyed, for in some bodies only an identity number is unknown, and of these there are few to try."""
    created_at: Mapped[datetime]
    status: Mapped[int | None]
    media_type: Mapped[str | None]
    location: Mapped[str | None]
    answer: Mapped[bytes | None] = mapped_column(info={SEALED: _FIELD})
    """None while nothing is answered, and for what was a secret."""
    powers: Mapped[list[str] | None] = mapped_column(ARRAY(Text), comment="what the caller held when it was given")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered the first time, byte for byte, and where it leads."""

    status: int
    body: bytes
    media_type: str | None
    location: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What is said of the body, and of where to go."""
        said = {"Content-Type": self.media_type, "Location": self.location}
        return {name: value for name, value in said.items() if value is not None}


_OF_KEY = (
    IdempotencyKey.account_id == bindparam("of_account"),
    IdempotencyKey.route == bindparam("of_route"),
    IdempotencyKey.key == bindparam("of_key"),
)
_FRESH: dict[str, Any] = {"body_digest": bindparam("digest"), "created_at": bindparam("now")}
_TAKE = Prepared(
    insert(IdempotencyKey)
    .values(account_id=bindparam("of_account"), route=bindparam("of_route"), key=bindparam("of_key"), **_FRESH)
    .on_conflict_do_update(
        index_elements=["account_id", "route", "key"],
        set_={**_FRESH, "status": None, "media_type": None, "location": None, "answer": None, "powers": None},
        where=IdempotencyKey.created_at < bindparam("oldest"),
    )
    .returning(IdempotencyKey.key)
)
_ANSWERED = select(
    IdempotencyKey.body_digest,
    IdempotencyKey.status,
    IdempotencyKey.media_type,
    IdempotencyKey.location,
    IdempotencyKey.answer,
    IdempotencyKey.powers,
).where(*_OF_KEY)
_FIRST = Prepared(_ANSWERED)
_KEPT = Prepared(_ANSWERED.where(IdempotencyKey.created_at >= bindparam("oldest")))
_FINISH = Prepared(
    update(IdempotencyKey)
    .where(*_OF_KEY)
    .values(
        status=bindparam("with_status"),
        media_type=bindparam("of_type"),
        location=bindparam("leads_to"),
        answer=bindparam("sealed_answer"),
        powers=bindparam("held"),
    )
)


@dataclass(frozen=True, slots=True)
class Submission:
    """One request that changes something: whose, to which route, under which key."""

    account_id: UUID
    route: str
    key: str

    @property
    def _values(self) -> dict[str, Any]:
        return {"of_account": self.account_id, "of_route": self.route, "of_key": self.key}

    @property
    def _row(self) -> Row:
        return row_of(self.account_id, self.route, self.key)

    def taking(self, body_digest: str, *, now: datetime) -> Change:
        """The change that takes the key for this transaction; it waits while another transaction holds it, and is not made when that one
        kept an answer."""
        keyed = keyring().index(body_digest, field=_DIGEST)
        return Change(_TAKE, {**self._values, "digest": keyed, "now": now, "oldest": now - KEPT_FOR})

    def take(self, body_digest: str, *, now: datetime) -> bool:
        """Take the key in the transaction in hand; False where another one kept an answer under it."""
        return bool(run(_TAKE, **self.taking(body_digest, now=now).values))

    def first_answer(self, body_digest: str, actor: Actor) -> Answer:
        """What the same submission got before, where the key could not be taken. Raises IdempotencyKeyReused, AnswerNotKept."""
        [first] = run(_FIRST, **self._values)
        return self._again(first, body_digest, actor)

    def kept_answer(self, body_digest: str, actor: Actor, *, now: datetime) -> Answer | None:
        """The same, before the key is taken; None where nothing is kept under it. Raises IdempotencyKeyReused, AnswerNotKept."""
        kept = run(_KEPT, **self._values, oldest=now - KEPT_FOR)
        return self._again(kept[0], body_digest, actor) if kept else None

    def _again(self, first: Any, body_digest: str, actor: Actor) -> Answer:
        if first.body_digest not in keyring().indexes(body_digest, field=_DIGEST):
            raise IdempotencyKeyReused
        if first.answer is None or not set(first.powers) <= set(_powers(actor)):
            raise AnswerNotKept
        body = keyring().unseal_bytes(first.answer, field=_FIELD, row=self._row)
        return Answer(first.status, body, first.media_type, first.location)

    def keep(self, answer: Answer, actor: Actor, *, secret: bool = False) -> None:
        """Keep the answer under the key, in the transaction of the work; of a secret only that it was told.

        The actor is who the caller is once the work is done: what it took from them is not asked of a repeat.
        """
        sealed = None if secret else keyring().seal_bytes(answer.body, field=_FIELD, row=self._row)
        said = {"with_status": answer.status, "of_type": answer.media_type, "leads_to": answer.location}
        run_at_commit(_FINISH, **self._values, **said, sealed_answer=sealed, held=_powers(actor))

    def free(self) -> None:
        """Give the key back, in a transaction that keeps what a refusal wrote down."""
        given_back = delete(IdempotencyKey).where(*_OF_KEY).execution_options(synchronize_session=False)
        db.session.execute(given_back, self._values)


def _powers(actor: Actor) -> list[str]:
    """All that policy could go by: who acts, whether somebody saw their papers, and each grant."""
    held = [f"{grant.role.value} {grant.place}" for grant in actor.grants]
    known = {"checked": actor.is_checked, f"person {actor.person_id}": actor.person_id is not None}
    return [*held, *(name for name, holds in known.items() if holds)]


def hand_over(account_id: UUID, to_id: UUID) -> None:
    """Let another account have the answers of one that is dissolved: the phone that repeats itself is logged in by that one now."""
    kept = select(IdempotencyKey.__table__).where(IdempotencyKey.account_id == account_id, IdempotencyKey.status.is_not(None))
    for row in db.session.execute(kept).mappings().all():
        was, becomes = (row_of(one, row["route"], row["key"]) for one in (account_id, to_id))
        again = {**row, "account_id": to_id}
        if row["answer"] is not None:
            answer = keyring().unseal_bytes(row["answer"], field=_FIELD, row=was)
            again["answer"] = keyring().seal_bytes(answer, field=_FIELD, row=becomes)
        db.session.execute(insert(IdempotencyKey).values(again).on_conflict_do_nothing())
    db.session.execute(delete(IdempotencyKey).where(IdempotencyKey.account_id == account_id).execution_options(synchronize_session=False))


def forget_old(*, now: datetime, at_most: int = 5_000) -> int:
    """Delete some keys whose 24 hours are over; returns how many, 0 once none is left that nobody holds."""
    old = (
        select(IdempotencyKey.account_id, IdempotencyKey.route, IdempotencyKey.key)
        .where(IdempotencyKey.created_at < now - KEPT_FOR)
        .order_by(IdempotencyKey.created_at)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    )
    return delete_some(IdempotencyKey, old)
