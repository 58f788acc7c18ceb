"""Commands on serving Party members, and where they work."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from backend.foundation import clock, facts, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Unprocessable
from backend.foundation.facts import AlreadyCorrected
from backend.foundation.identifiers import age_on
from backend.foundation.ids import new_id
from backend.foundation.refusals import never
from backend.party.events import UnitChanged
from backend.party.models import PartyMember, UnitMembership, WorkUnit
from backend.party.organisations import called_so
from backend.people.minors import AGE_OF_MAJORITY
from backend.people.models import Person

_FOUNDED = date(1921, 7, 1)
_LEAST_AGE_AT_WORK = 16


class WorkUnitUnknown(Unprocessable):
    """No such unit."""

    code = "work_unit_unknown"
    detail = "没有这个单位，请在单位列表中选择，或联系社区添加"


class JoinedPartyInFuture(Unprocessable):
    """A day of joining the Party that has not come yet."""

    code = "joined_party_in_future"
    detail = "入党时间不能晚于今天"


class JoinedPartyTooEarly(Unprocessable):
    """A day before the Party was founded, or before the member was eighteen."""

    code = "joined_party_too_early"
    detail = "入党时间不能早于1921年7月，也不能早于年满18周岁"


class UnitUnchanged(Unprocessable):
    """The member works there already, and belongs to that Party organisation."""

    code = "unit_unchanged"
    detail = "单位和单位党组织与现在相同"


class UnitSinceInvalid(Unprocessable):
    """A day that has not come yet, on which the member had not come to the unit that they leave, or was too young to work."""

    code = "unit_since_invalid"
    detail = "变更日期不能晚于今天，不能早于到现单位的日期，也不能早于年满16周岁"


def keep_party_member(
    actor: Actor, person_id: UUID, *, work_unit_id: UUID, party_organisation_name: str, joined_party_on: date | None, now: datetime
) -> UUID:
    """Write down the person's Party organisation and employer, or what they are from today on. Returns the member's id. The caller has
    asked policy.

    Raises WorkUnitUnknown, JoinedPartyInFuture, JoinedPartyTooEarly.
    """
    if joined_party_on is not None:
        _refuse_implausible(person_id, joined_party_on, now=now)
    _refuse_unknown(work_unit_id)
    as_given = _named(person_id, work_unit_id, party_organisation_name) | {"joined_party_on": joined_party_on}
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
    if since > clock.shanghai_day(now) or age_on(_born_on(person_id), since) < _LEAST_AGE_AT_WORK:
        raise UnitSinceInvalid(errors={"since": [UnitSinceInvalid.detail]})
    _refuse_unknown(work_unit_id)
    as_given = _named(person_id, work_unit_id, party_organisation_name)
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


def joined_too_early(joined_party_on: date, *, born_on: date) -> bool:
    """Whether the Party was not founded yet on that day, or whoever joined it was not eighteen."""
    return joined_party_on < _FOUNDED or age_on(born_on, joined_party_on) < AGE_OF_MAJORITY


def _named(person_id: UUID, work_unit_id: UUID, party_organisation_name: str) -> dict[str, Any]:
    """What a member named, with the Party organisation that is called so."""
    organisation_id = called_so({person_id: party_organisation_name}).get(person_id)
    return {
        "work_unit_id": work_unit_id,
        "party_organisation_name": party_organisation_name,
        "party_organisation_id": organisation_id,
    }


def _refuse_implausible(person_id: UUID, joined_party_on: date, *, now: datetime) -> None:
    """Raises JoinedPartyInFuture, JoinedPartyTooEarly."""
    if joined_party_on > clock.shanghai_day(now):
        raise JoinedPartyInFuture(errors={"joined_party_on": [JoinedPartyInFuture.detail]})
    if joined_too_early(joined_party_on, born_on=_born_on(person_id)):
        raise JoinedPartyTooEarly(errors={"joined_party_on": [JoinedPartyTooEarly.detail]})


def _born_on(person_id: UUID) -> date:
    return db.session.scalars(select(Person.born_on).where(Person.id == person_id)).one()


def _refuse_unknown(work_unit_id: UUID) -> None:
    """Hold the unit until this transaction ends: it is not merged away meanwhile. Raises WorkUnitUnknown."""
    known = select(WorkUnit.id).where(WorkUnit.id == work_unit_id, WorkUnit.is_live()).with_for_update(read=True)
    if db.session.scalar(known) is None:
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


def hand_on_members(actor: Actor, given_id: UUID, kept_id: UUID, *, now: datetime) -> None:
    """Let who works or worked at one unit do so at the other, which is the same one. The caller holds both units and has asked policy.

    Raises AlreadyCorrected (somebody moves at this moment).
    """
    of_given = select(UnitMembership).where(UnitMembership.work_unit_id == given_id, UnitMembership.is_current())
    for membership in db.session.scalars(of_given.order_by(UnitMembership.id)).all():
        facts.revise(membership, actor, now=now, reason="work_units_merged", work_unit_id=kept_id)
    db.session.execute(
        update(PartyMember)
        .where(PartyMember.work_unit_id == given_id)
        .values(work_unit_id=kept_id)
        .execution_options(synchronize_session=False)
    )
