"""Writing that somebody was there."""

from typing import Any

from sqlalchemy import ColumnElement, literal, select
from sqlalchemy.dialects.postgresql import insert

from backend.attendance.models import Attendance
from backend.foundation.database import db
from backend.foundation.ids import new_id
from backend.openings.models import Claim


def attend(*conditions: ColumnElement[bool], **values: Any) -> Attendance | None:
    """Write an attendance on a claim that meets the conditions; None where it does not, or the person has one.

    The claim is shared until the commit: whoever gives its place back waits, and sees the attendance.
    """
    values = {"id": new_id(), **values}
    columns = Attendance.__table__.c
    stated = select(*(literal(value, columns[name].type) for name, value in values.items()))
    on_claim = stated.where(Claim.id == values["claim_id"], *conditions).with_for_update(read=True)
    writing = insert(Attendance).from_select(list(values), on_claim).on_conflict_do_nothing().returning(Attendance)
    return db.session.scalars(writing).one_or_none()
