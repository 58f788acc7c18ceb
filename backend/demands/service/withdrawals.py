"""What becomes of what somebody asked for who agrees to nothing any more: their own need ends, that of somebody else stays, and is the
community's from then on."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select

from backend.attendance import service as attendance
from backend.attendance.models import Attendance, Shift
from backend.demands.models import Beneficiary, Demand, DemandStatus
from backend.demands.service.life import CANCEL, HAND_OVER_PUBLISHED, HAND_OVER_RETURNED, HAND_OVER_SUBMITTED, WITHDRAW, WITHDRAW_RETURNED
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.outbox import Happening
from backend.openings import service as openings
from backend.openings.models import Opening
from backend.people.models import Person
from backend.people.service import why_ended

_OPEN_STILL = (DemandStatus.SUBMITTED, DemandStatus.RETURNED, DemandStatus.PUBLISHED)


def end_for_withdrawn(happenings: Sequence[Happening], *, now: datetime) -> None:
    """Withdraw or call off what these people need themselves; what is for somebody else, has begun, or is over, is the community's from
    now on. Who agreed anew meanwhile keeps what they asked for."""
    for happening in happenings:
        person_id = happening.subject_id
        if db.session.scalar(select(Person.withdrawn_at).where(Person.id == person_id)) is None:
            continue
        reason = why_ended(person_id, at=happening.at)
        asked = select(Demand).where(Demand.requester_person_id == person_id, Demand.status.in_(_OPEN_STILL)).order_by(Demand.id)
        own = set(db.session.scalars(asked.where(_own_need(person_id)).with_only_columns(Demand.id)))
        for demand in db.session.scalars(asked.with_for_update().execution_options(populate_existing=True)).all():
            if demand.id in own and not _has_begun(demand.opening_id, now=now):
                _end(Actor.system(), demand, reason=reason, now=now)
            else:
                _hand_over(demand, reason=reason, now=now)


def call_off_visits(actor: Actor, beneficiary_id: UUID, *, reason: str, now: datetime) -> None:
    """Withdraw or call off what is open for somebody on record, whoever asked for it, but what has begun or is over. The caller has asked
    policy. Raises PlacesInService (somebody signs in at this moment)."""
    visits = select(Demand).where(Demand.beneficiary_id == beneficiary_id, Demand.status.in_(_OPEN_STILL)).order_by(Demand.id)
    for demand in db.session.scalars(visits.with_for_update().execution_options(populate_existing=True)).all():
        if not _has_begun(demand.opening_id, now=now):
            _end(actor, demand, reason=reason, now=now)


def _own_need(person_id: UUID) -> ColumnElement[bool]:
    visited = exists().where(Beneficiary.id == Demand.beneficiary_id, Beneficiary.person_id == person_id)
    return or_(Demand.beneficiary_id.is_(None), visited.correlate(Demand))


def _has_begun(opening_id: UUID | None, *, now: datetime) -> bool:
    """Whether somebody has signed in for it, or its window is over: neither is undone."""
    served = exists().where(Shift.opening_id == opening_id, Attendance.shift_id == Shift.id)
    is_over = exists().where(Opening.id == opening_id, Opening.ends_at <= now)
    return bool(db.session.scalar(select(or_(served, is_over))))


def _end(actor: Actor, demand: Demand, *, reason: str, now: datetime) -> None:
    if demand.opening_id is None:
        for step in (WITHDRAW, WITHDRAW_RETURNED):
            step.take_all(actor, [demand.id], now=now, reason=reason)
        return
    CANCEL.take_all(actor, [demand.id], now=now, reason=reason)
    attendance.cancel_shifts(actor, demand.opening_id, reason=reason, now=now)
    openings.cancel_opening(actor, demand.opening_id, unserved=attendance.UNSERVED, reason=reason, now=now)


def _hand_over(demand: Demand, *, reason: str, now: datetime) -> None:
    for step in (HAND_OVER_SUBMITTED, HAND_OVER_RETURNED, HAND_OVER_PUBLISHED):
        step.take_all(Actor.system(), [demand.id], now=now, reason=reason, requester_person_id=None)
    if demand.opening_id is not None:
        attendance.leave_to_community(demand.opening_id)
        openings.leave_to_community(demand.opening_id)
