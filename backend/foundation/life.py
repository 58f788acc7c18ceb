"""Things with a life (demand, claim, shift, team …): a status, and an append-only table of its changes (docs/design.md, Facts).

Apart from the audit log: the statistics count "published", "claimed" and "completed" from these changes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, case, insert, select, update
from sqlalchemy.orm import Mapped

from backend.foundation import audit, facts, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import Base, Column, RowId, db, one_of, refusing
from backend.foundation.errors import Conflict, Refusal
from backend.foundation.facts import FactRevision
from backend.foundation.ids import new_id
from backend.foundation.outbox import Event
from backend.foundation.paging import Order, Page, PageRequest


class Living(Base):
    """Parent of the tables whose rows have a life; each says by its own column which statuses there are."""

    __abstract__ = True

    id: Mapped[RowId]
    status: Mapped[Any]


class StatusChange(Base):
    """One step in a life; parent of the append-only tables of them. Each adds its subject's column and names it, and both statuses."""

    __abstract__ = True
    subject: ClassVar[str]

    id: Mapped[RowId]
    from_status: Mapped[Any]
    to_status: Mapped[Any]
    at: Mapped[datetime]
    actor_account_id: Mapped[UUID | None]
    reason: Mapped[str | None]


class LivingFact(FactRevision):
    """Parent of the facts whose revisions are the steps of a life."""

    __abstract__ = True

    status: Mapped[Any]


Stated = TypeVar("Stated", bound=LivingFact)


@dataclass(frozen=True, slots=True)
class Step:
    """One step in a life, said once beside the commands that take it: from which status to which, what is told, by whose right.

    `refusal`: when the thing is not in the first status (any more); None for a first step, and for one that only `take_all` takes.
    `decision`: what the audit log calls it where one permission covers several steps. `conflicts`: what the constraints mean that may
    refuse it.
    """

    kind: type[Living]
    changes: type[StatusChange]
    seen: StrEnum | None
    to: StrEnum
    event: type[Event]
    permission: StrEnum
    refusal: type[Conflict] | None = None
    decision: str | None = None
    conflicts: Mapping[str, type[Refusal]] = field(default_factory=dict)

    def begin(
        self,
        actor: Actor,
        subject_id: UUID,
        *,
        now: datetime,
        reason: str | None = None,
        on_behalf_of: UUID | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Write down the first step of a thing that was just made; `seen` is None."""
        self._write_down([subject_id], actor, now=now, reason=reason, on_behalf_of=on_behalf_of, details=details)

    def take(self, actor: Actor, subject_id: UUID, *conditions: ColumnElement[bool], now: datetime, **written: Any) -> None:
        """Take one thing this step, with all that `take_all` takes. Raises the step's refusal when it did not move."""
        if not self.take_all(actor, [subject_id], *conditions, now=now, **written):
            assert self.refusal is not None  # noqa: S101 - a rule of the house
            raise self.refusal

    def take_all(
        self,
        actor: Actor,
        subject_ids: Sequence[UUID],
        *conditions: ColumnElement[bool],
        now: datetime,
        reason: str | None = None,
        on_behalf_of: UUID | None = None,
        details: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> list[UUID]:
        """Move those that are in the first status and meet the conditions, and write down change, event and audit entry. Returns their ids.

        `values` change with the status. `reason` stands with the change. `on_behalf_of` is for whom a proxy acted. `details` join the audit
        entry. Where there may be several, the caller holds their rows.
        """
        if not subject_ids:
            return []
        moving = (
            update(self.kind)
            .where(one_of(self.kind.id, subject_ids), self.kind.status == self.seen, *conditions)
            .values(status=self.to, **values)
            .returning(self.kind.id)
            .execution_options(synchronize_session=False)
        )
        with refusing(self.conflicts):
            moved = sorted(db.session.scalars(moving))
        self._write_down(moved, actor, now=now, reason=reason, on_behalf_of=on_behalf_of, details=details)
        return moved

    def _write_down(
        self,
        subject_ids: Sequence[UUID],
        actor: Actor,
        *,
        now: datetime,
        reason: str | None,
        on_behalf_of: UUID | None,
        details: Mapping[str, Any] | None,
    ) -> None:
        if not subject_ids:
            return
        step = {
            "from_status": self.seen,
            "to_status": self.to,
            "at": now,
            "actor_account_id": actor.account_id,
            "reason": reason,
            **({} if on_behalf_of is None else {"on_behalf_of": on_behalf_of}),
        }
        changes = [{"id": new_id(), self.changes.subject: subject_id, **step} for subject_id in subject_ids]
        db.session.execute(insert(self.changes), changes)
        outbox.record_all([self.event(subject_id) for subject_id in subject_ids], now=now)
        said: dict[str, Any] = {"decision": self.decision} if self.decision else {}
        # What a person wrote may name somebody, and nothing goes out of the audit log again; the platform's own words name nobody.
        word = reason if actor.is_system else None
        for subject_id in subject_ids:
            audit.record(actor, self.permission, subject_id, now=now, reason=word, on_behalf_of=on_behalf_of, **said, **(details or {}))


@dataclass(frozen=True, slots=True)
class FactStep:
    """As `Step`, in a life that the revisions of a fact tell: the step is a further revision, and the event names it."""

    seen: StrEnum
    to: StrEnum
    event: type[Event]
    permission: StrEnum
    refusal: type[Conflict]
    decision: str | None = None

    def require(self, seen: Stated) -> None:
        """Let pass what is in the first status. Raises the step's refusal."""
        if seen.status is not self.seen:
            raise self.refusal

    def take(self, actor: Actor, seen: Stated, *, now: datetime, reason: str | None = None, **changes: Any) -> Stated:
        """State the next status, with some other changes. Raises the step's refusal, and AlreadyCorrected (`facts.revise`)."""
        self.require(seen)
        revision = facts.revise(seen, actor, now=now, reason=reason, status=self.to, **changes)
        outbox.record(self.event(revision.id), now=now)
        said: dict[str, Any] = {"decision": self.decision} if self.decision else {}
        audit.record(actor, self.permission, seen.fact_id, now=now, **said)
        return revision


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step in a life as its history tells it, and why it was taken."""

    id: UUID
    at: datetime
    from_status: Any
    to_status: Any
    reason: str | None


def steps_of(changes: type[StatusChange], subject_id: UUID, *, page: PageRequest) -> Page[StepLine]:
    """What became of a thing so far, the latest first. The caller has asked policy."""
    columns = (changes.id, changes.at, changes.from_status, changes.to_status, facts.reason_in_words(changes.reason))
    wanted = select(*columns).where(getattr(changes, changes.subject) == subject_id)
    return Order((changes.at, changes.id), latest_first=True).page(wanted, page).map(lambda row: StepLine(*row))


def renamed_from(former: str, reason: str) -> str:
    """What stands with the change of a name: the former one, and why."""
    return f"原名“{former}”：{reason}"


def status_at(kind: type[Living], changes: type[StatusChange], known_at: datetime | None) -> Column:
    """The status of a thing as known at an instant, by its last step until then (NULL: it was not yet there); without one, that of now."""
    if known_at is None:
        return kind.status
    last = (
        select(changes.to_status)
        .where(getattr(changes, changes.subject) == kind.id, changes.at <= known_at)
        .order_by(changes.at.desc(), changes.id.desc())
        .limit(1)
    )
    return last.scalar_subquery()


def written_with(last_step: StrEnum, column: Column, status: Column, known_at: datetime | None) -> Column:
    """A value that comes with the last step of a life (the day of an ending): as known at an instant it is NULL before that step.

    `status` is that of `status_at`, for the same instant.
    """
    return column if known_at is None else case((status == last_step, column))
