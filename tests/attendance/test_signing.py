"""Sign-in and sign-out by the code that is shown on the spot."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Barrier
from uuid import UUID, uuid4

from sqlalchemy import select, text

from backend.accounts.policy import Permission
from backend.attendance import codes
from backend.attendance import service as attendance
from backend.attendance.models import Attendance, ServiceRecord
from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.foundation.outbox import OutboxEvent
from tests.support.attendance import HOME, Visit, attendance_rows, claim_for, counted_statements, joins, open_shift, works_for
from tests.support.beginning import actor_of
from tests.support.demands import give_role, organisation_of, team_led_by, window
from tests.support.locks import somebody_waits
from tests.support.messages import kinds
from tests.support.people import registered_person, registered_volunteer
from tests.support.phone import refused
from tests.trial.waiting import eventually


def test_from_sign_in_to_sign_out_makes_a_record_of_the_minutes_between(visit, pass_time):
    signed_in = visit.sign_in()
    pass_time(minutes=47)
    signed_out = visit.sign_out()

    assert signed_in["capacity"] == "team"
    assert signed_in["claim_id"] == visit.claim_id
    assert signed_in["evidence"] == "code"
    assert (signed_out["minutes"], signed_out["hours"]) == (47, "0.7")
    record = db.session.scalars(select(ServiceRecord)).one()
    assert str(record.fact_id) == signed_out["fact_id"]
    assert (record.brand, record.area_path, record.capacity_id) == ("door_knock", "639999001001", UUID(visit.team_id))
    assert record.served_on == clock.shanghai_day(record.started_at)
    assert record.ended_at - record.started_at >= timedelta(minutes=47)


def test_grace_is_for_signing_and_not_for_counting(phone_of, street, officer, pass_time):
    opening_id, shift_id = open_shift(street["和平社区"], starts_in=timedelta(minutes=30), lasts=timedelta(hours=1), grace_minutes=30)
    through, early = registered_person(phone_of, street), registered_person(phone_of, street)

    def signs(person, step):
        return person.made(f"/shifts/{shift_id}/{step}", {"code": officer.seen(f"/shifts/{shift_id}/code")["code"]})

    for person in (through, early):
        claim_for(opening_id, person_id=UUID(person.person_id))
        signs(person, "sign-in")
    pass_time(minutes=25)
    assert signs(early, "sign-out")["minutes"] == 0
    pass_time(minutes=85)
    assert signs(through, "sign-out")["minutes"] == 60, "the hour of the shift, of 110 minutes between the two"


def test_signing_in_takes_four_round_trips(visit):
    code, path = visit.code(), f"/shifts/{visit.shift_id}/sign-in"
    with counted_statements() as sent:
        visit.member.made(path, {"code": code})
    assert len(sent) == 4, "who asks and the key; shift and claim; the attendance; event, audit entry and answer"


def test_each_step_leaves_its_event_and_its_audit_entry(visit, pass_time):
    signed_in = visit.sign_in()
    pass_time(minutes=47)
    signed_out = visit.sign_out()

    def events(subject_id):
        return db.session.scalars(select(OutboxEvent.name).where(OutboxEvent.subject_id == subject_id).order_by(OutboxEvent.id)).all()

    assert events(UUID(signed_in["attendance_id"])) == ["shift.signed_in", "shift.signed_out"]
    assert events(UUID(signed_out["fact_id"])) == ["service.recorded"]
    signed = select(AuditEntry.action).where(AuditEntry.subject_id == UUID(signed_in["attendance_id"]))
    assert db.session.scalars(signed).all() == [Permission.SHIFT_SIGN] * 2


def test_a_code_is_refused_a_minute_after_it_was_shown(visit, pass_time):
    code = visit.code()
    pass_time(seconds=60)

    assert refused(visit.member.post(f"/shifts/{visit.shift_id}/sign-in", {"code": code})) == (422, "code_expired")
    assert attendance_rows() == []


def test_one_button_signs_in_and_out_by_a_code_that_names_its_shift(visit, pass_time, street):
    open_shift(street["和平社区"])
    signed_in = visit.member.made("/sign-ins", {"code": visit.code()})
    assert (signed_in["shift_id"], signed_in["claim_id"]) == (visit.shift_id, visit.claim_id)
    pass_time(minutes=47)
    assert visit.member.made("/sign-outs", {"code": visit.code()})["minutes"] == 47
    for path in ("/sign-ins", "/sign-outs"):
        assert refused(visit.member.post(path, {"code": "EJ1." + "A" * 44})) == (422, "code_forged")
        assert refused(visit.member.post(path, {"code": "随便扫的"})) == (422, "code_forged")
        assert refused(street.phone().post(path, {"code": visit.code()})) == (403, "person_needed")
    assert refused(street.home.volunteer().post("/sign-ins", {"code": visit.code()})) == (403, "not_entitled")


def test_what_was_scanned_on_a_bad_line_is_sent_later_and_counts_from_the_scan(visit, pass_time):
    phone, scanned_in, code = visit.member, clock.now(), visit.code()
    pass_time(minutes=20)
    signed_in = phone.made("/sign-ins", {"code": code, "scanned_at": scanned_in.isoformat()})
    assert datetime.fromisoformat(signed_in["signed_in_at"]) == scanned_in
    pass_time(minutes=27)
    scanned_out, code = clock.now(), visit.code()
    pass_time(minutes=29)
    signed_out = phone.made("/sign-outs", {"code": code, "scanned_at": scanned_out.isoformat()})
    assert (datetime.fromisoformat(signed_out["signed_out_at"]), signed_out["minutes"]) == (scanned_out, 47)
    signed = select(AuditEntry.details).where(AuditEntry.subject_id == UUID(signed_in["attendance_id"])).order_by(AuditEntry.id)
    assert [datetime.fromisoformat(details["scanned_at"]) for details in db.session.scalars(signed)] == [scanned_in, scanned_out]


def test_a_scan_is_believed_within_bounds_only(visit, pass_time):
    def answer(code, scanned_at, step="in"):
        return refused(visit.member.post(f"/sign-{step}s", {"code": code, "scanned_at": scanned_at.isoformat()}))

    first, code = clock.now(), visit.code()
    for step in ("in", "out"):
        assert answer(code, clock.now() + timedelta(seconds=30), step) == (422, "scanned_in_future")
        assert answer(code, first - timedelta(minutes=2), step) == (422, "code_not_yet_valid"), "nobody scans what is not shown"
    pass_time(minutes=29)
    for step in ("in", "out"):
        assert answer(code, first + timedelta(minutes=2), step) == (422, "code_expired"), "nobody scans what is shown no more"
        assert refused(visit.member.post(f"/sign-{step}s", {"code": code})) == (422, "code_expired")
    pass_time(minutes=2)
    for step in ("in", "out"):
        assert answer(code, first, step) == (422, "scanned_too_long_ago")
    assert attendance_rows() == []


def test_nobody_is_signed_in_later_where_nobody_signs_in_any_more(visit, pass_time):
    pass_time(hours=2, minutes=29)
    scanned_at, code = clock.now(), visit.code()
    pass_time(minutes=5)
    assert refused(visit.member.post("/sign-ins", {"code": code, "scanned_at": scanned_at.isoformat()})) == (409, "shift_over")


def test_answers_tell_the_time_by_which_a_phone_reckons(visit, pass_time):
    pass_time(hours=1)
    told = parsedate_to_datetime(visit.member.get("/me").headers["Date"])
    assert abs(told - clock.now()) < timedelta(seconds=10)


def test_a_code_of_another_shift_a_forged_one_and_one_of_the_future_are_refused(visit, street):
    _, elsewhere = open_shift(street["和平社区"])
    now = clock.now()
    other = codes.maker().code(elsewhere, now=now).text
    future = codes.maker().code(UUID(visit.shift_id), now=now + timedelta(minutes=2)).text
    shown = visit.code()
    forged = shown[:-1] + ("A" if shown[-1] != "A" else "B")
    sign_in = f"/shifts/{visit.shift_id}/sign-in"

    assert refused(visit.member.post(sign_in, {"code": other})) == (422, "code_of_another_shift")
    assert refused(visit.member.post(sign_in, {"code": future})) == (422, "code_not_yet_valid")
    for text_of_code in (forged, "EJ1.", "123456", "签到", shown + "A"):
        assert refused(visit.member.post(sign_in, {"code": text_of_code})) == (422, "code_forged"), text_of_code
    assert attendance_rows() == []


def test_the_code_says_how_long_it_lasts_and_is_another_one_afterwards(visit, pass_time):
    shown = visit.leader.seen(f"/shifts/{visit.shift_id}/code")
    pass_time(seconds=shown["refresh_in_seconds"] + 1)

    assert 0 <= shown["refresh_in_seconds"] <= 30
    assert shown["valid_seconds"] - shown["refresh_in_seconds"] == 30
    assert visit.code() != shown["code"]


def test_who_is_in_charge_shows_the_code_and_nobody_else(phone_of, street, administrator, officer):
    requester = registered_person(phone_of, street)
    visit = Visit(street, requester=requester)
    path = f"/shifts/{visit.shift_id}/code"

    for phone in (officer, requester, visit.leader, street.officer):
        assert phone.get(path).status_code == 200
    assert refused(visit.member.get(path)) == (403, "forbidden")
    assert refused(administrator(Role.DISTRICT_OFFICER, "639999").get(path)) == (403, "forbidden")
    for stranger in (street.next.officer, registered_volunteer(phone_of, street), phone_of()):
        assert refused(stranger.get(path)) == (404, "not_found")


def test_the_officer_of_a_claiming_organisation_shows_the_code_and_its_staff_sign_in(phone_of, street):
    opening_id, shift_id = open_shift(street["和平社区"])
    head, worker = registered_person(phone_of, street), registered_person(phone_of, street)
    organisation_id = organisation_of(head, street)
    works_for(worker, organisation_id)
    claim_for(opening_id, organisation_id=UUID(organisation_id))

    code = head.seen(f"/shifts/{shift_id}/code")["code"]
    signed = worker.made(f"/shifts/{shift_id}/sign-in", {"code": code})

    assert signed["capacity"] == "organisation"
    assert refused(worker.get(f"/shifts/{shift_id}/code")) == (403, "forbidden")


def test_a_registered_party_member_who_holds_the_claim_signs_in_by_registration(phone_of, street, officer):
    opening_id, shift_id = open_shift(street["和平社区"])
    member = registered_person(phone_of, street)
    give_role(member, Grant(Role.PARTY_MEMBER, area_path="639999001001"))
    claim_for(opening_id, person_id=UUID(member.person_id))
    code = officer.seen(f"/shifts/{shift_id}/code")["code"]

    assert refused(member.get(f"/shifts/{shift_id}/code")) == (403, "forbidden")
    assert member.made(f"/shifts/{shift_id}/sign-in", {"code": code})["capacity"] == "registration"


def test_who_holds_a_claim_without_a_registration_serves_for_themself(phone_of, street, officer):
    opening_id, shift_id = open_shift(street["和平社区"])
    person = registered_person(phone_of, street)
    give_role(person, Grant(Role.PARTY_MEMBER, area_path="639999001002"))
    claim_for(opening_id, person_id=UUID(person.person_id))

    code = officer.seen(f"/shifts/{shift_id}/code")["code"]

    assert person.made(f"/shifts/{shift_id}/sign-in", {"code": code})["capacity"] == "self"


def test_only_who_belongs_to_the_claimant_on_that_day_signs_in(visit, phone_of, street):
    today = clock.shanghai_day(clock.now())
    stranger, former, coming = (registered_volunteer(phone_of, street) for _ in range(3))
    joins(former, visit.team_id, joined_on=today - timedelta(days=9), left_on=today)
    joins(coming, visit.team_id, joined_on=today + timedelta(days=1))
    unknown = phone_of()

    for phone in (stranger, former, coming):
        assert refused(phone.post(f"/shifts/{visit.shift_id}/sign-in", {"code": visit.code()})) == (403, "not_entitled")
    assert refused(unknown.post(f"/shifts/{visit.shift_id}/sign-in", {"code": visit.code()})) == (403, "person_needed")
    assert attendance_rows() == []


def test_who_may_serve_on_several_claims_says_on_which(visit, phone_of, street):
    other_leader = registered_volunteer(phone_of, street)
    other_team = team_led_by(other_leader, street)
    joins(visit.member, other_team)
    claim_id = claim_for(UUID(visit.demand["opening_id"]), team_id=UUID(other_team))

    signed = visit.sign_in(claim_id=str(claim_id))

    assert signed["claim_id"] == str(claim_id)
    assert db.session.scalars(select(Attendance.capacity_id)).all() == [UUID(other_team)]
    by_default = visit.sign_in(visit.leader)
    assert by_default["claim_id"] == visit.claim_id


def test_a_claim_of_somebody_else_is_no_way_in(visit, phone_of, street):
    other_leader = registered_volunteer(phone_of, street)
    claim_id = claim_for(UUID(visit.demand["opening_id"]), team_id=UUID(team_led_by(other_leader, street)))

    answer = visit.member.post(f"/shifts/{visit.shift_id}/sign-in", {"code": visit.code(), "claim_id": str(claim_id)})

    assert refused(answer) == (403, "not_entitled")


def test_a_released_claim_lets_nobody_in_and_a_claim_in_service_is_not_released(visit, pass_time):
    visit.sign_in()
    assert refused(visit.leader.post(f"/claims/{visit.claim_id}/release", {"reason": "有事"})) == (409, "claim_in_service")


def test_after_the_release_of_the_claim_nobody_signs_in(visit):
    code = visit.code()
    visit.leader.made(f"/claims/{visit.claim_id}/release", {"reason": "有事"})

    assert refused(visit.member.post(f"/shifts/{visit.shift_id}/sign-in", {"code": code})) == (403, "not_entitled")


def test_sign_in_opens_with_the_grace_and_ends_with_it(phone_of, street, officer, pass_time):
    opening_id, shift_id = open_shift(street["和平社区"], starts_in=timedelta(hours=1), lasts=timedelta(hours=1), grace_minutes=30)
    path, early, late, too_late = f"/shifts/{shift_id}/sign-in", *(registered_person(phone_of, street) for _ in range(3))
    for person in (early, late, too_late):
        claim_for(opening_id, person_id=UUID(person.person_id))

    def sign_in(person):
        return person.post(path, {"code": codes.maker().code(shift_id, now=clock.now()).text})

    refusal = sign_in(early)
    assert refused(refusal) == (409, "shift_not_begun")
    assert refusal.get_json()["opens_at"].endswith("+08:00")
    assert refused(officer.get(f"/shifts/{shift_id}/code")) == (409, "shift_not_begun")
    pass_time(minutes=30)
    assert sign_in(early).status_code == 201
    pass_time(minutes=119)
    assert sign_in(late).status_code == 201
    pass_time(minutes=1)
    assert refused(sign_in(too_late)) == (409, "shift_over")
    assert refused(officer.get(f"/shifts/{shift_id}/code")) == (409, "shift_over")


def test_one_is_signed_in_at_one_shift_at_a_time(visit, street, officer):
    opening_id, elsewhere = open_shift(street["和平社区"])
    claim_for(opening_id, team_id=UUID(visit.team_id))
    visit.sign_in()

    code = officer.seen(f"/shifts/{elsewhere}/code")["code"]
    second = visit.member.post(f"/shifts/{elsewhere}/sign-in", {"code": code})

    assert refused(second) == (409, "already_signed_in")
    assert second.get_json()["shift_id"] == visit.shift_id
    assert len(attendance_rows()) == 1


def test_who_forgot_to_sign_out_may_sign_in_elsewhere(visit, street, officer, pass_time):
    opening_id, elsewhere = open_shift(street["和平社区"])
    claim_for(opening_id, team_id=UUID(visit.team_id))
    came = clock.now()
    first = visit.sign_in()["attendance_id"]
    pass_time(minutes=40)
    left, code = clock.now(), officer.seen(f"/shifts/{elsewhere}/code")["code"]
    visit.member.made(f"/shifts/{elsewhere}/sign-in", {"code": code, "ends_other": True})
    sign_out = visit.member.post(f"/shifts/{visit.shift_id}/sign-out", {"code": visit.code()})
    assert refused(sign_out) == (409, "attendance_closed")
    assert "attendance_without_record" in kinds(officer)
    pass_time(minutes=20)
    visit.member.made(f"/shifts/{elsewhere}/sign-out", {"code": officer.seen(f"/shifts/{elsewhere}/code")["code"]})

    def added(until):
        word = {"started_at": came.isoformat(), "ended_at": until.isoformat(), "reason": "忘了签退。"}
        return officer.post(f"/attendances/{first}/record", word)

    assert refused(added(left + timedelta(seconds=1))) == (422, "outside_window")
    made = added(left)
    assert (made.status_code, made.get_json()["minutes"]) == (201, 40)
    later = {"started_at": came.isoformat(), "ended_at": (left + timedelta(minutes=1)).isoformat(), "reason": "更正。"}
    correction = later | {"revision_id": made.get_json()["revision_id"]}
    assert refused(officer.post(f"/services/{made.get_json()['fact_id']}/corrections", correction)) == (422, "outside_window")


def test_the_community_ends_a_sign_in_while_the_shift_runs_when_it_says_so(visit, officer, pass_time):
    came, first = clock.now(), visit.sign_in()["attendance_id"]
    pass_time(minutes=30)
    word = {"started_at": came.isoformat(), "ended_at": clock.now().isoformat(), "reason": "看着他离开的。"}
    assert refused(officer.post(f"/attendances/{first}/record", word)) == (409, "still_signed_in")
    made = officer.made(f"/attendances/{first}/record", word | {"ends_sign_in": True})
    assert (made["minutes"], made["evidence"]) == (30, "community_word")
    sign_out = visit.member.post(f"/shifts/{visit.shift_id}/sign-out", {"code": visit.code()})
    assert refused(sign_out) == (409, "attendance_closed")


def test_in_once_and_out_once(visit, pass_time):
    sign_in, sign_out = f"/shifts/{visit.shift_id}/sign-in", f"/shifts/{visit.shift_id}/sign-out"

    assert refused(visit.member.post(sign_out, {"code": visit.code()})) == (409, "not_signed_in")
    visit.sign_in()
    before = attendance_rows()
    assert refused(visit.member.post(sign_in, {"code": visit.code()})) == (409, "already_signed_in")
    assert attendance_rows() == before
    pass_time(minutes=10)
    visit.sign_out()
    before = attendance_rows()
    assert refused(visit.member.post(sign_out, {"code": visit.code()})) == (409, "already_signed_out")
    assert refused(visit.member.post(sign_in, {"code": visit.code()})) == (409, "already_signed_out")
    assert attendance_rows() == before
    assert len(db.session.scalars(select(ServiceRecord.id)).all()) == 1


def test_once_the_grace_is_over_nobody_signs_out_even_by_a_code_that_still_holds(visit, pass_time):
    visit.sign_in()
    pass_time(hours=2, minutes=29, seconds=50)
    code = visit.code()
    pass_time(seconds=20)

    assert refused(visit.member.post(f"/shifts/{visit.shift_id}/sign-out", {"code": code})) == (409, "attendance_closed")
    assert len(attendance_rows()) == 1
    assert db.session.scalars(select(ServiceRecord.id)).all() == []


def test_a_repeat_with_the_same_key_gets_the_same_answer(visit, pass_time):
    body, key = {"code": visit.code()}, str(uuid4())
    first = visit.member.post(f"/shifts/{visit.shift_id}/sign-in", body, key=key)
    pass_time(minutes=5)
    again = visit.member.post(f"/shifts/{visit.shift_id}/sign-in", body, key=key)

    assert (first.status_code, first.get_data()) == (again.status_code, again.get_data())
    assert len(attendance_rows()) == 1


def test_two_sign_ins_at_once_leave_one_open_attendance(visit, app):
    paths, code, start = [f"/shifts/{visit.shift_id}/sign-in"] * 8, visit.code(), Barrier(8)

    def sign_in(path):
        start.wait()
        return visit.member.post(path, {"code": code})

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(sign_in, paths))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    assert {answer.get_json()["code"] for answer in answers if answer.status_code == 409} == {"already_signed_in"}
    assert len(attendance_rows()) == 1


def test_two_sign_ins_at_two_shifts_at_once_leave_one_open(visit, street):
    opening_id, elsewhere = open_shift(street["和平社区"])
    claim_for(opening_id, team_id=UUID(visit.team_id))
    shifts = [UUID(visit.shift_id), elsewhere] * 3
    start = Barrier(len(shifts))

    def sign_in(shift_id):
        start.wait()
        return visit.member.post(f"/shifts/{shift_id}/sign-in", {"code": codes.maker().code(shift_id, now=clock.now()).text})

    with ThreadPoolExecutor(len(shifts)) as pool:
        answers = list(pool.map(sign_in, shifts))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 5}
    assert len(attendance_rows()) == 1


def test_a_position_within_the_radius_and_its_accuracy_is_inside(phone_of, street, officer):
    opening_id, shift_id = open_shift(street["和平社区"], place=HOME, brand="red_ribbon")
    far = {"latitude": 30.5728 + 0.0035, "longitude": 114.2792, "type": "gcj02"}  # 389 m to the north

    def sign_in(accuracy):
        person = registered_person(phone_of, street)
        claim_for(opening_id, person_id=UUID(person.person_id))
        code = officer.seen(f"/shifts/{shift_id}/code")["code"]
        return person.post(f"/shifts/{shift_id}/sign-in", {"code": code, "position": far | {"accuracy": accuracy}})

    inside, outside, vague = sign_in(95), sign_in(80), sign_in(201)

    assert [inside.get_json()[key] for key in ("evidence", "inside", "distance_m")] == ["code", True, 389]
    assert [outside.get_json()[key] for key in ("evidence", "inside", "distance_m")] == ["code_elsewhere", False, 389]
    assert refused(vague) == (422, "position_inaccurate")
    assert sign_in(200).get_json()["inside"] is True
    far |= {"latitude": 0, "longitude": 0}
    assert refused(sign_in(0)) == (422, "position_out_of_bounds"), "a phone without a signal"


def test_of_what_a_phone_does_not_know_of_its_place_a_hundred_metres_are_allowed_for(phone_of, street, officer):
    opening_id, shift_id = open_shift(street["和平社区"], place=HOME, brand="red_ribbon")
    person = registered_person(phone_of, street)
    claim_for(opening_id, person_id=UUID(person.person_id))
    far = {"latitude": 30.5728 + 0.0037, "longitude": 114.2792, "type": "gcj02", "accuracy": 200}  # 411 m to the north, 300 are the radius
    code = officer.seen(f"/shifts/{shift_id}/code")["code"]

    signed = person.made(f"/shifts/{shift_id}/sign-in", {"code": code, "position": far})

    assert [signed[key] for key in ("evidence", "inside", "distance_m")] == ["code_elsewhere", False, 411]


def test_a_position_in_another_system_or_off_the_globe_is_refused(visit):
    good = {"latitude": 30.5, "longitude": 114.2, "accuracy": 20.0, "type": "gcj02"}
    wrong = [{"type": "wgs84"}, {"latitude": 90.5}, {"longitude": -180.5}, {"accuracy": -1}, {"latitude": "30.5"}]

    for change in wrong:
        answer = visit.member.post(f"/shifts/{visit.shift_id}/sign-in", {"code": visit.code(), "position": good | change})
        assert refused(answer) == (422, "invalid"), change
        assert list(answer.get_json()["errors"]) == [f"position.{next(iter(change))}"]
    assert attendance_rows() == []


def test_no_coordinate_is_stored_anywhere(phone_of, street, officer, pass_time, capsys):
    opening_id, shift_id = open_shift(street["和平社区"], place=HOME, brand="red_ribbon")
    person = registered_person(phone_of, street)
    claim_for(opening_id, person_id=UUID(person.person_id))
    position = {"latitude": 30.571234, "longitude": 114.278765, "accuracy": 33.5, "type": "gcj02"}
    for step in ("sign-in", "sign-out"):
        code = officer.seen(f"/shifts/{shift_id}/code")["code"]
        person.made(f"/shifts/{shift_id}/{step}", {"code": code, "position": position})
    person.post(f"/shifts/{shift_id}/sign-in", {"code": "x", "position": position | {"type": "wgs84"}})

    db.session.rollback()
    for (table,) in db.session.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all():
        rows = db.session.scalars(text(f'SELECT t::text FROM "{table}" t')).all()  # noqa: S608 - names of our own tables
        assert not [row for row in rows if "30.571234" in row or "114.278765" in row], table
    logged = capsys.readouterr()
    assert "30.571234" not in logged.out + logged.err


def test_a_home_visit_keeps_no_position(visit):
    signed = visit.sign_in(position={"latitude": 30.5, "longitude": 114.2, "accuracy": 500.0, "type": "gcj02"})

    assert (signed["evidence"], signed["inside"], signed["distance_m"]) == ("code", None, None)


def test_unknown_shifts_are_not_found(visit):
    nowhere = uuid4()

    for path in ("sign-in", "sign-out"):
        assert refused(visit.member.post(f"/shifts/{nowhere}/{path}", {"code": visit.code()})) == (404, "not_found")
    assert refused(visit.member.get(f"/shifts/{nowhere}/code")) == (404, "not_found")


def test_a_cancelled_shift_is_closed_to_all(visit, officer, street):
    code = visit.code()
    officer.made(f"/shifts/{visit.shift_id}/cancellation", {"reason": "老人住院"})

    assert refused(visit.member.post(f"/shifts/{visit.shift_id}/sign-in", {"code": code})) == (409, "shift_cancelled")
    assert refused(officer.post(f"/shifts/{visit.shift_id}/cancellation", {"reason": "再次"})) == (409, "shift_not_planned")


def test_a_shift_at_which_somebody_signed_in_is_not_cancelled(visit, officer):
    visit.sign_in()

    assert refused(officer.post(f"/shifts/{visit.shift_id}/cancellation", {"reason": "老人住院"})) == (409, "shift_in_use")
    assert refused(visit.member.post(f"/shifts/{visit.shift_id}/cancellation", {"reason": "不想去"})) == (403, "forbidden")


def test_sign_in_and_cancellation_at_once_never_both_succeed(street, officer):
    for _ in range(5):
        visit = Visit(street)
        start = Barrier(2)
        code = visit.code()

        def act(step, visit=visit, start=start, code=code):
            start.wait()
            return step(visit, code)

        steps = [
            lambda visit, code: visit.member.post(f"/shifts/{visit.shift_id}/sign-in", {"code": code}),
            lambda visit, _: officer.post(f"/shifts/{visit.shift_id}/cancellation", {"reason": "老人住院"}),
        ]
        with ThreadPoolExecutor(2) as pool:
            signed, cancelled = pool.map(act, steps)

        assert (signed.status_code, cancelled.status_code) in {(201, 409), (409, 200)}


def test_who_cancels_a_shift_while_somebody_signs_in_at_it_is_refused(visit, officer):
    code = visit.code()
    with ThreadPoolExecutor(1) as pool:
        with transaction():
            actor = actor_of(visit.member)
            attendance.sign_in(actor, UUID(visit.shift_id), code, now=clock.now())
            cancelling = pool.submit(officer.post, f"/shifts/{visit.shift_id}/cancellation", {"reason": "老人住院"})
            assert eventually(somebody_waits)
            assert not cancelling.done()
        assert refused(cancelling.result()) == (409, "shift_in_use")


def test_the_window_of_a_published_demand_is_that_of_its_shift(visit):
    shift = visit.member.seen(f"/shifts/{visit.shift_id}")

    assert shift["title"] == visit.demand["title"]
    assert shift["starts_at"][:16] == visit.demand["starts_at"][:16]
    assert set(window()) == {"starts_at", "ends_at"}


def crowd(visit, street, number):
    """More members of the team that claimed the visit."""
    members = [street.home.volunteer() for _ in range(number)]
    for member in members:
        joins(member, visit.team_id)
    return members


def test_one_place_brings_as_many_people_as_its_opening_asked_for(street, officer, pass_time):
    visit = Visit(street)  # of a brand whose places bring five
    code = visit.code()
    members = [visit.member, *crowd(visit, street, 5)]
    answers = [member.post(f"/shifts/{visit.shift_id}/sign-in", {"code": code}) for member in members]

    assert [answer.status_code for answer in answers] == [201] * 5 + [409]
    assert refused(answers[5]) == (409, "place_full")
    begun = visit.member.seen(f"/shifts/{visit.shift_id}")["starts_at"]
    pass_time(minutes=30)
    until = (clock.now() - timedelta(minutes=10)).isoformat()
    whose = {"volunteer_number": visit.leader.volunteer_number, "name": "李队长"}
    entry = whose | {"started_at": begun, "ended_at": until, "reason": "没带手机"}
    assert refused(officer.post(f"/shifts/{visit.shift_id}/records", entry)) == (409, "place_full"), "nor is anybody added by word"


def test_of_a_crowd_at_once_as_many_come_in_as_the_place_brings(street):
    visit = Visit(street)
    code, members = visit.code(), crowd(visit, street, 9)
    start = Barrier(len(members))

    def sign_in(member):
        start.wait()
        return member.post(f"/shifts/{visit.shift_id}/sign-in", {"code": code})

    with ThreadPoolExecutor(len(members)) as pool:
        answers = list(pool.map(sign_in, members))

    assert Counter(answer.status_code for answer in answers) == {201: 5, 409: 4}
    assert {answer.get_json()["code"] for answer in answers if answer.status_code == 409} == {"place_full"}
    assert len(attendance_rows()) == 5
