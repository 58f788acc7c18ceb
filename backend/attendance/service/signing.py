"""Sign-in and sign-out by code: the hot path of a shift, so each takes few statements and no row that all of them must change."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Row, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from backend import brands
from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.attendance import codes, doors, limits
from backend.attendance.codes import ShownCode
from backend.attendance.entitlement import allowed, is_visitor, openings_of, seen_shift
from backend.attendance.events import SignedIn, SignedOut
from backend.attendance.hours import Span
from backend.attendance.models import Attendance, Capacity, Evidence, FlagKind, ServiceRecord, Shift, ShiftStatus
from backend.attendance.positions import Position, Sign, judge
from backend.attendance.service.attendances import attend, close_open, is_full, shift_to_sign
from backend.attendance.service.doors import check_door_code
from backend.attendance.service.flags import flag_service
from backend.attendance.service.minors import require_fit
from backend.attendance.service.records import RecordExists, signing_window_of, state_record, window_of
from backend.attendance.service.refusals import NotEntitled, PlaceFull, ShiftCancelled, ShiftNotBegun, ShiftOver
from backend.foundation import audit, clock, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Forbidden, Missing, Unprocessable
from backend.foundation.refusals import never, refuses
from backend.openings.service import ClaimReleased
from backend.people.service import person_of

_MOST_NAMED = 20
"""Visits at one time, of whom one is asked which is meant."""


class AlreadySignedIn(Conflict):
    """One open attendance at a time, here or at the shift that is named in `shift_id`; there it ends with `ends_other`."""

    code: ClassVar[str] = "already_signed_in"
    detail = "您已签到，请先签退"


class AlreadySignedOut(Conflict):
    """In once and out once: what was wrong is corrected on the record."""

    code: ClassVar[str] = "already_signed_out"
    detail = "您在本场次已签退"


class AttendanceClosed(Conflict):
    """Nobody signed out in time; the community can add the record."""

    code: ClassVar[str] = "attendance_closed"
    detail = "签到已超时关闭，请联系社区补录"


class NotSignedIn(Conflict):
    """Sign-out follows sign-in."""

    code: ClassVar[str] = "not_signed_in"
    detail = "您在本场次还没有签到"


class ScannedInFuture(Unprocessable):
    """`scanned_at` is yet to come: the phone did not reckon with the `Date` of our answers."""

    code: ClassVar[str] = "scanned_in_future"
    detail = "扫码时间晚于现在，请重新扫码"


class ScannedTooLongAgo(Unprocessable):
    """Sent later than `signing.sent_later_minutes` of config/services.toml after the scan."""

    code: ClassVar[str] = "scanned_too_long_ago"
    detail = "扫码已过去太久，不能再补传；请重新扫码，或者联系社区补录"


class NoVisitNow(Conflict):
    """A door code names no shift, and the person may serve at no visit at this time, or is signed in at none."""

    code: ClassVar[str] = "no_visit_now"
    detail = "现在没有可以用门牌码签到签退的上门服务，请核对认领和服务时间"


class SeveralVisits(Conflict):
    """A door code names no shift, and the person may serve at several visits at this time: `shift_ids`. They say at which."""

    code: ClassVar[str] = "several_visits"
    detail = "您现在有几项上门服务，请先选择场次再签到"


@dataclass(frozen=True, slots=True)
class SignedInAs:
    """A sign-in as it was written."""

    attendance_id: UUID
    shift_id: UUID
    claim_id: UUID
    capacity: Capacity
    signed_in_at: datetime
    evidence: Evidence
    inside: bool | None
    distance_m: int | None


@dataclass(frozen=True, slots=True)
class SignedOutWith:
    """A sign-out with the record that it made."""

    attendance_id: UUID
    shift_id: UUID
    signed_in_at: datetime
    signed_out_at: datetime
    evidence: Evidence
    inside: bool | None
    distance_m: int | None
    fact_id: UUID
    minutes: int


def show_code(actor: Actor, shift_id: UUID, *, now: datetime) -> ShownCode:
    """The code of this moment, for who is in charge of the shift: community, requester or their proxy, leader of what claims it. At a
    home it says when it is shown by somebody who visits.

    Raises Missing, Forbidden, ShiftCancelled, ShiftNotBegun, ShiftOver.
    """
    shift, in_charge = seen_shift(actor, shift_id, now=now)
    if not allowed(actor, Permission.CODE_SHOW, in_charge):
        raise Forbidden(policy.who_may(Permission.CODE_SHOW))
    refuse_outside_window(shift, now=now)
    by_visitors = _is_visit(shift) and is_visitor(actor, shift, in_charge, now=now)
    return codes.maker().code(shift_id, now=now, by_visitors=by_visitors)


def shift_to_sign_in(actor: Actor, code: str, *, scanned_at: datetime | None = None, now: datetime) -> UUID:
    """At which shift a code signs somebody in who names none: the one that shows it; by that of a door, the visit at which they may serve
    at this time. Raises PersonNeeded, CodeForged, NoVisitNow, SeveralVisits."""
    person_id = person_of(actor)
    policy.require(actor, Permission.SHIFT_SIGN, Scope(person_id=person_id))
    if doors.read(code) is None:
        return codes.maker().shift_of(code)
    at = scanned_at or now
    mine = openings_of(person_id, clock.shanghai_day(at))
    begun = (Shift.starts_at - Shift.grace() <= at, Shift.is_not_over(at))
    visits = select(Shift.id).where(Shift.opening_id.in_(mine), Shift.home_id.is_not(None), Shift.status == ShiftStatus.PLANNED, *begun)
    found = db.session.scalars(visits.order_by(Shift.starts_at, Shift.id).limit(_MOST_NAMED)).all()
    if not found:
        raise NoVisitNow
    if len(found) > 1:
        raise SeveralVisits(shift_ids=[str(shift_id) for shift_id in found])
    return found[0]


def shift_to_sign_out(actor: Actor, code: str) -> UUID:
    """At which shift a code signs somebody out who names none: the one that shows it; by that of a door, the one at which they are signed
    in. Raises PersonNeeded, CodeForged, NoVisitNow."""
    person_id = person_of(actor)
    policy.require(actor, Permission.SHIFT_SIGN, Scope(person_id=person_id))
    if doors.read(code) is None:
        return codes.maker().shift_of(code)
    there = db.session.scalar(select(Attendance.shift_id).where(Attendance.person_id == person_id, Attendance.is_open()))
    if there is None:
        raise NoVisitNow
    return there


@refuses(codes.CodeExpired, codes.CodeForged, codes.CodeNotYetValid, codes.CodeOfAnotherShift)
def sign_in(
    actor: Actor,
    shift_id: UUID,
    code: str,
    *,
    position: Position | None = None,
    claim_id: UUID | None = None,
    ends_other: bool = False,
    scanned_at: datetime | None = None,
    now: datetime,
) -> SignedInAs:
    """Sign in at a shift, by the code that is shown there, or at a home by that of the door. `claim_id` says on which claim, for who may
    serve on several. `ends_other`: whoever forgot to sign out elsewhere is there no more; what they served until now, that community adds.
    `scanned_at`: sent later, and counts from then, as long as one may sign in now.

    Raises Missing, the refusals of a code (codes.py), ScannedInFuture, ScannedTooLongAgo, DoorCodeWrong, TooManyDoorCodes, NotEntitled,
    ShiftCancelled, ShiftNotBegun, ShiftOver, TooYoung, GuardianAbsent, people.ConsentNeeded (minors), PositionInaccurate, AlreadySignedIn,
    AlreadySignedOut, PlaceFull.
    """
    person_id = person_of(actor)
    policy.require(actor, Permission.SHIFT_SIGN, Scope(person_id=person_id))
    at = _scanned(scanned_at, now=now)
    shift = shift_to_sign(shift_id, person_id, claim_id=claim_id, now=at)
    if shift is None:
        raise Missing
    door, grade = _read_code(shift, code, now=at)
    if shift.claim_id is None:  # with the last shift of an opening its claims are released
        raise ShiftCancelled if shift.status is ShiftStatus.CANCELLED else NotEntitled
    for instant in {at, now}:  # what is closed is closed
        refuse_outside_window(shift, now=instant)
    require_fit(person_id, shift.born_on, shift, on=at, now=now)
    if door is not None:
        check_door_code(shift.home_id, door, person_id, now=now)
    sign = _as_sent(judge(shift, position, by=grade), at, now=now)
    if ends_other:
        for left in close_open(Attendance.person_id == person_id, Attendance.shift_id != shift_id, now=at):
            audit.record(actor, Permission.SHIFT_SIGN, left, now=now, ended="elsewhere")
    attendance = attend(
        shift.claim_id,
        held=True,
        most=shift.people_per_place,
        shift_id=shift_id,
        person_id=person_id,
        capacity=shift.capacity,
        capacity_id=shift.capacity_id,
        signed_in_at=at,
        in_evidence=sign.evidence,
        in_inside=sign.inside,
        in_distance_m=sign.distance_m,
    )
    if attendance is None:
        raise _why_not_in(person_id, shift_id, shift.claim_id)
    outbox.record(SignedIn(attendance.id), now=now)
    _write_down(actor, attendance.id, sign, at, now=now)
    return SignedInAs(attendance.id, shift_id, shift.claim_id, shift.capacity, at, sign.evidence, sign.inside, sign.distance_m)


@never(RecordExists, because="who is signed out just now had none")
@refuses(codes.CodeExpired, codes.CodeForged, codes.CodeNotYetValid, codes.CodeOfAnotherShift)
def sign_out(
    actor: Actor, shift_id: UUID, code: str, *, position: Position | None = None, scanned_at: datetime | None = None, now: datetime
) -> SignedOutWith:
    """Sign out, which makes the service record. `scanned_at`: sent later, and counts until then.

    What is recorded of the person already, by the community's word, is left out of it: so signing out never fails for an overlap.

    Raises Missing, the refusals of a code (codes.py), ScannedInFuture, ScannedTooLongAgo, DoorCodeWrong, TooManyDoorCodes, NotSignedIn,
    AlreadySignedOut, AttendanceClosed, PositionInaccurate, and RecordsOverlap where somebody records it at this moment.
    """
    person_id = person_of(actor)
    policy.require(actor, Permission.SHIFT_SIGN, Scope(person_id=person_id))
    at = _scanned(scanned_at, now=now)
    shift = db.session.get(Shift, shift_id)
    if shift is None:
        raise Missing
    door, grade = _read_code(shift, code, now=at)
    if door is not None and shift.home_id is not None:
        check_door_code(shift.home_id, door, person_id, leaving=shift_id, now=now)
    sign = _as_sent(judge(shift, position, by=grade), at, now=now)
    signed_out = _sign_out_row(shift, person_id, sign, now=at)
    if signed_out is None:
        raise _why_not_out(person_id, shift_id)
    attendance, recorded_until = signed_out
    outbox.record(SignedOut(attendance.id), now=now)
    _write_down(actor, attendance.id, sign, at, now=now)
    served = Span(recorded_until or attendance.signed_in_at, at).clipped_to(window_of(shift))
    record = state_record(actor, shift, attendance, served, evidence=_grade(attendance, now=at), reason=None, now=now)
    if limits.current().place.is_far(attendance.in_distance_m, sign.distance_m):
        flag_service(record.fact_id, FlagKind.FAR_AWAY, now=now)
    return _signed_out(attendance, sign, record, now=at)


def _sign_out_row(shift: Shift, person_id: UUID, sign: Sign, *, now: datetime) -> Row[Attendance, datetime | None] | None:
    """The attendance, and until when other records of the person reach into it."""
    if now > signing_window_of(shift).ends_at:
        return None
    recorded_until = (
        select(func.max(ServiceRecord.ended_at))
        .where(
            ServiceRecord.person_id == Attendance.person_id,
            ServiceRecord.is_current(),
            ServiceRecord.served_on.between(clock.shanghai_day(shift.starts_at) - timedelta(days=1), clock.shanghai_day(now)),
            ServiceRecord.ended_at > Attendance.signed_in_at,
            ServiceRecord.started_at < now,
        )
        .scalar_subquery()
    )
    return db.session.execute(
        update(Attendance)
        .where(
            Attendance.shift_id == shift.id,
            Attendance.person_id == person_id,
            Attendance.is_open(),
        )
        .values(
            signed_out_at=func.greatest(Attendance.signed_in_at, now),  # whichever host's clock that was
            out_evidence=sign.evidence,
            out_inside=sign.inside,
            out_distance_m=sign.distance_m,
        )
        .returning(Attendance, recorded_until)
        .execution_options(synchronize_session=False)
    ).one_or_none()


def _signed_out(attendance: Attendance, sign: Sign, record: ServiceRecord, *, now: datetime) -> SignedOutWith:
    return SignedOutWith(
        attendance_id=attendance.id,
        shift_id=attendance.shift_id,
        signed_in_at=attendance.signed_in_at,
        signed_out_at=max(attendance.signed_in_at, now),
        evidence=sign.evidence,
        inside=sign.inside,
        distance_m=sign.distance_m,
        fact_id=record.fact_id,
        minutes=record.minutes,
    )


def _scanned(scanned_at: datetime | None, *, now: datetime) -> datetime:
    """When somebody signs: now, or when they scanned, within bounds. A code that rotates also has its own time (codes.py)."""
    if scanned_at is None:
        return now
    if scanned_at > now:
        raise ScannedInFuture(errors={"scanned_at": [ScannedInFuture.detail]})
    if scanned_at < now - timedelta(minutes=limits.current().signing.sent_later_minutes):
        raise ScannedTooLongAgo(errors={"scanned_at": [ScannedTooLongAgo.detail]})
    return scanned_at


def _as_sent(sign: Sign, at: datetime, *, now: datetime) -> Sign:
    """What it rests on. The phone says when it scanned, and a code that is shown can be photographed: what comes later than such a code
    holds is worth less, whatever the code."""
    return sign if now - at <= codes.HOLDS_FOR else replace(sign, evidence=Evidence.SENT_LATER)


def _write_down(actor: Actor, attendance_id: UUID, sign: Sign, at: datetime, *, now: datetime) -> None:
    """Into the audit log; where it was not sent at once, also when it was scanned."""
    later: dict[str, Any] = {} if at == now else {"scanned_at": at.astimezone(clock.SHANGHAI).isoformat()}
    audit.record(actor, Permission.SHIFT_SIGN, attendance_id, now=now, evidence=sign.evidence.value, **later)


def refuse_outside_window(shift: Shift, *, now: datetime) -> None:
    """Let pass while one may sign in and out at a shift. Raises ShiftCancelled, ShiftNotBegun, ShiftOver."""
    window = signing_window_of(shift)
    if shift.status is ShiftStatus.CANCELLED:
        raise ShiftCancelled
    if now < window.starts_at:
        raise ShiftNotBegun(opens_at=window.starts_at.astimezone(clock.SHANGHAI).isoformat())
    if now > window.ends_at:
        raise ShiftOver


def _why_not_in(person_id: UUID, shift_id: UUID, claim_id: UUID) -> Conflict:
    """Only after a refusal a second look: signed in here, or out already; or signed in elsewhere; or the place has its people,
    or was just given back. Nothing
    closes while one may sign in."""
    lines = db.session.execute(
        select(Attendance.shift_id, Attendance.signed_out_at).where(
            Attendance.person_id == person_id,
            or_(Attendance.shift_id == shift_id, Attendance.is_open()),
        )
    ).all()
    here = next((line for line in lines if line.shift_id == shift_id), None)
    if here is not None and here.signed_out_at is not None:
        return AlreadySignedOut()
    if here is not None:
        return AlreadySignedIn(shift_id=str(shift_id))
    if lines:
        return AlreadySignedIn("您在其他场次尚未签退；已经离开的，可以结束那边的签到，再在这里签到", shift_id=str(lines[0].shift_id))
    return PlaceFull() if is_full(claim_id, shift_id) else ClaimReleased()


def _why_not_out(person_id: UUID, shift_id: UUID) -> Conflict:
    seen = db.session.execute(
        select(Attendance.signed_out_at, Attendance.closed_at).where(Attendance.shift_id == shift_id, Attendance.person_id == person_id)
    ).one_or_none()
    if seen is None:
        return NotSignedIn()
    return AlreadySignedOut() if seen.signed_out_at is not None else AttendanceClosed()


def _is_visit(shift: Shift) -> bool:
    brand = brands.current().get(shift.brand)
    return shift.home_id is not None or (brand is not None and brand.needs_beneficiary)


def _read_code(shift: Any, text: str, *, now: datetime) -> tuple[str | None, Evidence]:
    """What was scanned or typed: the code of a door, where the shift is a visit of somebody on record, or that which the shift shows; and
    what it is worth."""
    door = None if shift.home_id is None else doors.read(text)
    if door is not None:
        return door, Evidence.DOOR_CODE
    by_visitors = codes.maker().check(text, shift.id, now=now)
    return None, Evidence.OWN_CODE if by_visitors else Evidence.CODE


def _grade(attendance: Attendance, *, now: datetime) -> Evidence:
    """A record rests on the weaker of its ends; where that is a code of their own, on whether they were two."""
    ends = (attendance.in_evidence, attendance.out_evidence)
    weaker = [grade for grade in Evidence if grade in ends][-1]
    if weaker is Evidence.OWN_CODE and _was_not_alone(attendance, now=now):
        return Evidence.TOGETHER
    return weaker


def _was_not_alone(attendance: Attendance, *, now: datetime) -> bool:
    """Whether another person of the claim was there for at least half of the time."""
    other = aliased(Attendance)
    both = func.least(func.coalesce(other.signed_out_at, now), now) - func.greatest(other.signed_in_at, attendance.signed_in_at)
    another = exists().where(
        other.claim_id == attendance.claim_id,
        other.shift_id == attendance.shift_id,
        other.person_id != attendance.person_id,
        other.in_evidence != Evidence.SENT_LATER,
        other.closed_at.is_(None),
        both > timedelta(0),
        both >= (now - attendance.signed_in_at) / 2,
    )
    return bool(db.session.scalar(select(another)))
