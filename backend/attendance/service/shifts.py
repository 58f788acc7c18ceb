"""The life of a shift: planned when its opening is made, moved and cancelled with it, closed when its window and grace are over."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select, update

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.areas import transfers
from backend.areas.transfers import Handover
from backend.attendance.entitlement import seen_shift
from backend.attendance.events import ShiftCalledOff, ShiftClosed, ShiftPlanned
from backend.attendance.models import Attendance, Confirmer, Shift, ShiftChange, ShiftStatus
from backend.attendance.service.attendances import close_open
from backend.attendance.service.releases import tell_of_missed
from backend.foundation import audit
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Unprocessable
from backend.foundation.ids import new_id
from backend.foundation.life import Step

LONGEST = timedelta(hours=24)


class ShiftTooLong(Unprocessable):
    """Window and both graces together pass 24 hours: what lasts longer is several shifts, each with its own sign-in."""

    code: ClassVar[str] = "shift_too_long"
    detail = "单个场次（含宽限时间）不能超过24小时，请分成多个场次"


class ShiftNotPlanned(Conflict):
    """It is closed or cancelled already."""

    code: ClassVar[str] = "shift_not_planned"
    detail = "该场次已结束或已取消"


class ShiftInUse(Conflict):
    """Somebody has signed in: what was served is neither undone by cancelling nor moved."""

    code: ClassVar[str] = "shift_in_use"
    detail = "已有人在该场次签到，不能取消"


class MorePeopleThere(Conflict):
    """More people have signed in on one claim: nobody of them is sent home because there are to be fewer."""

    code: ClassVar[str] = "more_people_there"
    detail = "已有认领方到场的人数比改动后的多"


PLAN = Step(Shift, ShiftChange, None, ShiftStatus.PLANNED, ShiftPlanned, Permission.SHIFT_PLAN)
CANCEL = Step(Shift, ShiftChange, ShiftStatus.PLANNED, ShiftStatus.CANCELLED, ShiftCalledOff, Permission.SHIFT_CANCEL)
CLOSE = Step(Shift, ShiftChange, ShiftStatus.PLANNED, ShiftStatus.CLOSED, ShiftClosed, Permission.SHIFT_CLOSE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a shift takes place: GCJ-02, in degrees, and the radius in metres within which a position counts as inside."""

    latitude: float
    longitude: float
    radius_m: int


def plan_shift(
    actor: Actor,
    *,
    opening_id: UUID,
    brand: str,
    area_id: UUID,
    area_path: str,
    requester_person_id: UUID | None,
    confirmers: Collection[Confirmer],
    starts_at: datetime,
    ends_at: datetime,
    grace_minutes: int,
    place: Place | None = None,
    home_id: UUID | None = None,
    now: datetime,
) -> Shift:
    """Make one occurrence of an opening, at the home of who is visited (`home_id`) or not. Called by whoever publishes the opening,
    once for each occurrence.

    Raises ShiftTooLong, and Forbidden for who may not decide in the area.
    """
    policy.require(actor, Permission.SHIFT_PLAN, Scope(area_path=area_path))
    if ends_at - starts_at + 2 * timedelta(minutes=grace_minutes) > LONGEST:
        raise ShiftTooLong
    shift = Shift(
        id=new_id(),
        opening_id=opening_id,
        brand=brand,
        area_id=area_id,
        area_path=area_path,
        requester_person_id=requester_person_id,
        confirmers=[word.value for word in confirmers],
        starts_at=starts_at,
        ends_at=ends_at,
        grace_minutes=grace_minutes,
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        radius_m=place.radius_m if place else None,
        home_id=home_id,
        status=ShiftStatus.PLANNED,
    )
    db.session.add(shift)
    db.session.flush()
    PLAN.begin(actor, shift.id, now=now, details={"opening_id": str(opening_id)})
    return shift


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of an opening when one of its shifts was called off: whether another is ahead, and whether somebody was at one."""

    is_ahead: bool
    was_served: bool


def cancel_shift(actor: Actor, shift_id: UUID, *, reason: str, now: datetime) -> Left:
    """Cancel one planned shift whose window and grace are not over, and at which nobody has signed in. The opening is the caller's, who
    hears what is left of it.

    Raises ShiftNotPlanned, ShiftInUse, Missing, and Forbidden for who may not decide in the area.
    """
    shift, _ = seen_shift(actor, shift_id, now=now)
    policy.require(actor, Permission.SHIFT_CANCEL, Scope(area_path=shift.area_path))
    # Sign-in holds the row FOR SHARE, so whoever is just signing in is waited for and then seen.
    planned = select(Shift.id).where(Shift.id == shift_id, Shift.status == ShiftStatus.PLANNED, Shift.is_not_over(now))
    if db.session.scalar(planned.with_for_update()) is None:
        raise ShiftNotPlanned
    if not _cancel([shift_id], actor, reason=reason, now=now):
        raise ShiftInUse
    of_opening = Shift.opening_id == shift.opening_id
    # Of two that call off the last two at once the later sees what the first did.
    db.session.execute(select(Shift.id).where(of_opening).order_by(Shift.id).with_for_update(read=True))
    ahead = exists().where(of_opening, Shift.status == ShiftStatus.PLANNED, Shift.is_not_over(now))
    served = exists().where(Attendance.shift_id == Shift.id, of_opening)
    return Left(*db.session.execute(select(ahead, served)).one())


def cancel_shifts(actor: Actor, opening_id: UUID, *, reason: str, now: datetime) -> list[UUID]:
    """Cancel what is still planned of an opening that is itself cancelled; the caller has asked policy. Returns their ids.

    A shift at which somebody has signed in stays as it is: they sign out, and what they served counts.
    """
    planned = db.session.scalars(
        select(Shift.id).where(Shift.opening_id == opening_id, Shift.status == ShiftStatus.PLANNED).order_by(Shift.id).with_for_update()
    ).all()
    return _cancel(planned, actor, reason=reason, now=now)


def leave_to_community(opening_id: UUID) -> None:
    """Let nobody be asked for a word on these shifts but the community, because who asked is gone. The caller records it."""
    shifts = update(Shift).where(Shift.opening_id == opening_id).values(requester_person_id=None, confirmers=[Confirmer.COMMUNITY.value])
    db.session.execute(shifts.execution_options(synchronize_session=False))


def move_shift(
    actor: Actor, opening_id: UUID, area_path: str, *, was: tuple[datetime, datetime], to: tuple[datetime, datetime], now: datetime
) -> None:
    """Let the shift of an opening that was planned for one window, from its start to its end, take place in another.

    Raises ShiftNotPlanned, ShiftInUse where somebody has signed in (what was served is not moved), and Forbidden for who may not decide in
    the area.
    """
    policy.require(actor, Permission.SHIFT_PLAN, Scope(area_path=area_path))
    of_window = select(Shift.id).where(Shift.opening_id == opening_id, Shift.starts_at == was[0], Shift.ends_at == was[1])
    # As in cancelling, whoever is just signing in is waited for and then seen.
    planned = of_window.where(Shift.status == ShiftStatus.PLANNED).order_by(Shift.id).with_for_update()
    shift_ids = db.session.scalars(planned).all()
    if not shift_ids:
        raise ShiftNotPlanned
    nobody_there = ~exists().where(Attendance.shift_id == Shift.id)
    moving = update(Shift).where(Shift.id.in_(shift_ids), nobody_there).values(starts_at=to[0], ends_at=to[1]).returning(Shift.id)
    moved = db.session.scalars(moving.execution_options(synchronize_session=False)).all()
    if len(moved) < len(shift_ids):
        raise ShiftInUse("已有人在该场次签到，时间不能再改")
    for shift_id in moved:
        audit.record(actor, Permission.SHIFT_PLAN, shift_id, now=now, decision="moved")


def require_fewer_there(opening_id: UUID, most: int) -> None:
    """Let pass that a claim on an opening brings at most so many people to a shift; whoever is just signing in is waited for and then seen.
    Raises MorePeopleThere."""
    shifts = select(Shift.id).where(Shift.opening_id == opening_id).order_by(Shift.id).with_for_update()
    shift_ids = db.session.scalars(shifts).all()
    there = select(Attendance.claim_id).where(Attendance.shift_id.in_(shift_ids))
    more = there.group_by(Attendance.claim_id, Attendance.shift_id).having(func.count() > most)
    if db.session.scalar(more.limit(1)) is not None:
        raise MorePeopleThere


def close_overdue(*, now: datetime, at_most: int = 200) -> int:
    """Close attendances that nobody signed out of, and planned shifts, once window and grace are over. Returns how many rows it closed.

    There is no record of a forgotten attendance until the community adds one with a reason.
    """
    system = Actor.system()
    overdue = select(Attendance.id).join(Shift, Shift.id == Attendance.shift_id).where(Attendance.is_open(), _is_over(now))
    forgotten = close_open(Attendance.id.in_(overdue.limit(at_most).with_for_update(of=Attendance, skip_locked=True)), now=now)
    for attendance_id in forgotten:
        audit.record(system, Permission.SHIFT_CLOSE, attendance_id, now=now)
    # Who hears that a shift is closed finds nobody signed in at it.
    signed_in = exists().where(Attendance.shift_id == Shift.id, Attendance.is_open())
    over = select(Shift.id).where(Shift.status == ShiftStatus.PLANNED, _is_over(now), ~signed_in).limit(at_most)
    ended = CLOSE.take_all(system, db.session.scalars(over.with_for_update(skip_locked=True)).all(), now=now)
    tell_of_missed(ended, now=now)
    return len(forgotten) + len(ended)


def _is_over(now: datetime) -> ColumnElement[bool]:
    # The first half is what the index can answer; grace only makes it later.
    return (Shift.ends_at <= now) & ~Shift.is_not_over(now)


def _cancel(shift_ids: Sequence[UUID], actor: Actor, *, reason: str, now: datetime) -> list[UUID]:
    """Cancel those of the locked shifts at which nobody has signed in."""
    return CANCEL.take_all(actor, shift_ids, ~exists().where(Attendance.shift_id == Shift.id), now=now, reason=reason)


def hand_on_shifts(handover: Handover, *, now: datetime) -> int:
    """Let the shifts that lie ahead in a community take place in its successor; returns how many. One that has begun stays."""
    return len(transfers.hand_on(Shift, Shift.status == ShiftStatus.PLANNED, Shift.starts_at > now, handover=handover))
