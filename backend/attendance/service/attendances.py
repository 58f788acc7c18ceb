"""On which claim somebody serves, and writing that they were there: prepared statements, for all of a shift sign in within a minute."""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select, true
from sqlalchemy.dialects.postgresql import insert

from backend.attendance.entitlement import nearest_claim
from backend.attendance.hours import Span
from backend.attendance.models import Attendance, Shift
from backend.foundation import clock
from backend.foundation.database import run_one
from backend.foundation.ids import new_id
from backend.foundation.statements import Prepared
from backend.openings.models import Claim
from backend.people.models import Person


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
    `held` and holds no place.

    The claim is shared until the commit: whoever gives its place back waits, and sees the attendance.
    """
    given = dict.fromkeys(Attendance.__table__.columns.keys()) | {"id": new_id(), "claim_id": claim_id} | values
    return run_one(_attending(held), **{f"its_{name}": value for name, value in given.items()})


@cache
def _attending(held: bool) -> Prepared:
    columns = Attendance.__table__.columns
    given = {name: bindparam(f"its_{name}", type_=column.type) for name, column in columns.items()}
    on_claim = select(*given.values()).where(Claim.id == given["claim_id"]).with_for_update(read=True)
    on_claim = on_claim.where(Claim.is_held() if held else Claim.stands())
    return Prepared(insert(Attendance).from_select(list(given), on_claim).on_conflict_do_nothing().returning(*columns))
