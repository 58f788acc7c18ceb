"""Lists: whom they show what, masked, paged, with a constant number of statements."""

from datetime import timedelta
from uuid import UUID

import pytest

from backend.attendance.queries import counting_records
from backend.foundation import clock
from backend.foundation.actor import Role
from backend.foundation.database import db
from tasks.housekeeping import close_overdue_shifts
from tests.support.attendance import Visit, claim_for, counted_statements, open_shift
from tests.support.people import registered_person, registered_volunteer
from tests.support.phone import refused
from tests.support.teams import join_team


def walk(phone, path, limit, **query):
    """All items of a list, page by page."""
    items, cursor = [], None
    while True:
        page = phone.seen(path, limit=limit, **query, **({} if cursor is None else {"cursor": cursor}))
        assert len(page["items"]) <= limit
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


def test_a_member_sees_the_shifts_at_which_they_may_serve_soonest_first(visit, phone_of, street, pass_time):
    later = [open_shift(street["和平社区"], starts_in=timedelta(days=days)) for days in (3, 1, 2)]
    for opening_id, _ in later:
        claim_for(opening_id, team_id=UUID(visit.team_id))
    open_shift(street["和平社区"])  # nobody of the team claimed this one

    mine = walk(visit.member, "/me/shifts", 2)

    assert [line["id"] for line in mine] == [visit.shift_id, *(str(later[i][1]) for i in (1, 2, 0))]
    assert (mine[0]["title"], mine[0]["area_name"], mine[0]["my_attendance_id"]) == (visit.demand["title"], "和平社区", None)
    visit.sign_in()
    assert visit.member.seen("/me/shifts")["items"][0]["my_attendance_id"] is not None
    pass_time(hours=2, minutes=31)
    assert [line["id"] for line in walk(visit.member, "/me/shifts", 2)] == [str(later[i][1]) for i in (1, 2, 0)]
    assert registered_volunteer(phone_of, street).seen("/me/shifts") == {"items": [], "next_cursor": None, "total": None}
    assert refused(phone_of().get("/me/shifts")) == (403, "person_needed")


def test_shifts_are_listed_to_whom_they_concern(phone_of, street, officer):
    requester = registered_person(phone_of, street)
    visit = Visit(street, requester=requester)
    _, elsewhere = open_shift(street["团结社区"])

    for phone in (officer, requester, visit.leader):
        assert [line["id"] for line in phone.seen("/shifts")["items"]] == [visit.shift_id]
    street_officer = street.officer
    assert {line["id"] for line in street_officer.seen("/shifts")["items"]} == {visit.shift_id, str(elsewhere)}
    assert street_officer.seen("/shifts", opening_id=visit.demand["opening_id"])["items"][0]["id"] == visit.shift_id
    assert street_officer.seen("/shifts", starts_before=(clock.now() - timedelta(days=1)).isoformat())["items"] == []
    assert street_officer.seen("/shifts", ends_after=(clock.now() + timedelta(days=1)).isoformat())["items"] == []
    stranger = registered_volunteer(phone_of, street)
    assert stranger.seen("/shifts")["items"] == []
    assert refused(stranger.get(f"/shifts/{visit.shift_id}")) == (404, "not_found")
    assert visit.member.seen(f"/shifts/{visit.shift_id}")["place"] is None


def test_a_member_gets_from_a_demand_to_its_shift_and_to_the_claim_on_which_they_serve(visit, officer, phone_of, street):
    path, shift = f"/demands/{visit.demand['id']}", f"/shifts/{visit.shift_id}"
    for phone in (visit.member, visit.leader, officer):
        assert phone.seen(path)["shift_ids"] == [visit.shift_id]
        assert phone.seen(shift)["demand_id"] == visit.demand["id"]
    assert registered_volunteer(phone_of, street).seen(path)["shift_ids"] == [], "it would not open"
    [line] = visit.member.seen("/me/shifts", demand_id=visit.demand["id"])["items"]
    assert (line["id"], line["demand_id"]) == (visit.shift_id, visit.demand["id"])
    other = open_shift(street["和平社区"])[0]
    claim_for(other, team_id=UUID(visit.team_id))
    assert len(visit.member.seen("/me/shifts")["items"]) == 2
    assert [line["id"] for line in officer.seen("/shifts", demand_id=visit.demand["id"])["items"]] == [visit.shift_id]
    assert visit.leader.seen(f"/claims/{visit.claim_id}")["shift_ids"] == [visit.shift_id]

    own = claim_for(UUID(visit.demand["opening_id"]), person_id=UUID(visit.member.person_id))
    choice = visit.member.seen(shift)["my_claims"]
    assert [(claim["claim_id"], claim["capacity_id"]) for claim in choice] == [
        (str(own), visit.member.person_id),
        (visit.claim_id, visit.team_id),
    ]
    assert choice[0]["claimant_name"] == "王志愿", "one's own name in full"
    assert officer.seen(shift)["my_claims"] == []
    assert visit.sign_in()["claim_id"] == choice[0]["claim_id"], "what signing in takes where none is named"


def test_claims_shifts_and_records_are_found_again(phone_of, street, officer, pass_time):
    requester = registered_person(phone_of, street)
    visit = Visit(street, requester=requester, title="陪老人看病 Ｂ栋")
    other = open_shift(street["和平社区"], brand="red_ribbon", starts_in=timedelta(days=3))
    claim_for(other[0], team_id=UUID(visit.team_id))
    today = clock.shanghai_day(clock.now())
    fact_id, number = visit.served(pass_time), visit.demand["number"]

    def ids(phone, path, **query):
        answer = phone.seen(path, count="true", **query)
        assert answer["total"]["number"] == len(answer["items"])
        return [line.get("fact_id") or line["id"] for line in answer["items"]]

    found = {
        ("/me/claims", visit.leader): visit.claim_id,
        ("/shifts", officer): visit.shift_id,
        ("/shifts", visit.leader): visit.shift_id,
        ("/me/shifts", visit.member): visit.shift_id,
        ("/services", officer): fact_id,
        ("/me/services", visit.member): fact_id,
    }
    for (path, phone), one in found.items():
        for q in ("看病", "b栋", "老人 Ｂ"):
            assert ids(phone, path, q=q) == [one], (path, q)
        assert ids(phone, path, q="散步") == ids(phone, path, demand_number="需1999") == ids(phone, path, until=today - timedelta(1)) == []
        assert ids(phone, path, demand_number=number.replace("需", "XQ"), brand="door_knock", since=today, until=today) == [one], path
        assert ids(street.next.officer, path, q="看病") == []
        assert refused(phone.get(path, q="13800001234")) == (422, "invalid")
    assert ids(visit.leader, "/me/claims", team_id=visit.team_id, brand="door_knock", status="held") == [visit.claim_id]
    assert ids(officer, "/shifts", sort="latest") == [str(other[1]), visit.shift_id] == ids(officer, "/shifts")[::-1]
    assert ids(officer, "/shifts", status="cancelled") == ids(officer, "/shifts", community_id=street["团结社区"]) == []
    assert ids(officer, "/services", team_id=visit.team_id, person_id=visit.member.person_id, sort="earliest") == [fact_id]
    assert ids(officer, "/services", organisation_id=visit.team_id, person_id=visit.leader.person_id) == []
    assert ids(officer, "/services", person=visit.member.volunteer_number[-5:]) == ids(officer, "/services", person="志愿") == [fact_id]
    assert ids(street.officer, "/services", person="志愿", community_id=street["和平社区"]) == [fact_id]
    # Who may not know the name, nor the number, does not find them by guessing; that they served is no secret to them.
    for person in ("志愿", "王", visit.member.volunteer_number):
        assert ids(requester, "/services", person=person) == [], person
    assert ids(street.district_officer, "/services", person="志愿") == []
    assert ids(requester, "/services") == ids(street.district_officer, "/services") == [fact_id]


def test_each_attendance_says_how_far_it_came_and_what_is_missing(visit, officer, phone_of, street, pass_time):
    phones = [visit.member, *(registered_volunteer(phone_of, street) for _ in range(3))]
    for phone in phones[1:]:
        join_team(phone, visit.leader, visit.team_id)
    for phone in phones:
        visit.sign_in(phone)
    pass_time(minutes=47)
    awaiting, confirmed, withdrawn = (visit.sign_out(phone)["fact_id"] for phone in phones[:3])
    officer.made(f"/services/{confirmed}/confirmation")
    officer.made(f"/services/{withdrawn}/withdrawal", {"revision_id": withdrawn, "reason": "不实"})

    lines = {line["person_id"]: line for line in walk(officer, f"/shifts/{visit.shift_id}/attendances", 2)}

    shown = [lines[phone.person_id] for phone in phones]
    assert [line["state"] for line in shown] == ["awaiting_confirmation", "confirmed", "record_withdrawn", "open"]
    assert [line["hours"] for line in shown] == ["0.7", "0.7", None, None]
    assert [line["missing"] is None for line in shown] == [False, True, False, False]
    assert {line["name"] for line in shown} == {"王志愿"}
    assert shown[0]["fact_id"] == awaiting
    pass_time(hours=2)
    close_overdue_shifts()
    assert phones[3].seen("/me/services")["items"][0]["state"] == "closed_without_sign_out"


def test_the_leader_sees_their_own_people_and_a_member_only_themself(visit, officer, phone_of, street, pass_time):
    person = registered_person(phone_of, street)
    claim_for(UUID(visit.demand["opening_id"]), person_id=UUID(person.person_id))
    for phone in (visit.member, visit.leader, person):
        visit.sign_in(phone)
    path = f"/shifts/{visit.shift_id}/attendances"

    def seen_by(phone):
        return {line["person_id"] for line in phone.seen(path)["items"]}

    assert seen_by(officer) == {visit.member.person_id, visit.leader.person_id, person.person_id}
    assert seen_by(visit.leader) == {visit.member.person_id, visit.leader.person_id}
    assert seen_by(visit.member) == {visit.member.person_id}
    assert seen_by(person) == {person.person_id}
    assert refused(registered_volunteer(phone_of, street).get(path)) == (404, "not_found")


def test_records_await_the_word_of_community_and_requester_alone(phone_of, street, officer, administrator, pass_time):
    requester = registered_person(phone_of, street)
    visit = Visit(street, requester=requester)
    fact_id = visit.served(pass_time)

    def listed(phone, **query):
        return [(line["fact_id"], line["status"], line["name"]) for line in phone.seen("/services", **query)["items"]]

    district = administrator(Role.DISTRICT_OFFICER, "639999")
    for phone, name in ((officer, "王志愿"), (requester, "王志愿"), (district, "王**")):
        assert listed(phone, status="awaiting_confirmation") == [(fact_id, "awaiting_confirmation", name)]
        assert listed(phone, status="confirmed") == []
    for phone in (visit.member, visit.leader, street.next.officer, phone_of()):
        assert listed(phone) == []
    requester.made(f"/services/{fact_id}/confirmation")
    assert listed(officer, status="awaiting_confirmation") == []
    assert listed(officer, status="confirmed", shift_id=visit.shift_id) == [(fact_id, "confirmed", "王志愿")]
    officer.made(f"/services/{fact_id}/withdrawal", {"revision_id": fact_id, "reason": "不实"})
    assert listed(officer) == []
    assert listed(officer, status="withdrawn") == [(fact_id, "withdrawn", "王志愿")]


def test_a_record_is_opened_by_who_served_and_who_decides(phone_of, street, officer, pass_time):
    requester = registered_person(phone_of, street)
    visit = Visit(street, requester=requester)
    fact_id = visit.served(pass_time)

    for phone in (officer, requester, visit.member):
        assert phone.seen(f"/services/{fact_id}")["minutes"] == 47
    for phone in (street.next.officer, registered_volunteer(phone_of, street)):
        assert refused(phone.get(f"/services/{fact_id}")) == (404, "service_not_found")


def test_the_lists_send_as_many_statements_for_many_rows_as_for_few(visit, officer, phone_of, street, pass_time):
    visit.sign_in()
    pass_time(minutes=1)
    visit.sign_out()

    def statements():
        number = {}
        for phone, path in (
            (officer, "/shifts"),
            (visit.member, "/me/shifts"),
            (officer, f"/shifts/{visit.shift_id}/attendances"),
            (officer, "/services"),
            (visit.member, "/me/services"),
        ):
            with counted_statements() as sent:
                phone.seen(path, limit=100)
            number[path] = len(sent)
        return number

    few = statements()
    for _ in range(4):
        person = registered_volunteer(phone_of, street)
        join_team(person, visit.leader, visit.team_id)
        opening_id, _ = open_shift(street["和平社区"])
        claim_for(opening_id, team_id=UUID(visit.team_id))
        visit.sign_in(person)
        pass_time(minutes=1)
        visit.sign_out(person)

    assert len(officer.seen("/services", limit=100)["items"]) == 5
    assert statements() == few


def test_a_sign_in_takes_few_statements(visit, phone_of, street):
    visit.sign_in(visit.leader)
    body = {"code": visit.code()}

    with counted_statements() as sent:
        visit.member.made(f"/shifts/{visit.shift_id}/sign-in", body)

    # Whose token it is (account, grants), the key and its answer; and of the sign-in itself: shift with claim, attendance, event, audit.
    assert len(sent) <= 9, sent


@pytest.mark.parametrize("path", ["/me/shifts", "/shifts", "/services", "/me/services"])
def test_a_cursor_that_is_not_ours_is_refused(visit, path):
    assert refused(visit.member.get(path, cursor="garbage")) == (400, "cursor_invalid")


def test_what_counted_at_an_instant_can_be_asked_later(visit, officer, pass_time):
    fact_id = visit.served(pass_time)
    officer.made(f"/services/{fact_id}/confirmation")
    frozen_at = clock.now()
    pass_time(minutes=5)
    officer.made(f"/services/{fact_id}/withdrawal", {"revision_id": fact_id, "reason": "不实"})

    db.session.rollback()
    assert db.session.execute(counting_records()).all() == []
    assert [str(row.fact_id) for row in db.session.execute(counting_records(frozen_at))] == [fact_id]
