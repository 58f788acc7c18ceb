"""What waits is found among shifts that are not settled: none is where something waits, and what begins to wait marks its shift anew."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from backend.attendance import service as attendance
from backend.attendance.models import Attendance, ServiceRecord, Shift
from backend.foundation import clock
from backend.foundation.actor import Role
from backend.foundation.database import db, transaction
from tasks import housekeeping
from tasks.housekeeping import close_overdue_shifts, recheck_settled_shifts, settle_shifts
from tests.support.beginning import officer_of
from tests.support.checks import found_by
from tests.support.demands import area
from tests.support.served import confirm, make_person, make_record

WAITING = ("awaiting_confirmation", "partly_confirmed")


@pytest.fixture
def colleague(street):
    """A second officer of 和平社区: nothing that the first one said is their own word."""
    return officer_of(street.app, Role.COMMUNITY_OFFICER, street.home.path)


@pytest.fixture
def served(street):
    """Five services of last spring, all but the last confirmed, their shifts closed: the records' fact ids and shifts."""
    with transaction():
        records = [make_record(make_person(area(street)), area(street), "door_knock", minutes=60) for _ in range(5)]
        for record in records[:-1]:
            confirm(record)
        made = [(str(record.fact_id), record.shift_id, record.attendance_id) for record in records]
    close_overdue_shifts()
    return made


def settle() -> set[UUID]:
    """The settled shifts."""
    settle_shifts()
    with transaction():
        return {*db.session.scalars(select(Shift.id).where(Shift.settled_at.is_not(None)))}


def waits(phone) -> set[str]:
    """The records that wait for whose phone it is, by the lists."""
    pages = (phone.seen("/services", status=status, for_me="true", limit=100) for status in WAITING)
    return {item["fact_id"] for page in pages for item in page["items"]}


def test_whatever_begins_to_wait_is_found_although_all_was_settled(street, served, colleague, visit, pass_time):
    officer = street.home.officer
    visit.sign_in(), visit.sign_out()
    pass_time(hours=2, minutes=31)
    close_overdue_shifts()
    begun = datetime.fromisoformat(visit.member.seen(f"/shifts/{visit.shift_id}")["starts_at"])
    (last,) = waits(colleague) - {served[-1][0]}
    colleague.made(f"/services/{last}/confirmation")
    assert settle() == {shift for _, shift, _ in served[:-1]}, "that of the visit ended just now"
    pass_time(days=1)
    assert settle() == {shift for _, shift, _ in served[:-1]} | {UUID(str(visit.shift_id))}
    assert waits(colleague) == {served[-1][0]}

    (taken_back, _, _), (raised, _, _), (withdrawn, _, attendance_id) = served[:3]
    officer.made(f"/services/{taken_back}/confirmation/withdrawal", {"reason": "误点"})
    line = officer.seen(f"/services/{raised}")
    longer = (datetime.fromisoformat(line["ended_at"]) + timedelta(minutes=10)).isoformat()
    corrected = {"revision_id": line["revision_id"], "started_at": line["started_at"], "ended_at": longer, "reason": "签退时间有误"}
    officer.made(f"/services/{raised}/corrections", corrected)
    officer.made(f"/services/{withdrawn}/withdrawal", {"revision_id": withdrawn, "reason": "不实"})
    stretch = {name: line[name] for name in ("started_at", "ended_at")} | {"reason": "有签到表"}
    added = officer.made(f"/attendances/{attendance_id}/record", stretch)["fact_id"]
    ended = (begun + timedelta(minutes=20)).isoformat()
    who = {"volunteer_number": visit.leader.volunteer_number, "name": visit.leader.card["name"], "started_at": begun.isoformat()}
    late = officer.made(f"/shifts/{visit.shift_id}/records", who | {"ended_at": ended, "reason": "忘记签到"})["fact_id"]

    found = {served[-1][0], taken_back, raised, added, late}
    assert waits(colleague) == found
    assert settle() == {served[3][1]}, "and it stays so while they wait"
    for fact_id in found:
        colleague.made(f"/services/{fact_id}/confirmation")
    assert (waits(colleague), settle()) == (set(), {shift for _, shift, _ in served} | {UUID(str(visit.shift_id))})


def test_a_shift_whose_row_somebody_holds_is_left_and_what_was_settled_wrongly_is_found_by_night(street, served, colleague, monkeypatch):
    shifts = [shift for _, shift, _ in served]
    with db.engine.connect() as elsewhere:
        elsewhere.execute(text("SELECT FROM shifts WHERE id = :id FOR UPDATE"), {"id": shifts[0]})
        assert settle() == {*shifts[1:-1]}
        elsewhere.rollback()
    assert settle() == {*shifts[:-1]}

    with transaction():
        db.session.execute(update(Shift).where(Shift.id.in_(shifts)).values(settled_at=None))
    of_two = partial(attendance.settle_shifts, at_most=2)
    monkeypatch.setattr(housekeeping, "MOST_TRANSACTIONS", 1)
    monkeypatch.setattr(housekeeping.attendance, "settle_shifts", of_two)
    assert len(settle()) in (1, 2), "one run looks at so many and no more"
    monkeypatch.undo()
    assert settle() == {*shifts[:-1]}
    assert found_by(recheck_settled_shifts) == 0

    with transaction():  # as a release before would leave it
        db.session.execute(update(Shift).where(Shift.id == shifts[-1]).values(settled_at=clock.now()))
        assert db.session.scalar(select(ServiceRecord.shift_id).where(ServiceRecord.fact_id == UUID(served[-1][0]))) == shifts[-1]
    assert waits(colleague) == set()
    assert found_by(recheck_settled_shifts) == 1
    assert (waits(colleague), found_by(recheck_settled_shifts)) == ({served[-1][0]}, 0)


def test_of_one_shift_those_of_whom_nothing_waits_are_marked_until_something_does(street, served, colleague):
    (waiting, shift_id, _), confirmed = served[-1], []
    with transaction():
        for _ in range(2):
            record = make_record(make_person(area(street)), area(street), "door_knock", minutes=60, shift=db.session.get(Shift, shift_id))
            confirm(record)
            confirmed.append((str(record.fact_id), record.attendance_id))
    assert shift_id not in settle()
    assert marked(shift_id) == {attendance_id for _, attendance_id in confirmed}
    assert waits(colleague) == {waiting}

    street.home.officer.made(f"/services/{confirmed[0][0]}/confirmation/withdrawal", {"reason": "误点"})
    assert waits(colleague) == {waiting, confirmed[0][0]}
    settle()
    assert marked(shift_id) == {confirmed[1][1]}
    assert (waits(colleague), found_by(recheck_settled_shifts)) == ({waiting, confirmed[0][0]}, 0)

    for settled in (None, clock.now()):  # as a release before would leave it, at a shift that is settled and at one that is not
        with transaction():
            db.session.execute(update(Attendance).where(Attendance.shift_id == shift_id).values(settled_at=clock.now()))
            db.session.execute(update(Shift).where(Shift.id == shift_id).values(settled_at=settled))
        assert waits(colleague) == set()
        assert found_by(recheck_settled_shifts) == 1
        assert (waits(colleague), found_by(recheck_settled_shifts)) == ({waiting, confirmed[0][0]}, 0)


def marked(shift_id: UUID) -> set[UUID]:
    """The attendances at a shift of which nothing waits."""
    with transaction():
        settled = select(Attendance.id).where(Attendance.shift_id == shift_id, Attendance.settled_at.is_not(None))
        return {*db.session.scalars(settled)}
