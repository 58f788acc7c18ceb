"""On which claim somebody serves, and writing that they were there: prepared statements, for all of a shift sign in within a minute."""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, exists, func, or_, select, true
from sqlalchemy.dialects.postgresql import insert

from backend.attendance.entitlement import nearest_claim
from backend.attendance.hours import Span
from backend.attendance.models import Attendance, Shift
from backend.foundation import clock
from backend.foundation.database import db, run_one
from backend.foundation.ids import new_id
from backend.foundation.statements import Prepared
from backend.openings.models import Claim, Opening
from backend.people.models import Person

MOST_TRIES = 20
"""So often somebody looks for a free seat among others who sign in at the same moment."""


def shift_to_sign(shift_id: UUID, person_id: UUID, *, claim_id: UUID | None, now: datetime) -> Any | None:
    """What signing in asks of a shift, with when the person was born and the claim on which they serve: the one asked for, or the nearest
    (`claim_id` None: none). The shift is shared until the commit: it is not cancelled while somebody signs in at it."""
    return run_one(_shift_to_sign(), shift_id=shift_id, of_claim=claim_id, **_serving(person_id, Span(now, now)))


@cache
def _shift_to_sign() -> Prepared:
    claim = nearest_claim(bindparam("of_claim", type_=Uuid))
    born_on = select(Person.born_on).where(Person.id == bindparam("person_id", type_=Uuid)).scalar_subquery().label("born_on")
    asked = (Shift.id, Shift.brand, Shift.status, Shift.starts_at, Shift.ends_at, Shift.grace_minutes)
    place = (Shift.latitude, Shift.longitude, Shift.radius_m)
    return Prepared(
        select(*asked, *place, claim.c.id.label("claim_id"), claim.c.capacity, claim.c.capacity_id, born_on)
        .outerjoin(claim, true())
        .where(Shift.id == bindparam("shift_id", type_=Uuid))
        .with_for_update(read=True, of=Shift)
    )


def claim_at(shift_id: UUID, person_id: UUID, served: Span) -> Any | None:
    """The claim on which the person served at a shift; None where they served on none."""
    return run_one(_claim_at(), shift_id=shift_id, **_serving(person_id, served))


@cache
def _claim_at() -> Prepared:
    claim = nearest_claim()
    return Prepared(select(claim).select_from(Shift).join(claim, true()).where(Shift.id == bindparam("shift_id", type_=Uuid)))


def _serving(person_id: UUID, served: Span) -> dict[str, Any]:
    day = clock.shanghai_day(served.starts_at)
    return {"person_id": person_id, "day": day, "starts_at": served.starts_at, "ends_at": served.ends_at}


def attend(claim_id: UUID, *, held: bool, **values: Any) -> Any | None:
    """Write an attendance on a claim, and give its row; None where the person has one, or the claim is released, or where it is to be
    `held` and holds no place, or where as many people as its opening asked for are there on it.

    The claim is shared until the commit: whoever gives its place back waits, and sees the attendance. Where the opening sets a number, each
    takes a seat, and uq_attendances_seat decides: who meets another on one seat looks for the next.
    """
    given: dict[str, Any] = dict.fromkeys(Attendance.__table__.columns.keys()) | {"id": new_id(), "claim_id": claim_id} | values
    for _ in range(MOST_TRIES):
        attended = run_one(_attending(held), **{f"its_{name}": value for name, value in given.items() if name != "seat"})
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
    asked = select(Claim.id).join(Opening, Opening.id == Claim.opening_id)
    asked = asked.where(Claim.id == claim_id, Claim.stands(), Opening.people_per_place.is_not(None))
    has = exists().where(Attendance.person_id == person_id, or_(Attendance.shift_id == shift_id, Attendance.is_open()))
    return db.session.scalar(asked.where(~has)) is not None and not is_full(claim_id, shift_id)


@cache
def _attending(held: bool) -> Prepared:
    columns = Attendance.__table__.columns
    given: dict[str, Any] = {name: bindparam(f"its_{name}", type_=column.type) for name, column in columns.items() if name != "seat"}
    number = func.generate_series(1, Opening.people_per_place).column_valued("number")
    taken = exists().where(Attendance.claim_id == given["claim_id"], Attendance.shift_id == given["shift_id"], Attendance.seat == number)
    free = select(number.label("seat")).where(~taken.correlate_except(Attendance)).order_by(func.random()).limit(1).correlate(Opening)
    seat = free.lateral("free")
    order = list(given)
    on_claim = (
        select(*(given[name] for name in order), seat.c.seat)
        .select_from(Claim)
        .join(Opening, Opening.id == Claim.opening_id)
        .outerjoin(seat, true())
        .where(Claim.id == given["claim_id"], or_(Opening.people_per_place.is_(None), seat.c.seat.is_not(None)))
        .with_for_update(read=True, of=Claim)
    )
    on_claim = on_claim.where(Claim.is_held() if held else Claim.stands())
    return Prepared(insert(Attendance).from_select([*order, "seat"], on_claim).on_conflict_do_nothing().returning(*columns))
