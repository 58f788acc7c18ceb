"""On which claim somebody serves, and writing that they were there: prepared statements, for all of a shift sign in within a minute."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Label, Select, Uuid, bindparam, exists, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert

from backend.attendance.entitlement import nearest_claim
from backend.attendance.events import AttendanceExpired
from backend.attendance.hours import Span
from backend.attendance.models import Attendance, Shift
from backend.foundation import clock, outbox
from backend.foundation.database import db, run_one
from backend.foundation.ids import new_id
from backend.foundation.statements import Prepared
from backend.openings.models import Claim, Opening
from backend.people.models import Person

MOST_TRIES = 20
"""So often somebody looks for a free seat among others who sign in at the same moment."""


def shift_to_sign(shift_id: UUID, person_id: UUID, *, claim_id: UUID | None, now: datetime) -> Any | None:
    """What signing in asks of a shift, with how many people a place of its opening brings, when the person was born and the claim on which
    they serve: the one asked for, or the nearest (`claim_id` None: none). The shift is shared until the commit: it is not cancelled while
    somebody signs in at it."""
    return run_one(_shift_to_sign(), shift_id=shift_id, of_claim=claim_id, **_serving(person_id, Span(now, now)))


def close_open(*which: ColumnElement[bool], now: datetime) -> Sequence[UUID]:
    """Close the attendances that meet the conditions and that nobody signed out of, without a record: the community adds it by its word.
    The caller has asked policy, and writes down whose word it was."""
    closed = db.session.scalars(
        update(Attendance)
        .where(Attendance.is_open(), *which)
        .values(closed_at=func.greatest(Attendance.signed_in_at, now))  # whichever host's clock that was
        .returning(Attendance.id)
        .execution_options(synchronize_session=False)
    ).all()
    for attendance_id in closed:
        outbox.record(AttendanceExpired(attendance_id), now=now)
    return closed


@cache
def _shift_to_sign() -> Prepared:
    claim = nearest_claim(bindparam("of_claim", type_=Uuid))
    born_on = select(Person.born_on).where(Person.id == bindparam("person_id", type_=Uuid)).scalar_subquery().label("born_on")
    asked = (Shift.id, Shift.brand, Shift.status, Shift.starts_at, Shift.ends_at, Shift.grace_minutes, Shift.home_id)
    place = (Shift.latitude, Shift.longitude, Shift.radius_m)
    return Prepared(
        select(*asked, *place, _people_per_place(), claim.c.id.label("claim_id"), claim.c.capacity, claim.c.capacity_id, born_on)
        .outerjoin(claim, true())
        .where(Shift.id == bindparam("shift_id", type_=Uuid))
        .with_for_update(read=True, of=Shift)
    )


def claim_at(shift_id: UUID, person_id: UUID, served: Span) -> Any | None:
    """The claim on which the person served at a shift, and how many people a place there brings; None where they served on none."""
    return run_one(_claim_at(), shift_id=shift_id, **_serving(person_id, served))


@cache
def _claim_at() -> Prepared:
    claim = nearest_claim()
    return Prepared(
        select(claim, _people_per_place()).select_from(Shift).join(claim, true()).where(Shift.id == bindparam("shift_id", type_=Uuid))
    )


def _people_per_place() -> Label[int | None]:
    most = select(Opening.people_per_place).where(Opening.id == Shift.opening_id).correlate(Shift).scalar_subquery()
    return most.label("people_per_place")


def _serving(person_id: UUID, served: Span) -> dict[str, Any]:
    day = clock.shanghai_day(served.starts_at)
    return {"person_id": person_id, "day": day, "starts_at": served.starts_at, "ends_at": served.ends_at}


def attend(claim_id: UUID, *, held: bool, most: int | None, **values: Any) -> Any | None:
    """Write an attendance on a claim, and give its row; None where the person has one, or the claim is released, or where it is to be
    `held` and holds no place, or where as many people as a place brings (`most`; None: any number) are there on it.

    The claim is shared until the commit: whoever gives its place back waits, and sees the attendance. Where there is a number, each takes a
    seat, and uq_attendances_seat decides: who meets another on one seat looks for the next.
    """
    given: dict[str, Any] = dict.fromkeys(_columns_without_seat()) | {"id": new_id(), "claim_id": claim_id} | values
    row = {f"its_{name}": value for name, value in given.items()}
    if most is None:
        return run_one(_attending(held), **row)
    for _ in range(MOST_TRIES):
        attended = run_one(_attending_on_a_seat(held), most=most, **row)
        if attended is not None or not _missed_a_seat(claim_id, given["shift_id"], given["person_id"]):
            return attended
    return None


def is_full(claim_id: UUID, shift_id: UUID) -> bool:
    """Whether as many people are at the shift on the claim as its opening asked for."""
    most = select(Opening.people_per_place).join(Claim, Claim.opening_id == Opening.id).where(Claim.id == claim_id).scalar_subquery()
    there = select(func.count()).where(Attendance.claim_id == claim_id, Attendance.shift_id == shift_id, Attendance.seat.is_not(None))
    return bool(db.session.scalar(select(there.scalar_subquery() >= most)))


def _missed_a_seat(claim_id: UUID, shift_id: UUID, person_id: UUID) -> bool:
    """After an attendance that was not written: whether another took the seat, and one is free."""
    has = exists().where(Attendance.person_id == person_id, or_(Attendance.shift_id == shift_id, Attendance.is_open()))
    stands = select(Claim.id).where(Claim.id == claim_id, Claim.stands(), ~has)
    return db.session.scalar(stands) is not None and not is_full(claim_id, shift_id)


@cache
def _attending(held: bool) -> Prepared:
    given = _given()
    return _written(list(given), _on_claim(held, given["claim_id"], *given.values()))


@cache
def _attending_on_a_seat(held: bool) -> Prepared:
    given = _given()
    number = func.generate_series(1, bindparam("most", type_=Integer)).column_valued("number")
    taken = exists().where(Attendance.claim_id == given["claim_id"], Attendance.shift_id == given["shift_id"], Attendance.seat == number)
    free = select(number.label("seat")).where(~taken.correlate_except(Attendance)).order_by(func.random()).limit(1).subquery("free")
    return _written([*given, "seat"], _on_claim(held, given["claim_id"], *given.values(), free.c.seat).join(free, true()))


def _columns_without_seat() -> list[str]:
    return [column.name for column in Attendance.__table__.columns if column.name != "seat"]


def _given() -> dict[str, Any]:
    columns = Attendance.__table__.columns
    return {name: bindparam(f"its_{name}", type_=columns[name].type) for name in _columns_without_seat()}


def _on_claim(held: bool, claim_id: Any, *values: Any) -> Select[Any]:
    """These values, where the claim holds its place, or stands at least; shared until the commit."""
    of_claim = select(*values).select_from(Claim).where(Claim.id == claim_id, Claim.is_held() if held else Claim.stands())
    return of_claim.with_for_update(read=True, of=Claim)


def _written(names: list[str], found: Select[Any]) -> Prepared:
    columns = Attendance.__table__.columns
    return Prepared(insert(Attendance).from_select(names, found).on_conflict_do_nothing().returning(*columns))
