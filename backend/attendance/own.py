"""Whose service it is. Own-rules compare the person, over all of their accounts, and ask who led and who belonged on the day that was
served: handing over before the word is given, or joining after the service, changes nothing."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, or_
from sqlalchemy.orm import aliased

from backend.accounts.models import RoleGrant
from backend.accounts.queries import accounts_of
from backend.attendance.entitlement import in_force, start_of
from backend.attendance.models import Capacity, Evidence, ServiceRecord
from backend.foundation.actor import Actor, Role
from backend.foundation.database import Column
from backend.foundation.facts import Joining
from backend.organisations.models import Staff
from backend.party.models import UnitMembership
from backend.teams.models import Membership


def is_own(actor: Actor) -> ColumnElement[bool]:
    """Condition on records: the actor served themself, or led the team, organisation or unit for which somebody served."""
    if actor.person_id is None:
        return false()
    since, until = start_of(ServiceRecord.served_on, 0), start_of(ServiceRecord.served_on, 1)
    led = exists().where(
        RoleGrant.account_id.in_(accounts_of(actor.account_id)),
        or_(
            and_(RoleGrant.role == Role.TEAM_LEADER, RoleGrant.team_id == ServiceRecord.capacity_id),
            and_(RoleGrant.role == Role.WORK_UNIT_OFFICER, RoleGrant.work_unit_id == ServiceRecord.capacity_id),
        ),
        in_force(since, until),
    )
    headed = exists().where(  # whoever hands over is no officer by the next revision
        Staff.organisation_id == ServiceRecord.capacity_id,
        Staff.person_id == actor.person_id,
        Staff.is_officer,
        ~Staff.void,
        Staff.recorded_at < until,
        or_(Staff.superseded_at.is_(None), Staff.superseded_at >= since),
        or_(Staff.left_on.is_(None), Staff.left_on >= ServiceRecord.served_on),
    )
    return or_(ServiceRecord.person_id == actor.person_id, led, headed)


def is_of_group_of(person_id: UUID | Column) -> ColumnElement[bool]:
    """Condition on records: somebody served for a team, an organisation or a unit to which the person belonged at some time of that day."""
    member = exists().where(Membership.team_id == ServiceRecord.capacity_id, Membership.person_id == person_id, _belonged(Membership))
    staff = exists().where(Staff.organisation_id == ServiceRecord.capacity_id, Staff.person_id == person_id, _belonged(Staff))
    employed = exists().where(
        UnitMembership.work_unit_id == ServiceRecord.capacity_id, UnitMembership.person_id == person_id, _belonged(UnitMembership)
    )
    return or_(
        and_(ServiceRecord.capacity == Capacity.TEAM, member),
        and_(ServiceRecord.capacity == Capacity.ORGANISATION, staff),
        and_(ServiceRecord.capacity == Capacity.WORK_UNIT, employed),
    )


def _belonged(kind: type[Joining]) -> ColumnElement[bool]:
    """On that day or a part of it: whoever leaves after the service belonged to those who served."""
    day = ServiceRecord.served_on
    return and_(kind.is_current(), kind.joined_on <= day, or_(kind.left_on.is_(None), kind.left_on >= day))


def is_own_word(actor: Actor) -> ColumnElement[bool]:
    """Condition on records: the actor added it by their word, or raised the minutes that were signed in and out. A correction that leaves
    them or lowers them is no such word."""
    if actor.account_id is None:
        return false()
    first, worded = aliased(ServiceRecord), aliased(ServiceRecord)
    return exists().where(
        first.id == ServiceRecord.fact_id,
        worded.fact_id == ServiceRecord.fact_id,
        worded.evidence == Evidence.COMMUNITY_WORD,
        or_(worded.id == first.id, worded.minutes > first.minutes),
        worded.actor_account_id.in_(accounts_of(actor.account_id)),
    )
