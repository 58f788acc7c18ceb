"""Commands on work units and serving Party members."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.foundation import audit, clock, facts, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Unprocessable
from backend.foundation.facts import AlreadyCorrected
from backend.foundation.identifiers import NumberInvalid, credit_code
from backend.foundation.ids import new_id
from backend.foundation.refusals import never
from backend.party.events import UnitChanged, WorkUnitAdded
from backend.party.models import PartyMember, UnitMembership, UnitNature, WorkUnit


class CreditCodeInvalid(Unprocessable):
    """Not a unified social credit code."""

    code = "credit_code_invalid"
    detail = "统一社会信用代码有误，请核对"


class WorkUnitExists(Conflict):
    """A unit of this credit code is on the platform; `work_unit_id` says which."""

    code = "work_unit_exists"
    detail = "该单位已在平台登记"


class WorkUnitUnknown(Unprocessable):
    """No such unit."""

    code = "work_unit_unknown"
    detail = "没有这个单位，请在单位列表中选择，或联系社区添加"


class JoinedPartyInFuture(Unprocessable):
    """A day of joining the Party that has not come yet."""

    code = "joined_party_in_future"
    detail = "入党时间不能晚于今天"


class UnitUnchanged(Unprocessable):
    """The member works there already, and belongs to that Party organisation."""

    code = "unit_unchanged"
    detail = "单位和单位党组织与现在相同"


class UnitSinceInvalid(Unprocessable):
    """A day that has not come yet, or on which the member had not come to the unit that they leave."""

    code = "unit_since_invalid"
    detail = "变更日期不能晚于今天，也不能早于到现单位的日期"


def add_work_unit(actor: Actor, *, name: str, credit_code_text: str | None, nature: UnitNature, now: datetime) -> WorkUnit:
    """Add an employer; its credit code may be unknown as yet. Raises CreditCodeInvalid, WorkUnitExists."""
    policy.require(actor, Permission.WORK_UNIT_ADD, Scope())
    try:
        code = credit_code(credit_code_text) if credit_code_text is not None else None
    except NumberInvalid as error:
        raise CreditCodeInvalid(errors={"credit_code": [str(error)]}) from None
    unit = db.session.scalars(
        insert(WorkUnit)
        .values(id=new_id(), name=name, credit_code=code, nature=nature, created_at=now)
        .on_conflict_do_nothing(index_elements=["credit_code"])
        .returning(WorkUnit)
    ).one_or_none()
    if unit is None:
        existing = db.session.scalars(select(WorkUnit.id).where(WorkUnit.credit_code == code)).one()
        raise WorkUnitExists(work_unit_id=str(existing))
    outbox.record(WorkUnitAdded(unit.id), now=now)
    audit.record(actor, Permission.WORK_UNIT_ADD, unit.id, now=now)
    return unit


def keep_party_member(
    actor: Actor, person_id: UUID, *, work_unit_id: UUID, party_organisation_name: str, joined_party_on: date | None, now: datetime
) -> UUID:
    """Write down the person's Party organisation and employer, or what they are from today on. Returns the member's id. The caller has
    asked policy.

    Raises WorkUnitUnknown, JoinedPartyInFuture.
    """
    if joined_party_on is not None and joined_party_on > clock.shanghai_day(now):
        raise JoinedPartyInFuture(errors={"joined_party_on": [JoinedPartyInFuture.detail]})
    _refuse_unknown(work_unit_id)
    as_given = {"work_unit_id": work_unit_id, "party_organisation_name": party_organisation_name, "joined_party_on": joined_party_on}
    # Whoever writes of the same person waits here until the commit, and sees what was written.
    member_id: UUID = db.session.scalars(
        insert(PartyMember)
        .values(id=new_id(), person_id=person_id, created_at=now, **as_given)
        .on_conflict_do_update(index_elements=["person_id"], set_=as_given)
        .returning(PartyMember.id)
        .execution_options(synchronize_session=False)
    ).one()
    _work_at(actor, person_id, work_unit_id, party_organisation_name, since=clock.shanghai_day(now), now=now)
    return member_id


def move_party_member(
    actor: Actor, person_id: UUID, *, work_unit_id: UUID, party_organisation_name: str, since: date, now: datetime
) -> None:
    """Write down that a Party member works elsewhere since a day, or belongs to another Party organisation. The caller has asked policy.

    Raises WorkUnitUnknown, UnitUnchanged, UnitSinceInvalid.
    """
    if since > clock.shanghai_day(now):
        raise UnitSinceInvalid(errors={"since": [UnitSinceInvalid.detail]})
    _refuse_unknown(work_unit_id)
    as_given = {"work_unit_id": work_unit_id, "party_organisation_name": party_organisation_name}
    db.session.execute(
        update(PartyMember).where(PartyMember.person_id == person_id).values(as_given).execution_options(synchronize_session=False)
    )
    if not _work_at(actor, person_id, work_unit_id, party_organisation_name, since=since, now=now):
        raise UnitUnchanged(errors={"work_unit_id": [UnitUnchanged.detail]})


def leave_unit(actor: Actor, person_id: UUID, *, on: date, now: datetime) -> None:
    """Let a Party member work nowhere from this day on, as far as is on record, and forget when they joined the Party. The caller has asked
    policy. Raises AlreadyCorrected."""
    forget = update(PartyMember).where(PartyMember.person_id == person_id).values(joined_party_on=None)
    db.session.execute(forget.execution_options(synchronize_session=False))
    seen = db.session.scalar(select(UnitMembership).where(UnitMembership.person_id == person_id, UnitMembership.is_live()))
    if seen is not None:
        facts.revise(seen, actor, now=now, reason="consent_withdrawn", left_on=max(on, seen.joined_on))


def _refuse_unknown(work_unit_id: UUID) -> None:
    if db.session.scalar(select(WorkUnit.id).where(WorkUnit.id == work_unit_id)) is None:
        raise WorkUnitUnknown(errors={"work_unit_id": [WorkUnitUnknown.detail]})


@never(AlreadyCorrected, because="the caller holds the row of the Party member")
def _work_at(actor: Actor, person_id: UUID, work_unit_id: UUID, party_organisation_name: str, *, since: date, now: datetime) -> bool:
    """Let the member work there since a day, and nowhere else from then on. Returns whether that is new. Raises UnitSinceInvalid."""
    seen = db.session.scalar(select(UnitMembership).where(UnitMembership.person_id == person_id, UnitMembership.is_live()))
    if seen is not None:
        if (seen.work_unit_id, seen.party_organisation_name) == (work_unit_id, party_organisation_name):
            return False
        if since < seen.joined_on:
            raise UnitSinceInvalid(errors={"since": [UnitSinceInvalid.detail]})
        facts.revise(seen, actor, now=now, reason=None, left_on=since)
    joined = facts.state(
        UnitMembership,
        actor,
        now=now,
        person_id=person_id,
        work_unit_id=work_unit_id,
        party_organisation_name=party_organisation_name,
        joined_on=since,
    )
    if seen is not None:
        outbox.record(UnitChanged(joined.id), now=now)
    return True
