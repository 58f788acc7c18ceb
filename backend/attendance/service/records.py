"""Service records. A sign-out or the community makes one; the community corrects and withdraws it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import exists, or_, select, true

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.attendance.entitlement import allowed, concerned_by_service, seen_shift
from backend.attendance.events import ServiceCorrected, ServiceRecorded, ServiceWithdrawn
from backend.attendance.hours import Span
from backend.attendance.models import Attendance, Confirmation, Evidence, ServiceRecord, Shift, ShiftStatus
from backend.attendance.service.attendances import attend, claim_at, close_open, is_full
from backend.attendance.service.days import most_minutes
from backend.attendance.service.minors import require_fit
from backend.attendance.service.refusals import (
    NotEntitled,
    OutsideWindow,
    OwnService,
    PlaceFull,
    RecordsOverlap,
    RecordWithdrawn,
    ServiceNotFound,
    ShiftCancelled,
)
from backend.attendance.service.settling import wait_again
from backend.foundation import audit, clock, facts, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db, refusing
from backend.foundation.errors import Conflict, Missing
from backend.foundation.facts import AlreadyCorrected
from backend.foundation.refusals import never
from backend.openings.service import ClaimReleased
from backend.people.models import Person
from backend.people.service import hold_person
from backend.volunteers.service import VolunteerUnknown, volunteer_of_number


class RecordExists(Conflict):
    """The attendance has its record: correct that one."""

    code: ClassVar[str] = "record_exists"
    detail = "该签到已有服务记录，请更正原记录"


class StillSignedIn(Conflict):
    """Who is signed in can still sign out by themselves; whoever sees that they are gone ends it with `ends_sign_in`."""

    code: ClassVar[str] = "still_signed_in"
    detail = "该志愿者仍在签到中，可由本人签退；确已离开的，可以结束签到并补录"


class AttendanceExists(Conflict):
    """The person signed in at this shift: add the record to that attendance."""

    code: ClassVar[str] = "attendance_exists"
    detail = "该志愿者在本场次已有签到，请在其签到上补录"


OVERLAPS = {"ex_service_records_person": RecordsOverlap}
"""What the database says of two records of one person and time that are written side by side."""


def window_of(shift: Shift) -> Span:
    """The shift's window: minutes count within it."""
    return Span(shift.starts_at, shift.ends_at)


def signing_window_of(shift: Shift) -> Span:
    """The window with the grace on both sides: within it one signs in and out."""
    return window_of(shift).widened(timedelta(minutes=shift.grace_minutes))


def state_record(
    actor: Actor,
    shift: Shift,
    attendance: Attendance,
    served: Span,
    *,
    evidence: Evidence,
    reason: str | None,
    late_entry: bool = False,
    now: datetime,
) -> ServiceRecord:
    """Write the record of an attendance, which counts once it is confirmed; `late_entry` where nothing was published. The caller has
    asked policy.

    Raises RecordExists, RecordsOverlap.
    """
    values = _times(served) | {
        "reason": reason,
        "attendance_id": attendance.id,
        "shift_id": shift.id,
        "opening_id": shift.opening_id,
        "person_id": attendance.person_id,
        "brand": shift.brand,
        "area_id": shift.area_id,
        "area_path": shift.area_path,
        "capacity": attendance.capacity,
        "capacity_id": attendance.capacity_id,
        "evidence": evidence,
        "late_entry": late_entry,
    }
    with refusing(OVERLAPS):
        stated = facts.state_missing(ServiceRecord, actor, [values], key=["attendance_id"], now=now)
    if not stated:
        raise RecordExists
    record = stated[0]
    outbox.record(ServiceRecorded(record.id), now=now)
    return record


def add_record(
    actor: Actor,
    attendance_id: UUID,
    *,
    started_at: datetime,
    ended_at: datetime,
    reason: str,
    ends_sign_in: bool = False,
    now: datetime,
) -> ServiceRecord:
    """补录 by the community's word, for who signed in but whose attendance has no record: nobody signed out, or the record was withdrawn.
    `ends_sign_in`: whoever is signed in still is gone, and signs out no more. What was closed brings nothing after that moment.

    Raises Missing, Forbidden, OwnService, StillSignedIn, RecordExists, OutsideWindow, RecordsOverlap.
    """
    attendance, shift = attendance_to_record(actor, attendance_id)
    wait_again(shift.id)
    if attendance.signed_out_at is None and attendance.closed_at is None:
        if not ends_sign_in:
            raise StillSignedIn
        for left in close_open(Attendance.id == attendance_id, now=now):
            audit.record(actor, Permission.RECORD_ADD, left, now=now, ended="by word")
    served = _worded(shift, started_at, ended_at, now=_until(attendance_id, now))
    refuse_overlap(attendance.person_id, served)
    record = state_record(actor, shift, attendance, served, evidence=Evidence.COMMUNITY_WORD, reason=reason, now=now)
    audit.record(actor, Permission.RECORD_ADD, record.id, now=now)
    return record


def attendance_to_record(actor: Actor, attendance_id: UUID) -> tuple[Attendance, Shift]:
    """An attendance with its shift, for who states by their word how long somebody else served there. Raises Missing, Forbidden,
    OwnService."""
    attendance = db.session.get(Attendance, attendance_id)
    if attendance is None:
        raise Missing
    shift = db.session.get_one(Shift, attendance.shift_id)
    scopes = concerned_by_service(
        area_path=shift.area_path,
        requester_id=shift.requester_person_id,
        person_id=attendance.person_id,
        capacity_id=attendance.capacity_id,
    )
    if not allowed(actor, Permission.ATTENDANCE_SEE, scopes):
        raise Missing
    policy.require(actor, Permission.RECORD_ADD, Scope(area_path=shift.area_path))
    _refuse_own(actor, attendance.person_id)
    return attendance, shift


@never(RecordExists, because="the attendance was made just now")
def add_late_record(
    actor: Actor,
    shift_id: UUID,
    *,
    volunteer_number: str,
    name: str,
    started_at: datetime,
    ended_at: datetime,
    reason: str,
    now: datetime,
) -> ServiceRecord:
    """补录 by the community's word, for who served without signing in: entitled by a claim held at that time.

    A claim that was released before anybody signed in on it entitles nobody: whoever held it said that they did not come, and the place
    was free for others. A claim that has ended does, for the time until then.

    Raises Missing, Forbidden, ShiftCancelled, VolunteerUnknown, OwnService, NotEntitled, AttendanceExists, PlaceFull,
    ClaimReleased (at that moment), OutsideWindow, RecordsOverlap, TooYoung, GuardianAbsent, people.ConsentNeeded (minors).
    """
    shift, _ = seen_shift(actor, shift_id, now=now)
    policy.require(actor, Permission.RECORD_ADD, Scope(area_path=shift.area_path))
    # As in signing in: a shift is not cancelled while somebody is added to it.
    if wait_again(shift_id) is ShiftStatus.CANCELLED:
        raise ShiftCancelled
    person_id = volunteer_of_number(volunteer_number, name)
    if person_id is None:
        raise VolunteerUnknown(errors={"volunteer_number": [VolunteerUnknown.detail]})
    _refuse_own(actor, person_id)
    born_on = db.session.scalars(select(Person.born_on).where(Person.id == person_id)).one()
    require_fit(person_id, born_on, shift, on=started_at, now=now)
    served = _worded(shift, started_at, ended_at, now=now)
    refuse_overlap(person_id, served)
    attendance = _attendance_by_word(shift, person_id, served)
    record = state_record(actor, shift, attendance, served, evidence=Evidence.COMMUNITY_WORD, reason=reason, now=now)
    audit.record(actor, Permission.RECORD_ADD, record.id, now=now)
    return record


def correct_record(
    actor: Actor, fact_id: UUID, seen_id: UUID, *, started_at: datetime, ended_at: datetime, reason: str, now: datetime
) -> ServiceRecord:
    """A further revision with other times, on the community's word. A confirmation survives it, but for no more minutes than counted
    before: those that are added wait for somebody else to confirm them.

    `seen_id` is the revision that the officer looked at. Raises AlreadyCorrected when there is a newer one, ServiceNotFound, Forbidden,
    OwnService, RecordWithdrawn, OutsideWindow, RecordsOverlap.
    """
    seen = _seen(actor, fact_id, seen_id)
    wait_again(seen.shift_id)
    served = _worded(db.session.get_one(Shift, seen.shift_id), started_at, ended_at, now=_until(seen.attendance_id, now))
    refuse_overlap(seen.person_id, served, but_fact_id=fact_id)
    confirmed = confirmation_of(fact_id)
    with refusing(OVERLAPS):
        revision = facts.revise(seen, actor, now=now, reason=reason, evidence=Evidence.COMMUNITY_WORD, exclusive=True, **_times(served))
    if confirmed is not None:
        _bound(confirmed, seen.minutes, revision, actor, now=now)
    outbox.record(ServiceCorrected(revision.id), now=now)
    audit.record(actor, Permission.RECORD_CORRECT, revision.id, now=now)
    return revision


@dataclass(frozen=True, slots=True)
class Corrected:
    """What a correction makes of a record: its minutes, and those that count while nobody else has confirmed more (None: none do)."""

    minutes: int
    counted: int | None


def look_at_correction(actor: Actor, fact_id: UUID, *, started_at: datetime, ended_at: datetime, now: datetime) -> Corrected:
    """What `correct_record` would make of a record as it stands now; nothing is written.

    Raises ServiceNotFound, Forbidden, OwnService, RecordWithdrawn, OutsideWindow, RecordsOverlap.
    """
    latest = select(ServiceRecord.id).where(ServiceRecord.fact_id == fact_id, ServiceRecord.superseded_at.is_(None))
    seen_id = db.session.scalar(latest)
    if seen_id is None:
        raise ServiceNotFound
    seen = _seen(actor, fact_id, seen_id)
    served = _worded(db.session.get_one(Shift, seen.shift_id), started_at, ended_at, now=_until(seen.attendance_id, now))
    if _overlaps(seen.person_id, served, but_fact_id=fact_id):
        raise RecordsOverlap
    confirmed = confirmation_of(fact_id)
    # It counted within its day, and counts for no more than before.
    counted = None if confirmed is None else min(_stands_for(confirmed, seen.minutes), served.minutes)
    return Corrected(served.minutes, counted)


def confirmation_of(fact_id: UUID) -> Confirmation | None:
    """The word by which a record counts."""
    return db.session.scalars(select(Confirmation).where(Confirmation.record_fact_id == fact_id, Confirmation.is_current())).one_or_none()


def _bound(confirmed: Confirmation, minutes_before: int, corrected: ServiceRecord, actor: Actor, *, now: datetime) -> None:
    """Let a confirmation stand for the minutes that it was given for, and that fit into the day. The correction tells that they changed."""
    stands_for = _stands_for(confirmed, minutes_before)
    room = most_minutes([corrected.fact_id])[corrected.fact_id]
    most = stands_for if room is None else min(stands_for, room)
    if most < corrected.minutes and most != confirmed.most_minutes:
        facts.revise(confirmed, actor, now=now, reason=confirmed.reason, most_minutes=most)


def _stands_for(confirmed: Confirmation, minutes_before: int) -> int:
    return minutes_before if confirmed.most_minutes is None else confirmed.most_minutes


def withdraw_record(actor: Actor, fact_id: UUID, seen_id: UUID, *, reason: str, now: datetime) -> ServiceRecord:
    """Take a record out of what counts: a last revision that is void.

    Raises AlreadyCorrected, ServiceNotFound, Forbidden, OwnService, RecordWithdrawn.
    """
    revision = facts.revise(_seen(actor, fact_id, seen_id), actor, now=now, reason=reason, void=True)
    outbox.record(ServiceWithdrawn(revision.id), now=now)
    audit.record(actor, Permission.RECORD_CORRECT, revision.id, now=now, withdrawn=True)
    return revision


def _seen(actor: Actor, fact_id: UUID, seen_id: UUID) -> ServiceRecord:
    """The revision that the officer looked at, for who may correct it and while it is the latest."""
    seen = db.session.get(ServiceRecord, seen_id)
    if seen is None or seen.fact_id != fact_id:
        raise ServiceNotFound
    requester_id = db.session.scalar(select(Shift.requester_person_id).where(Shift.id == seen.shift_id))
    scopes = concerned_by_service(
        area_path=seen.area_path, requester_id=requester_id, person_id=seen.person_id, capacity_id=seen.capacity_id
    )
    if not allowed(actor, Permission.RECORD_SEE, scopes):
        raise ServiceNotFound
    policy.require(actor, Permission.RECORD_CORRECT, Scope(area_path=seen.area_path))
    _refuse_own(actor, seen.person_id)
    if seen.superseded_at is not None:
        raise AlreadyCorrected
    if seen.void:
        raise RecordWithdrawn
    return seen


def _refuse_own(actor: Actor, person_id: UUID) -> None:
    if actor.person_id == person_id:
        raise OwnService


def _until(attendance_id: UUID, now: datetime) -> datetime:
    """Until when somebody can have served on an attendance: till it was closed, where nobody signed out of it."""
    closed_at = db.session.scalar(select(Attendance.closed_at).where(Attendance.id == attendance_id))
    return now if closed_at is None else min(closed_at, now)


def _worded(shift: Shift, started_at: datetime, ended_at: datetime, *, now: datetime) -> Span:
    """A stretch that an officer states. It is refused, not clipped, when it leaves the window: a figure differs from the word only by a
    mistake, and the officer should see it."""
    served = Span(started_at, ended_at)
    if ended_at <= started_at or ended_at > now or not served.lies_within(window_of(shift)):
        window = window_of(shift)
        latest = min(window.ends_at, now)
        raise OutsideWindow(
            earliest=window.starts_at.astimezone(clock.SHANGHAI).isoformat(), latest=latest.astimezone(clock.SHANGHAI).isoformat()
        )
    return served


def refuse_overlap(person_id: UUID, served: Span, *, but_fact_id: UUID | None = None) -> None:
    """Refuse a stretch in which the person served elsewhere. Holds the person's row, so that two stretches are not added side by side."""
    hold_person(person_id)
    if _overlaps(person_id, served, but_fact_id=but_fact_id):
        raise RecordsOverlap


def _overlaps(person_id: UUID, served: Span, *, but_fact_id: UUID | None) -> bool:
    days = (clock.shanghai_day(served.starts_at) - timedelta(days=1), clock.shanghai_day(served.ends_at))
    recorded = exists().where(
        ServiceRecord.person_id == person_id,
        ServiceRecord.is_current(),
        ServiceRecord.served_on.between(*days),
        ServiceRecord.started_at < served.ends_at,
        ServiceRecord.ended_at > served.starts_at,
        ServiceRecord.fact_id != but_fact_id if but_fact_id is not None else true(),
    )
    signed_in = exists().where(
        Attendance.person_id == person_id,
        Attendance.is_open(),
        Attendance.signed_in_at < served.ends_at,
    )
    return db.session.scalar(select(or_(recorded, signed_in))) is True


def _attendance_by_word(shift: Shift, person_id: UUID, served: Span) -> Any:
    found = claim_at(shift.id, person_id, served)
    if found is None:
        raise NotEntitled("该志愿者不在本场次的认领方之中")
    attendance = attend(
        found.id,
        held=False,
        most=found.people_per_place,
        shift_id=shift.id,
        person_id=person_id,
        capacity=found.capacity,
        capacity_id=found.capacity_id,
        signed_in_at=served.starts_at,
        in_evidence=Evidence.COMMUNITY_WORD,
        signed_out_at=served.ends_at,
        out_evidence=Evidence.COMMUNITY_WORD,
    )
    if attendance is None:
        seen = select(Attendance.id).where(Attendance.shift_id == shift.id, Attendance.person_id == person_id)
        if db.session.scalar(seen) is not None:
            raise AttendanceExists
        raise PlaceFull if is_full(found.id, shift.id) else ClaimReleased
    return attendance


def _times(served: Span) -> dict[str, Any]:
    return {
        "served_on": clock.shanghai_day(served.starts_at),
        "started_at": served.starts_at,
        "ended_at": served.ends_at,
        "minutes": served.minutes,
    }
