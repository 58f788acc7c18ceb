"""Facts: rows that are written once. A correction or withdrawal is a further revision of the same fact (docs/design.md, Facts).

`id` names a revision, `fact_id` the fact: it is the id of the first revision, and what others refer to. Current is what is neither
superseded nor void; as known at T is what was recorded by then and not superseded before. A trigger (`refuse_fact_change`) refuses
every change but setting `superseded_at` once.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, inspect, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from backend.foundation.actor import Actor
from backend.foundation.database import Base, Column, RowId, db, flush_or_refuse, one_of
from backend.foundation.errors import Conflict, Refusal
from backend.foundation.ids import new_id
from backend.foundation.sealing import SEALED, keyring

UNDONE = "import_undone"
"""The reason that stands with what an import made once the import is undone; what people read is `reason_in_words`."""


def reason_in_words(reason: Column) -> Column:
    """Why something was done, as people read it: `UNDONE` is written by the software, which writes a code, and stands in rows for good."""
    return case((reason == UNDONE, "导入已撤销"), else_=reason)


class AlreadyCorrected(Conflict):
    """Somebody else revised the fact since the caller saw it."""

    code = "already_corrected"
    detail = "内容已被他人更正，请刷新后再试"


class FactRevision(Base):
    """Parent of every table that holds facts."""

    __abstract__ = True

    id: Mapped[RowId]
    fact_id: Mapped[UUID]
    recorded_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]
    void: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None]
    actor_account_id: Mapped[UUID | None]

    @classmethod
    def is_current(cls) -> ColumnElement[bool]:
        """Condition: the revision that holds now, unless the fact was withdrawn.

        In the words of the partial indexes: PostgreSQL does not see that `void IS false` means `NOT void`, and would scan the table.
        """
        return and_(cls.superseded_at.is_(None), ~cls.void)

    @classmethod
    def known_at(cls, instant: datetime | None) -> ColumnElement[bool]:
        """Condition: the revision that was known at the instant, unless the fact was withdrawn by then; without one, that is known now."""
        if instant is None:
            return cls.is_current()
        return and_(cls.recorded_at <= instant, or_(cls.superseded_at.is_(None), cls.superseded_at > instant), ~cls.void)


class Belonging(FactRevision):
    """Parent of the facts that somebody belongs somewhere, until the day before `left_on`."""

    __abstract__ = True

    left_on: Mapped[date | None]

    @classmethod
    def is_live(cls) -> ColumnElement[bool]:
        """Condition: it holds now, and nobody left. In the words of the partial indexes."""
        return and_(cls.is_current(), cls.left_on.is_(None))


class Joining(Belonging):
    """Parent of the facts that somebody belongs to a body (a team, an organisation), from `joined_on` on."""

    __abstract__ = True

    joined_on: Mapped[date]

    @classmethod
    def holds_on(cls, day: date | Column) -> ColumnElement[bool]:
        """Condition: as is known now, they belonged on this day."""
        return and_(cls.is_current(), cls.joined_on <= day, or_(cls.left_on.is_(None), cls.left_on > day))


Fact = TypeVar("Fact", bound=FactRevision)

_OF_THE_REVISION = {"id", "recorded_at", "superseded_at", "void", "reason", "actor_account_id"}


def state(
    kind: type[Fact], actor: Actor, *, now: datetime, conflicts: Mapping[str, type[Refusal]] = MappingProxyType({}), **values: Any
) -> Fact:
    """Write the first revision of a fact. A constraint named in `conflicts` that refuses it becomes its refusal. A text given for a sealed
    column is sealed for its row."""
    first = _first(actor, now)
    fact = kind(**first, **_sealed(kind, values, first["id"]))
    db.session.add(fact)
    flush_or_refuse(conflicts)
    return fact


def state_missing(
    kind: type[Fact],
    actor: Actor,
    stated: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str],
    among: ColumnElement[bool] | None = None,
    now: datetime,
) -> Sequence[Fact]:
    """Write the first revisions of those facts that have none yet; returns them. The unique index on `key` of what is current decides, or
    of what is `among` these."""
    if not stated:
        return []
    return db.session.scalars(
        insert(kind)
        .values([{**_first(actor, now), **values} for values in stated])
        .on_conflict_do_nothing(index_elements=key, index_where=kind.is_current() if among is None else among)
        .returning(kind)
    ).all()


def _first(actor: Actor, now: datetime) -> dict[str, Any]:
    revision_id = new_id()
    return {"id": revision_id, "fact_id": revision_id, "recorded_at": now, "void": False, "actor_account_id": actor.account_id}


@cache
def _sealed_fields(kind: type[FactRevision]) -> dict[str, str]:
    """Field by sealed column."""
    return {attribute.key: str(info[SEALED]) for attribute in inspect(kind).column_attrs if SEALED in (info := attribute.columns[0].info)}


def _sealed(kind: type[FactRevision], values: Mapping[str, Any], row: UUID) -> dict[str, Any]:
    fields = {key: field for key, field in _sealed_fields(kind).items() if values.get(key) is not None}
    return {**values, **{key: keyring().seal(values[key], field=field, row=row) for key, field in fields.items()}}


def revise(seen: Fact, actor: Actor, *, now: datetime, reason: str | None, void: bool = False, **changes: Any) -> Fact:
    """A further revision: as the seen one, with these changes. `void=True` withdraws the fact. What is sealed is sealed anew, because it
    opens in its own row only; what no key opens stays with the revision that has it.

    Raises AlreadyCorrected when the seen revision is no longer the latest.
    """
    return revise_all([seen], actor, now=now, reason=reason, void=void, **changes)[0]


def revise_all(
    seen: Sequence[Fact], actor: Actor, *, now: datetime, reason: str | None, void: bool = False, **changes: Any
) -> Sequence[Fact]:
    """As `revise`, for several facts of a table that change alike: in as few statements as for one, all of them or none."""
    if not seen:
        return []
    kind = type(seen[0])
    superseded = db.session.scalars(
        update(kind)
        .where(one_of(kind.id, [one.id for one in seen]), kind.superseded_at.is_(None))
        .values(superseded_at=now)
        .returning(kind.id)
        .execution_options(synchronize_session=False)
    ).all()
    if len(superseded) < len(seen):
        raise AlreadyCorrected
    revisions = [
        kind(recorded_at=now, void=void, reason=reason, actor_account_id=actor.account_id, **_carried_on(one, changes)) for one in seen
    ]
    db.session.add_all(revisions)
    db.session.flush()
    return revisions


def _carried_on(seen: FactRevision, changes: Mapping[str, Any]) -> dict[str, Any]:
    kind, revision_id = type(seen), new_id()
    kept = {attribute.key: getattr(seen, attribute.key) for attribute in inspect(kind).column_attrs}
    kept = {key: value for key, value in kept.items() if key not in _OF_THE_REVISION}
    for key, field in _sealed_fields(kind).items():
        kept[key] = None if kept[key] is None else keyring().unseal_if_possible(kept[key], field=field, row=seen.id)
    return {"id": revision_id, **_sealed(kind, {**kept, **changes}, revision_id)}
