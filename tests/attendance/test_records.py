"""Records by the community's word; corrections and withdrawals."""

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from backend.accounts.policy import Permission
from backend.attendance.models import Attendance, Evidence, ServiceRecord
from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from backend.foundation.outbox import OutboxEvent
from tasks.housekeeping import close_overdue_shifts
from tests.support.attendance import attendance_rows, claim_for, counting, open_shift
from tests.support.demands import give_role
from tests.support.people import registered_volunteer
from tests.support.phone import refused

REASON = "手机没电，未能签退"


@pytest.fixture
def begun(visit):
    """When the visit's shift begins."""
    return datetime.fromisoformat(visit.member.seen(f"/shifts/{visit.shift_id}")["starts_at"])


@pytest.fixture
def forgotten(visit, pass_time):
    """A member who signed in and never out: the attendance's id, after the clock closed it."""
    attendance_id = visit.sign_in()["attendance_id"]
    pass_time(hours=2, minutes=31)
    close_overdue_shifts()
    return attendance_id


def stretch(begun, minutes, *, after=0, **more):
    started_at = begun + timedelta(minutes=after)
    return {
        "started_at": started_at.isoformat(),
        "ended_at": (started_at + timedelta(minutes=minutes)).isoformat(),
        "reason": REASON,
    } | more


def revisions(fact_id):
    db.session.rollback()
    return db.session.scalars(select(ServiceRecord).where(ServiceRecord.fact_id == UUID(fact_id)).order_by(ServiceRecord.recorded_at)).all()


def events(subject_id):
    return db.session.scalars(select(OutboxEvent.name).where(OutboxEvent.subject_id == UUID(str(subject_id)))).all()


def late_entry(phone, begun, minutes, name="王志愿", **more):
    return stretch(begun, minutes, volunteer_number=phone.volunteer_number, name=name, **more)


def test_who_never_signs_out_has_no_record_and_can_sign_in_elsewhere(visit, forgotten, street, officer):
    assert [(out, closed is not None) for _, _, out, closed in attendance_rows()] == [(None, True)]
    assert db.session.scalars(select(ServiceRecord.id)).all() == []
    assert events(forgotten) == ["shift.signed_in", "attendance.expired"]
    sign_out = visit.member.post(f"/shifts/{visit.shift_id}/sign-out", {"code": "x"})
    assert refused(sign_out) == (422, "code_forged")
    opening_id, elsewhere = open_shift(street["和平社区"])
    claim_for(opening_id, team_id=UUID(visit.team_id))
    code = officer.seen(f"/shifts/{elsewhere}/code")["code"]
    assert visit.member.post(f"/shifts/{elsewhere}/sign-in", {"code": code}).status_code == 201


def test_closing_leaves_alone_who_is_still_within_the_grace(visit, pass_time):
    visit.sign_in()
    pass_time(hours=2, minutes=29)
    close_overdue_shifts()

    assert visit.sign_out()["minutes"] in (119, 120), "grace is for signing, not for counting"


def test_minutes_stop_with_the_grace_even_before_the_clock_closed_it(visit, pass_time):
    code_of = visit.leader.get
    visit.sign_in()
    pass_time(hours=2, minutes=31)

    assert refused(code_of(f"/shifts/{visit.shift_id}/code")) == (409, "shift_over")
    assert [out for _, _, out, _ in attendance_rows()] == [None]


def test_the_community_adds_the_record_of_a_forgotten_sign_out(visit, forgotten, begun, officer, street):
    path, number, nothing = "/attendances/without-record", visit.demand["number"], street["和平社区"]
    [line] = officer.seen(path)["items"]
    today = clock.shanghai_day(datetime.fromisoformat(line["signed_in_at"]))
    found = ({"q": line["title"][:3]}, {"brand": "door_knock"}, {"community_id": street["和平社区"]}, {"team_id": visit.team_id})
    people = ({"person": "志愿"}, {"person": visit.member.volunteer_number[-5:]})
    for query in (*found, *people, {"demand_number": number}, {"since": today, "until": today}):
        assert officer.seen(path, **query)["items"] == [line], query
    other = ({"q": "散步"}, {"brand": "red_ribbon"}, {"community_id": street["团结社区"]}, {"person": "没有"}, {"demand_number": "需1999"})
    bodies = ({"team_id": nothing}, {"organisation_id": nothing}, {"work_unit_id": nothing})
    for query in (*other, *bodies, {"until": today - timedelta(days=1)}):
        assert officer.seen(path, **query)["items"] == [], query
    added = officer.made(f"/attendances/{forgotten}/record", stretch(begun, 90))

    assert (added["minutes"], added["hours"], added["evidence"], added["status"]) == (90, "1.5", "community_word", "awaiting_confirmation")
    assert [revision["reason"] for revision in added["revisions"]] == [REASON]
    assert added["name"] == "王志愿"
    assert events(added["revision_id"]) == ["service.recorded"]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == UUID(added["revision_id"]))).one()
    assert (entry.action, entry.reason, str(entry.account_id)) == (Permission.RECORD_ADD, None, officer.account_id)
    again = officer.post(f"/attendances/{forgotten}/record", stretch(begun, 30))
    assert refused(again) == (409, "records_overlap")
    beside = officer.post(f"/attendances/{forgotten}/record", stretch(begun, 20, after=100))
    assert refused(beside) == (409, "record_exists")


def test_who_is_still_signed_in_signs_out_by_themself_and_once(visit, begun, officer, pass_time):
    attendance_id = visit.sign_in()["attendance_id"]
    pass_time(minutes=30)

    assert refused(officer.post(f"/attendances/{attendance_id}/record", stretch(begun, 20))) == (409, "still_signed_in")
    late = officer.post(f"/shifts/{visit.shift_id}/records", late_entry(visit.member, begun, 20))
    assert refused(late) == (409, "records_overlap")
    signed_out = visit.sign_out()
    assert signed_out["minutes"] == 30, "so nobody has stated a record that stands in its way"
    officer.made(f"/services/{signed_out['fact_id']}/withdrawal", {"revision_id": signed_out["fact_id"], "reason": REASON})
    again = visit.member.post(f"/shifts/{visit.shift_id}/sign-out", {"code": visit.code()})
    assert refused(again) == (409, "already_signed_out"), "nor makes it a second one"


def test_a_word_outside_the_window_or_of_the_future_is_refused(visit, begun, officer, pass_time):
    path = f"/shifts/{visit.shift_id}/records"
    pass_time(hours=1)

    wrong = [
        (stretch(begun, 10, after=-1), "outside_window"),
        (stretch(begun, 61), "outside_window"),  # ends later than now
        (stretch(begun, 0), "invalid"),
        (stretch(begun, -5), "invalid"),
    ]
    for body, code in wrong:
        answer = officer.post(path, body | {"volunteer_number": visit.member.volunteer_number, "name": "王志愿"})
        assert refused(answer) == (422, code), body
        if code == "outside_window":
            told = answer.get_json() | body
            earliest, start, end, latest = (datetime.fromisoformat(told[name]) for name in ("earliest", "started_at", "ended_at", "latest"))
            assert not earliest <= start <= end <= latest, "it says what would be taken"
    assert officer.post(path, late_entry(visit.member, begun, 60)).status_code == 201
    pass_time(hours=5)
    late = late_entry(visit.leader, begun, 30, name="李队长", after=121)
    assert refused(officer.post(path, late)) == (422, "outside_window")


def test_who_never_signed_in_gets_a_record_by_the_communitys_word(visit, begun, officer, pass_time):
    pass_time(hours=3)

    added = officer.made(f"/shifts/{visit.shift_id}/records", late_entry(visit.member, begun, 110))

    assert (added["minutes"], added["evidence"], added["capacity_id"]) == (110, "community_word", visit.team_id)
    attendance = db.session.scalars(select(Attendance)).one()
    assert (attendance.in_evidence, attendance.out_evidence) == (Evidence.COMMUNITY_WORD, Evidence.COMMUNITY_WORD)
    again = officer.post(f"/shifts/{visit.shift_id}/records", late_entry(visit.member, begun, 5, after=115))
    assert refused(again) == (409, "attendance_exists")


def test_nobody_is_added_to_a_shift_that_was_cancelled(visit, begun, officer, pass_time):
    officer.made(f"/shifts/{visit.shift_id}/cancellation", {"reason": "老人外出"})
    pass_time(hours=3)

    assert refused(officer.post(f"/shifts/{visit.shift_id}/records", late_entry(visit.member, begun, 60))) == (409, "shift_cancelled")
    assert attendance_rows() == []


def test_only_who_was_entitled_is_added_and_only_under_their_own_name(visit, begun, officer, phone_of, street, pass_time):
    stranger = registered_volunteer(phone_of, street, name="赵路人")
    pass_time(hours=3)
    path = f"/shifts/{visit.shift_id}/records"

    assert refused(officer.post(path, late_entry(stranger, begun, 60, name="赵路人"))) == (403, "not_entitled")
    assert refused(officer.post(path, late_entry(visit.member, begun, 60, name="赵路人"))) == (422, "volunteer_unknown")
    assert attendance_rows() == []


def test_only_the_community_adds_corrects_and_withdraws(visit, begun, officer, administrator, pass_time, phone_of, street):
    fact_id = visit.served(pass_time)
    other = street.next.officer
    district = administrator(Role.DISTRICT_OFFICER, "639999")
    requests = [
        (f"/services/{fact_id}/corrections", stretch(begun, 20, revision_id=fact_id)),
        (f"/services/{fact_id}/withdrawal", {"revision_id": fact_id, "reason": "不实"}),
        (f"/shifts/{visit.shift_id}/records", late_entry(visit.leader, begun, 20, name="李队长")),
    ]

    for path, body in requests:
        assert other.post(path, body).status_code == 404, path
        assert phone_of().post(path, body).status_code == 404, path
        assert refused(visit.member.post(path, body)) == (403, "forbidden"), path
        assert refused(district.post(path, body)) == (403, "forbidden"), path
    assert [revision.minutes for revision in revisions(fact_id)] == [47]


def test_a_correction_is_a_further_revision_with_its_reason(visit, begun, officer, pass_time):
    fact_id = visit.served(pass_time)

    corrected = officer.made(f"/services/{fact_id}/corrections", stretch(begun, 30, revision_id=fact_id))

    first, second = revisions(fact_id)
    assert (first.minutes, first.superseded_at is not None, first.evidence) == (47, True, Evidence.CODE)
    assert (second.minutes, second.superseded_at, second.reason, second.evidence) == (30, None, REASON, Evidence.COMMUNITY_WORD)
    assert (corrected["fact_id"], corrected["revision_id"], corrected["minutes"]) == (fact_id, str(second.id), 30)
    assert events(second.id) == ["service.corrected"]
    stale = officer.post(f"/services/{fact_id}/corrections", stretch(begun, 20, revision_id=fact_id))
    assert refused(stale) == (409, "already_corrected")


def test_of_very_many_revisions_the_latest_are_shown(visit, begun, officer, pass_time, monkeypatch):
    monkeypatch.setattr(sys.modules["backend.attendance.queries.services"], "MOST_REVISIONS", 2)
    fact_id = revision_id = visit.served(pass_time)
    for minutes in (30, 20, 10):
        body = stretch(begun, minutes, revision_id=revision_id)
        revision_id = officer.made(f"/services/{fact_id}/corrections", body)["revision_id"]

    shown = officer.seen(f"/services/{fact_id}")["revisions"]

    assert [(revision["minutes"], revision["superseded_at"] is None) for revision in shown] == [(20, False), (10, True)]


def test_a_confirmation_survives_a_correction(visit, begun, officer, pass_time):
    fact_id = visit.served(pass_time)
    officer.made(f"/services/{fact_id}/confirmation")
    assert counting() == {fact_id: 47}

    corrected = officer.made(f"/services/{fact_id}/corrections", stretch(begun, 30, revision_id=fact_id))

    assert corrected["status"] == "confirmed"
    assert counting() == {fact_id: 30}


def test_a_withdrawn_record_counts_no_more_and_the_attendance_may_get_another(visit, begun, officer, administrator, pass_time):
    fact_id = visit.served(pass_time)
    officer.made(f"/services/{fact_id}/confirmation")

    withdrawn = officer.made(f"/services/{fact_id}/withdrawal", {"revision_id": fact_id, "reason": "不实"})

    assert withdrawn["status"] == "withdrawn"
    assert counting() == {}
    assert events(withdrawn["revision_id"]) == ["service.withdrawn"]
    for path, body in (
        ("withdrawal", {"revision_id": withdrawn["revision_id"], "reason": "再次"}),
        ("corrections", stretch(begun, 20, revision_id=withdrawn["revision_id"])),
    ):
        assert refused(officer.post(f"/services/{fact_id}/{path}", body)) == (409, "record_withdrawn")
    attendance_id = visit.member.seen("/me/services")["items"][0]["id"]
    anew = officer.made(f"/attendances/{attendance_id}/record", stretch(begun, 20))
    assert anew["fact_id"] != fact_id
    colleague = administrator(Role.COMMUNITY_OFFICER, "639999001001")
    colleague.made(f"/services/{anew['fact_id']}/confirmation")
    assert counting() == {anew["fact_id"]: 20}


def test_nobody_serves_at_two_places_at_once(visit, begun, street, officer, pass_time):
    opening_id, elsewhere = open_shift(street["和平社区"], starts_in=begun - clock.now() - timedelta(minutes=1))
    claim_for(opening_id, team_id=UUID(visit.team_id))
    fact_id = visit.served(pass_time, minutes=30)
    pass_time(hours=3)
    path = f"/shifts/{elsewhere}/records"

    assert refused(officer.post(path, late_entry(visit.member, begun, 60))) == (409, "records_overlap")
    beside = officer.made(path, late_entry(visit.member, begun, 60, after=40))
    longer = officer.post(f"/services/{fact_id}/corrections", stretch(begun, 41, revision_id=fact_id))
    assert refused(longer) == (409, "records_overlap")
    assert officer.post(f"/services/{fact_id}/corrections", stretch(begun, 40, revision_id=fact_id)).status_code == 201
    # What ends at the minute in which the other begins does not overlap it, seen from either side.
    again = stretch(begun, 50, after=40, revision_id=beside["revision_id"])
    beside = officer.made(f"/services/{beside['fact_id']}/corrections", again)
    officer.made(f"/services/{beside['fact_id']}/withdrawal", {"revision_id": beside["revision_id"], "reason": "不实"})
    latest = str(revisions(fact_id)[-1].id)
    assert officer.post(f"/services/{fact_id}/corrections", stretch(begun, 41, revision_id=latest)).status_code == 201


def test_what_began_before_midnight_is_overlapped_on_the_day_after(visit, street, officer, pass_time):
    midnight = clock.start_of_day(clock.shanghai_day(clock.now()) + timedelta(days=1))
    starts_in, nights = midnight - timedelta(hours=2) - clock.now(), []
    for _ in range(2):
        opening_id, shift_id = open_shift(street["和平社区"], starts_in=starts_in, lasts=timedelta(hours=4))
        claim_for(opening_id, team_id=UUID(visit.team_id))
        nights.append(f"/shifts/{shift_id}/records")
    pass_time(seconds=(midnight - clock.now()).total_seconds() + 3600)
    officer.made(nights[0], late_entry(visit.member, midnight, 60, after=-30))

    assert refused(officer.post(nights[1], late_entry(visit.member, midnight, 30, after=20))) == (409, "records_overlap")
    assert officer.post(nights[1], late_entry(visit.member, midnight, 30, after=30)).status_code == 201


def test_a_word_does_not_reach_into_where_somebody_is_signed_in(visit, begun, street, officer, pass_time):
    opening_id, elsewhere = open_shift(street["和平社区"], starts_in=begun - clock.now() - timedelta(minutes=1))
    claim_for(opening_id, team_id=UUID(visit.team_id))
    pass_time(minutes=20)
    visit.sign_in()
    pass_time(minutes=20)
    path = f"/shifts/{elsewhere}/records"

    assert refused(officer.post(path, late_entry(visit.member, begun, 30))) == (409, "records_overlap")
    assert officer.post(path, late_entry(visit.member, begun, 19)).status_code == 201


def test_two_late_entries_at_once_do_not_overlap(visit, begun, street, officer, pass_time):
    shifts = []
    for _ in range(4):
        opening_id, shift_id = open_shift(street["和平社区"])
        claim_for(opening_id, team_id=UUID(visit.team_id))
        shifts.append(shift_id)
    pass_time(hours=1)
    officer.seen("/me")  # renews the log-in that is over by now: four threads at once would each do so
    late_begun, start = clock.now() - timedelta(minutes=50), Barrier(len(shifts))

    def add(shift_id):
        start.wait()
        return officer.post(f"/shifts/{shift_id}/records", late_entry(visit.member, late_begun, 30))

    with ThreadPoolExecutor(len(shifts)) as pool:
        answers = list(pool.map(add, shifts))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 3}
    assert {refused(answer)[1] for answer in answers if answer.status_code == 409} == {"records_overlap"}


def test_of_two_corrections_at_once_one_is_told_that_it_came_late(visit, begun, officer, pass_time):
    fact_id = visit.served(pass_time)
    minutes, start = (20, 25, 30, 35), Barrier(4)

    def correct(length):
        start.wait()
        return officer.post(f"/services/{fact_id}/corrections", stretch(begun, length, revision_id=fact_id))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(correct, minutes))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 3}
    assert {refused(answer)[1] for answer in answers if answer.status_code == 409} == {"already_corrected"}
    assert len(revisions(fact_id)) == 2


def test_an_officer_adds_and_corrects_nothing_of_their_own(visit, begun, pass_time):
    fact_id = visit.served(pass_time)
    give_role(visit.member, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))

    for path, body in (
        (f"/services/{fact_id}/corrections", stretch(begun, 40, revision_id=fact_id)),
        (f"/services/{fact_id}/withdrawal", {"revision_id": fact_id, "reason": "不实"}),
        (f"/shifts/{visit.shift_id}/records", late_entry(visit.member, begun, 5, after=-20)),
    ):
        assert refused(visit.member.post(path, body)) == (403, "own_service"), path


def test_unknown_records_are_not_found(visit, begun, officer, pass_time):
    fact_id, unknown = visit.served(pass_time), str(uuid4())

    assert refused(officer.get(f"/services/{unknown}")) == (404, "service_not_found")
    for revision_id in (unknown, fact_id):
        answer = officer.post(f"/services/{unknown}/corrections", stretch(begun, 20, revision_id=revision_id))
        assert refused(answer) == (404, "service_not_found")
    assert refused(officer.post(f"/services/{fact_id}/withdrawal", {"revision_id": unknown, "reason": "x"})) == (404, "service_not_found")
    assert refused(officer.post(f"/attendances/{unknown}/record", stretch(begun, 20))) == (404, "not_found")
    assert refused(officer.post(f"/shifts/{unknown}/records", late_entry(visit.member, begun, 20))) == (404, "not_found")


def test_a_reason_is_asked_for(visit, begun, officer, pass_time):
    fact_id = visit.served(pass_time)
    for reason in ("", "  ", None):
        answer = officer.post(f"/services/{fact_id}/corrections", stretch(begun, 20, revision_id=fact_id) | {"reason": reason})
        assert refused(answer) == (422, "invalid")


def test_what_somebody_writes_as_a_reason_stands_with_the_step_and_never_in_the_audit_log(visit, begun, pass_time):
    prose = "王志愿的女儿当面说明"
    fact_id = visit.served(pass_time)
    visit.officer.made(f"/services/{fact_id}/confirmation")
    visit.officer.made(f"/services/{fact_id}/confirmation/withdrawal", {"reason": prose})
    seen = visit.officer.seen(f"/services/{fact_id}")["revision_id"]
    corrected = visit.officer.made(f"/services/{fact_id}/corrections", stretch(begun, 40, reason=prose, revision_id=seen))
    visit.officer.made(f"/services/{fact_id}/withdrawal", {"revision_id": corrected["revision_id"], "reason": prose})
    visit.officer.made(f"/attendances/{revisions(fact_id)[0].attendance_id}/record", stretch(begun, 30, reason=prose))
    visit.officer.made(f"/shifts/{visit.shift_id}/records", late_entry(visit.leader, begun, 20, name="李队长", reason=prose))

    steps = ("confirmation.withdraw", "record.correct", "record.add")
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action.in_(steps))).all()
    assert Counter(entry.action for entry in entries) == {"confirmation.withdraw": 1, "record.correct": 2, "record.add": 2}
    assert [entry for entry in entries if prose in f"{entry.reason} {entry.details}"] == []
    assert {row.reason for row in revisions(fact_id)} >= {prose}
