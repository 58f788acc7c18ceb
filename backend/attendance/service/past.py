"""What took place without having been published: its shift, and the records of who served, written down afterwards by two officers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select

from backend.accounts.policy import Permission
from backend.attendance.entitlement import capacity_id_of_claim, capacity_of_claim
from backend.attendance.hours import Span
from backend.attendance.models import Confirmer, Evidence, ServiceRecord, Shift, ShiftChange, ShiftStatus
from backend.attendance.own import is_own
from backend.attendance.service.attendances import attend
from backend.attendance.service.confirmation import confirm_for_community
from backend.attendance.service.minors import require_fit
from backend.attendance.service.records import RecordExists, refuse_overlap, state_record
from backend.attendance.service.refusals import OwnService
from backend.brands import Brand
from backend.foundation import audit
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.ids import new_id
from backend.foundation.refusals import never
from backend.openings import service as openings
from backend.openings.models import Claim
from backend.openings.service import Claimant
from backend.people.models import Person


@dataclass(frozen=True, slots=True)
class PastShift:
    """What took place, where and when."""

    brand: Brand
    title: str
    area_id: UUID
    area_path: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class PastService:
    """Who served there, for whom, and from when to when."""

    person_id: UUID
    claimant: Claimant
    started_at: datetime
    ended_at: datetime


@never(RecordExists, because="the attendances were made just now")
def record_past(
    actor: Actor, past: PastShift, served: Sequence[PastService], *, entered_by: UUID | None, reason: str, now: datetime
) -> UUID:
    """Write down a past shift with its records, on the word of who entered it, and confirm them on that of the actor, for as many minutes
    as fit into each day. Returns the shift's id. The caller has asked policy; persons come in the order of their ids. Nobody confirms
    them for a team, organisation or unit that they led on that day.

    Raises ClaimantNotAllowed, OwnService, RecordsOverlap, TooYoung, GuardianAbsent, people.ConsentNeeded (minors).
    """
    claims = openings.make_past_opening(
        brand=past.brand,
        title=past.title,
        area_id=past.area_id,
        area_path=past.area_path,
        starts_at=past.starts_at,
        ends_at=past.ends_at,
        claimants=dict.fromkeys(line.claimant for line in served),
        now=now,
    )
    shift = _past_shift(actor, past, claims.opening_id, reason=reason, now=now)
    as_whom = _as_whom(shift)
    word, fact_ids = Actor(account_id=entered_by), []
    for line in served:
        born_on = db.session.scalars(select(Person.born_on).where(Person.id == line.person_id)).one()
        require_fit(line.person_id, born_on, shift, on=line.started_at, now=now)
        span = Span(line.started_at, line.ended_at)
        refuse_overlap(line.person_id, span)
        claim_id = claims.held_by[line.claimant]
        attendance: Any = attend(
            claim_id,
            held=False,
            most=None,
            shift_id=shift.id,
            person_id=line.person_id,
            capacity=as_whom[claim_id].capacity,
            capacity_id=as_whom[claim_id].capacity_id,
            signed_in_at=line.started_at,
            in_evidence=Evidence.COMMUNITY_WORD,
            signed_out_at=line.ended_at,
            out_evidence=Evidence.COMMUNITY_WORD,
        )
        record = state_record(word, shift, attendance, span, evidence=Evidence.COMMUNITY_WORD, reason=reason, late_entry=True, now=now)
        audit.record(actor, Permission.LATE_ENTRY_DECIDE, record.id, now=now, record=True)
        fact_ids.append(record.fact_id)
    if db.session.scalar(select(exists().where(ServiceRecord.shift_id == shift.id, is_own(actor)))):
        raise OwnService
    confirm_for_community(actor, fact_ids, now=now)
    return shift.id


def _as_whom(shift: Shift) -> Mapping[UUID, Any]:
    """As whom one served on each claim of a shift, as for any claim (capacity, capacity_id): their own is a registered Party member's
    where they were registered with the community at that time."""
    claims = select(Claim.id, capacity_of_claim(), capacity_id_of_claim()).join(Shift, Shift.opening_id == Claim.opening_id)
    return {claim.id: claim for claim in db.session.execute(claims.where(Shift.id == shift.id))}


def _past_shift(actor: Actor, past: PastShift, opening_id: UUID, *, reason: str, now: datetime) -> Shift:
    """A shift that is over: nobody signs in at it, and nothing is closed later."""
    shift = Shift(
        id=new_id(),
        opening_id=opening_id,
        brand=past.brand.code,
        area_id=past.area_id,
        area_path=past.area_path,
        confirmers=[Confirmer.COMMUNITY.value],
        starts_at=past.starts_at,
        ends_at=past.ends_at,
        grace_minutes=0,
        status=ShiftStatus.CLOSED,
    )
    db.session.add(shift)
    db.session.flush()
    closed = {"shift_id": shift.id, "from_status": None, "to_status": ShiftStatus.CLOSED}
    db.session.add(ShiftChange(id=new_id(), **closed, at=now, actor_account_id=actor.account_id, reason=reason))
    db.session.flush()
    return shift
