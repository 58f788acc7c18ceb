"""Work units: added once, corrected, and merged where one stands twice. They lie in no area."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.foundation import audit, clock, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db, flush_or_refuse
from backend.foundation.errors import Conflict, Missing, Unprocessable
from backend.foundation.identifiers import NumberInvalid, credit_code
from backend.foundation.ids import new_id
from backend.foundation.skeletons import skeleton
from backend.party.events import WorkUnitAdded, WorkUnitChanged, WorkUnitEnded, WorkUnitMerged
from backend.party.models import UnitNature, WorkUnit


class CreditCodeInvalid(Unprocessable):
    """Not a unified social credit code."""

    code = "credit_code_invalid"
    detail = "统一社会信用代码有误，请核对"


class WorkUnitExists(Conflict):
    """A unit of this credit code is on the platform; `work_unit_id` says which."""

    code = "work_unit_exists"
    detail = "该单位已在平台登记"


class WorkUnitSimilar(Conflict):
    """A unit whose name looks the same is on the platform: `similar` says which. Whoever looked and knows that it is another one says so by
    `different_from`."""

    code = "work_unit_similar"
    detail = "已有名称相同或者只是写法不同的单位，请核对是否同一单位"


class WorkUnitsDiffer(Conflict):
    """It is one row, or each has a credit code of its own: then they are two bodies."""

    code = "work_units_differ"
    detail = "只能合并两条登记；统一社会信用代码不同的是两个单位"


_ONE_BY_ONE = 0x756E  # the first half of the advisory lock's name; the second is what the unit's name looks like
_MOST_SIMILAR = 20


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """What is to be on record of a unit; of a change, what is None stays. `different_from`: who looks like it and is another one."""

    name: str | None = None
    credit_code: str | None = None
    nature: UnitNature | None = None
    different_from: Collection[UUID] = ()


def add_work_unit(
    actor: Actor,
    *,
    name: str,
    credit_code_text: str | None,
    nature: UnitNature,
    different_from: Collection[UUID] = (),
    now: datetime,
) -> WorkUnit:
    """Add an employer; its credit code may be unknown as yet. Raises CreditCodeInvalid, WorkUnitExists, WorkUnitSimilar, Forbidden."""
    policy.require(actor, Permission.WORK_UNIT_ADD, Scope())
    code = _read_code(credit_code_text)
    looks = _hold_name(name)
    unit = db.session.scalars(
        insert(WorkUnit)
        .values(id=new_id(), name=name, name_skeleton=looks, credit_code=code, nature=nature, created_at=now)
        .on_conflict_do_nothing(index_elements=["credit_code"])
        .returning(WorkUnit)
    ).one_or_none()
    if unit is None:
        existing = db.session.scalars(select(WorkUnit.id).where(WorkUnit.credit_code == code)).one()
        raise WorkUnitExists(work_unit_id=str(existing))
    _refuse_similar(unit, different_from)
    outbox.record(WorkUnitAdded(unit.id), now=now)
    audit.record(actor, Permission.WORK_UNIT_ADD, unit.id, now=now)
    return unit


def change_work_unit(actor: Actor, unit_id: UUID, wanted: UnitPlan, *, now: datetime) -> WorkUnit:
    """Correct a unit, or add the credit code that was unknown. Who works there stays. Raises CreditCodeInvalid, WorkUnitExists,
    WorkUnitSimilar, Missing, Forbidden."""
    policy.require(actor, Permission.WORK_UNIT_SETTLE, Scope())
    code = _read_code(wanted.credit_code)
    looks = None if wanted.name is None else _hold_name(wanted.name)
    unit = _held(unit_id)
    if wanted.name is not None:
        unit.name, unit.name_skeleton = wanted.name, looks
    unit.credit_code = code or unit.credit_code
    unit.nature = wanted.nature or unit.nature
    flush_or_refuse({"uq_work_units_credit_code": WorkUnitExists})
    if wanted.name is not None:
        _refuse_similar(unit, wanted.different_from)
    outbox.record(WorkUnitChanged(unit_id), now=now)
    audit.record(actor, Permission.WORK_UNIT_SETTLE, unit_id, now=now)
    return unit


def hand_on_unit(actor: Actor, given_id: UUID, kept_id: UUID, *, now: datetime) -> None:
    """Let one row of a unit stand for both, with the credit code and the Party organisation that either has. What names the other one is
    the caller's.

    Raises WorkUnitsDiffer, Missing, Forbidden.
    """
    policy.require(actor, Permission.WORK_UNIT_SETTLE, Scope())
    rows = {unit_id: _held(unit_id) for unit_id in sorted((given_id, kept_id))}  # in one order: of two merges of a pair the later one waits
    given, kept = rows[given_id], rows[kept_id]
    if given is kept or (given.credit_code is not None and kept.credit_code is not None):
        raise WorkUnitsDiffer
    code, organisation_id = given.credit_code, given.party_organisation_id
    given.credit_code, given.merged_into_id, given.merged_at = None, kept_id, now
    db.session.flush()  # the code is free before it is taken
    kept.credit_code = kept.credit_code or code
    kept.party_organisation_id = kept.party_organisation_id or organisation_id
    db.session.flush()
    outbox.record(WorkUnitMerged(kept_id), now=now)
    audit.record(actor, Permission.WORK_UNIT_SETTLE, kept_id, now=now, merged=str(given_id))


def end_unit(actor: Actor, unit_id: UUID, *, reason: str, now: datetime) -> None:
    """Let a unit be no employer any more: nobody chooses it. Who worked there did, and their registrations go on until they name another
    unit or end. Who acts for it, and its invitations, are the caller's. Raises Missing, Forbidden."""
    policy.require(actor, Permission.WORK_UNIT_SETTLE, Scope())
    unit = _held(unit_id)
    unit.ended_on = clock.shanghai_day(now)
    db.session.flush()
    outbox.record(WorkUnitEnded(unit_id), now=now)
    audit.record(actor, Permission.WORK_UNIT_SETTLE, unit_id, now=now, ended=True, reason=reason if actor.is_system else None)


def _read_code(text: str | None) -> str | None:
    try:
        return None if text is None else credit_code(text)
    except NumberInvalid as error:
        raise CreditCodeInvalid(errors={"credit_code": [str(error)]}) from None


def _hold_name(name: str) -> str:
    """What the name looks like. Units of that look are written one by one from here on: of two at once the later one sees the earlier."""
    looks = skeleton(name)
    db.session.execute(select(func.pg_advisory_xact_lock(_ONE_BY_ONE, func.hashtext(looks))))
    return looks


def _refuse_similar(unit: WorkUnit, different_from: Collection[UUID]) -> None:
    """Let pass a unit that looks like no other one, but for those that are known to be others, and where each has a credit code."""
    alike = select(WorkUnit.id).where(WorkUnit.name_skeleton == unit.name_skeleton, WorkUnit.id != unit.id, WorkUnit.is_live())
    if unit.credit_code is not None:
        alike = alike.where(WorkUnit.credit_code.is_(None))
    found = db.session.scalars(alike.order_by(WorkUnit.id).limit(_MOST_SIMILAR + len(different_from))).all()
    if similar := [str(unit_id) for unit_id in found if unit_id not in different_from]:
        raise WorkUnitSimilar(similar=similar[:_MOST_SIMILAR])


def _held(unit_id: UUID) -> WorkUnit:
    unit = db.session.scalar(select(WorkUnit).where(WorkUnit.id == unit_id, WorkUnit.is_live()).with_for_update())
    if unit is None:
        raise Missing
    return unit
