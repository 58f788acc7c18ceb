"""Things with a life (demand, claim, shift, team …): a status, and an append-only table of its changes (docs/design.md, Facts).

Apart from the audit log: the statistics count "published", "claimed" and "completed" from these changes.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, insert, update
from sqlalchemy.orm import Mapped

from backend.foundation.actor import Actor
from backend.foundation.database import Base, RowId, db
from backend.foundation.ids import new_id


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
    at: Mapped[datetime]
    actor_account_id: Mapped[UUID | None]
    reason: Mapped[str | None]


def move(kind: type[Living], subject_id: UUID, *conditions: ColumnElement[bool], seen: StrEnum, to: StrEnum, **values: Any) -> bool:
    """Take a thing from one status to another, and change some values with it.

    False when it is not in the first status (any more), or a condition does not hold; then nothing has changed.
    """
    moved = db.session.scalar(
        update(kind)
        .where(kind.id == subject_id, kind.status == seen, *conditions)
        .values(status=to, **values)
        .returning(kind.id)
        .execution_options(synchronize_session=False)
    )
    return moved is not None


def note_changes(
    kind: type[StatusChange],
    subject_ids: Sequence[UUID],
    actor: Actor,
    *,
    was: StrEnum | None,
    now_is: StrEnum,
    now: datetime,
    reason: str | None = None,
    **values: Any,
) -> None:
    """Write down the step that some things have just taken. `was` is None at the beginning of a life, and equal to `now_is` where something
    else of weight was changed (a new leader). `values` are of columns that the subject's own table of changes adds.
    """
    changes = [
        {
            "id": new_id(),
            kind.subject: subject_id,
            "from_status": was,
            "to_status": now_is,
            "at": now,
            "actor_account_id": actor.account_id,
            "reason": reason,
            **values,
        }
        for subject_id in subject_ids
    ]
    if changes:
        db.session.execute(insert(kind), changes)
