"""Whatever is tried in whatever order, a service counts exactly while its record and its confirmation are both current."""

from datetime import timedelta
from uuid import UUID

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from backend.attendance import codes
from backend.attendance import service as attendance
from backend.attendance.models import Attendance, ServiceRecord, Shift
from backend.attendance.queries import counting_records
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Refusal
from tests.support.attendance import claim_for, open_shift
from tests.support.demands import area
from tests.support.served import make_person

SYSTEM = Actor.system()
ACTS = ["sign_in", "sign_out", "close", "add", "correct", "withdraw", "confirm", "take_back"]


class Told:
    """The rules told again by hand, with plain flags: attendance none → open → out or closed; record; confirmation. Minutes count between
    minute 0 and 60; signing may be earlier and later. A word stands for the minutes that it was given for: what a correction adds since,
    another word has to add."""

    def __init__(self) -> None:
        self.attendance, self.minutes, self.confirmed, self.most = "none", None, False, None

    @property
    def counted(self) -> list[int]:
        if not self.confirmed:
            return []
        return [self.minutes if self.most is None else min(self.minutes, self.most)]

    def _correct(self, length: int | None) -> None:
        if self.confirmed and self.most is None and self.minutes < length:
            self.most = self.minutes
        self.minutes = length

    def takes(self, act: str, minute: int, *, signed_in_at: int | None, length: int, window: tuple[int, int]) -> bool:
        """Whether the act is allowed; notes what follows from it."""
        opens, closes = window
        match act:
            case "sign_in":
                allowed = self.attendance == "none" and opens <= minute <= closes
                self.attendance = "open" if allowed else self.attendance
            case "sign_out":
                allowed = self.attendance == "open" and minute <= closes
                if allowed:
                    self.attendance, self.minutes = "out", max(min(minute, 60) - max(signed_in_at, 0), 0)
            case "close":
                allowed = True
                if minute > closes and self.attendance == "open":
                    self.attendance = "closed"
            case "add":
                allowed = self.attendance in ("out", "closed") and self.minutes is None and length <= min(minute, 60)
                self.minutes, self.confirmed = (length, False) if allowed else (self.minutes, self.confirmed)
            case "correct":
                allowed = self.minutes is not None and length <= min(minute, 60)
                self._correct(length if allowed else self.minutes)
            case "withdraw":
                allowed = self.minutes is not None
                self.minutes, self.confirmed = (None, False) if allowed else (self.minutes, self.confirmed)
            case "confirm":
                allowed = self.minutes is not None and self.counted != [self.minutes]
                self.confirmed, self.most = (True, None) if allowed else (self.confirmed, self.most)
            case _:
                allowed = self.minutes is not None and self.confirmed
                self.confirmed = self.confirmed and not allowed
        return allowed


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 40), st.integers(1, 60)), max_size=14),
    grace=st.integers(0, 30),
)
@example(acts=[("sign_in", 0, 1), ("sign_out", 5, 1), ("confirm", 0, 1), ("withdraw", 0, 1), ("take_back", 0, 1)], grace=0)
@example(acts=[("sign_in", 0, 1), ("sign_out", 5, 1), ("confirm", 0, 1), ("correct", 20, 20), ("confirm", 0, 1)], grace=0)
def test_a_service_counts_while_record_and_confirmation_hold(street, acts, grace):
    person_id, shift_id = _world(street, grace)
    starts_at = db.session.get_one(Shift, shift_id).starts_at
    actor, told, minute, signed_in_at = Actor(account_id=None, person_id=person_id), Told(), 0, None
    window = (-grace, 60 + grace)

    for act, later, length in acts:
        minute += later
        now = starts_at + timedelta(minutes=minute)
        allowed = told.takes(act, minute, signed_in_at=signed_in_at, length=length, window=window)
        try:
            with db.session.begin_nested():
                _do(act, actor, shift_id, starts_at, length, now=now)
            done = True
        except Refusal:
            done = False
        if act == "sign_in" and done:
            signed_in_at = minute

        assert done == allowed, (act, minute)
        counted = [row.minutes for row in db.session.execute(counting_records().where(ServiceRecord.shift_id == shift_id))]
        assert counted == told.counted
        assert all(0 <= minutes <= 60 for minutes in counted)
    db.session.rollback()


def _world(street, grace):
    """A person with a claim on a shift of an hour that begins in a moment; what is done with them is rolled back after the example."""
    db.session.rollback()
    person_id = make_person(area(street)).id
    db.session.commit()
    opening_id, shift_id = open_shift(street["和平社区"], starts_in=timedelta(seconds=30), lasts=timedelta(hours=1), grace_minutes=grace)
    claim_for(opening_id, person_id=person_id)
    return person_id, shift_id


def _do(act, actor, shift_id, starts_at, length, *, now):
    until = starts_at + timedelta(minutes=length)
    record = db.session.scalars(
        select(ServiceRecord)
        .where(ServiceRecord.shift_id == shift_id, ServiceRecord.superseded_at.is_(None))
        .order_by(ServiceRecord.fact_id)
    ).all()
    fact_id, seen_id = (record[-1].fact_id, record[-1].id) if record else (UUID(int=0), UUID(int=0))
    match act:
        case "sign_in":
            attendance.sign_in(actor, shift_id, codes.maker().code(shift_id, now=now).text, now=now)
        case "sign_out":
            attendance.sign_out(actor, shift_id, codes.maker().code(shift_id, now=now).text, now=now)
        case "close":
            attendance.close_overdue(now=now)
        case "add":
            found = db.session.scalar(select(Attendance.id).where(Attendance.shift_id == shift_id)) or UUID(int=0)
            attendance.add_record(SYSTEM, found, started_at=starts_at, ended_at=until, reason="补录", now=now)
        case "correct":
            attendance.correct_record(SYSTEM, fact_id, seen_id, started_at=starts_at, ended_at=until, reason="更正", now=now)
        case "withdraw":
            attendance.withdraw_record(SYSTEM, fact_id, seen_id, reason="不实", now=now)
        case "confirm":
            attendance.confirm_service(SYSTEM, fact_id, now=now)
        case "take_back":
            attendance.withdraw_confirmation(SYSTEM, fact_id, reason="误点", now=now)
