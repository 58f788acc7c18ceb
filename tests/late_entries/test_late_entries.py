"""补录活动: a past activity that nobody published counts when a second officer approves it, and is marked."""

from datetime import timedelta

import pytest

from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.foundation.database import transaction
from tests.statistics.changes import hear_everything
from tests.support.attendance import counting
from tests.support.demands import give_role
from tests.support.late_entries import past_form, yesterday_at
from tests.support.messages import kinds
from tests.support.people import registration_form
from tests.support.phone import refused
from tests.support.recounts import recount


@pytest.fixture
def member(street):
    return street.home.volunteer(name="王志愿")


@pytest.fixture
def colleague(administrator):
    return administrator(Role.COMMUNITY_OFFICER, "639999001001")


@pytest.fixture
def entry(street, member):
    """What an officer fills in: two hours of yesterday, at which the member served for ninety minutes."""

    def form(*, minutes=90, starts_at=None, hours=2, **more):
        starts_at = starts_at or yesterday_at(12)
        window = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=hours)).isoformat()}
        served = [{"volunteer_number": member.volunteer_number, "name": "王志愿", "minutes": minutes}]
        return past_form(street["和平社区"], member.volunteer_number, "王志愿", **window | {"served": served} | more)

    return form


def test_it_counts_when_a_second_officer_approves_it_and_is_marked(entry, member, officer, colleague):
    made = officer.made("/late-entries", entry())
    assert (made["status"], made["people"], counting()) == ("submitted", [{"name": "王**", "minutes": 90, "served_for": None}], {})
    hear_everything()
    assert "late_entry_to_decide" in kinds(colleague)

    approved = colleague.made(f"/late-entries/{made['id']}/approval")
    hear_everything()

    [service] = member.seen("/me/services")["items"]
    assert approved["shift_id"] == service["shift_id"]
    assert counting() == {service["fact_id"]: 90}
    assert (service["late_entry"], service["title"], service["evidence"]) == (True, "雪后清扫主路", "community_word")
    assert officer.seen(f"/services/{service['fact_id']}")["late_entry"] is True
    assert "late_service_counts" in kinds(member)
    assert member.seen("/me/points")["items"] != []
    with transaction():
        day = clock.shanghai_day(clock.now()) - timedelta(days=1)
        late, all_of_them = (recount(code, day.year)["639999001001", "", 0] for code in ("late_services", "services"))
    shown = {line["code"]: line["value"] for line in officer.seen(f"/figures/{day.year}")["figures"]}
    assert shown["late_services"] == shown["services"] == late == all_of_them == 1
    for code in ("late_services", "services", "service_hours"):
        [row] = officer.seen(f"/figures/{day.year}/{code}/rows")["items"]
        assert (row["source_id"], row["late_entry_id"]) == (service["fact_id"], made["id"])


def test_neither_who_entered_it_nor_who_served_decides(entry, member, officer, colleague):
    made = officer.made("/late-entries", entry())
    decision = f"/late-entries/{made['id']}"
    give_role(member, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))

    for step, body in (("approval", None), ("refusal", {"reason": "不属实"})):
        assert refused(officer.post(f"{decision}/{step}", body)) == (403, "own_word")
        assert refused(member.post(f"{decision}/{step}", body)) == (403, "own_service")
    assert refused(member.post("/late-entries", entry())) == (403, "own_service")
    assert colleague.post(f"{decision}/refusal", {"reason": "签到表上没有此人"}).status_code == 200
    assert officer.seen(decision)["refused_because"] == "签到表上没有此人"
    assert refused(colleague.post(f"{decision}/approval")) == (409, "late_entry_decided")
    assert counting() == {}


def test_each_served_for_whom_they_belonged_to_on_that_day_and_who_led_that_does_not_decide(entry, street, officer, colleague):
    home = street.home
    team_id, organisation_id = home.team_id, home.organisation_id
    clock.advance(timedelta(days=2))

    def served(phone, **group):
        return {"volunteer_number": phone.volunteer_number, "name": phone.card["name"], "minutes": 60} | group

    stranger = served(home.volunteer(), team_id=team_id)
    for group in (stranger, served(home.leader, organisation_id=organisation_id)):
        assert refused(officer.post("/late-entries", entry(served=[group]))) == (422, "not_of_group")
    before = entry(served=[served(home.leader, team_id=team_id)], starts_at=yesterday_at(12) - timedelta(days=4))
    assert refused(officer.post("/late-entries", before)) == (422, "not_of_group")
    both = served(home.leader, team_id=team_id, organisation_id=organisation_id)
    assert refused(officer.post("/late-entries", entry(served=[both]))) == (422, "invalid")

    member = home.member
    assert home.membership_id
    clock.advance(timedelta(days=2))
    lines = [served(member, team_id=team_id), served(home.head, organisation_id=organisation_id)]
    made = officer.made("/late-entries", entry(served=lines))
    names = {person["served_for"] for person in made["people"]}
    give_role(home.leader, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))
    assert refused(home.leader.post(f"/late-entries/{made['id']}/approval")) == (403, "own_service")
    assert counting() == {}
    colleague.made(f"/late-entries/{made['id']}/approval")
    as_whom = {(line["capacity"], line["capacity_id"]) for line in colleague.seen("/services")["items"]}
    assert as_whom == {("team", team_id), ("organisation", organisation_id)}
    assert None not in names
    assert len(names) == len(counting()) == 2


def test_who_registered_as_party_member_served_as_one(entry, street, officer, colleague):
    member = street.home.volunteer(name="李党员")
    registration = member.made("/registrations", registration_form(street, street.home.unit_id))["id"]
    officer.made(f"/registrations/{registration}/acceptance")
    clock.advance(timedelta(days=2))
    line = {"volunteer_number": member.volunteer_number, "name": "李党员", "minutes": 60}
    made = officer.made("/late-entries", entry(served=[line]))
    colleague.made(f"/late-entries/{made['id']}/approval")
    assert [line["capacity"] for line in colleague.seen("/services")["items"]] == ["registration"]


def test_what_is_to_come_too_old_or_longer_than_it_took_is_refused(entry, officer, street):
    now = clock.now()
    stranger = {"volunteer_number": "V99999999", "name": "无名氏", "minutes": 10}
    wrong = [
        (entry(starts_at=now - timedelta(hours=1)), "past_window_invalid"),
        (entry(hours=13), "past_window_invalid"),
        (entry(minutes=121), "past_window_invalid"),
        (entry(served=entry()["served"] * 2), "past_window_invalid"),
        (entry(starts_at=now - timedelta(days=62)), "too_late_to_enter"),
        (entry(served=[stranger]), "volunteer_unknown"),
        (entry(brand="nothing"), "brand_unknown"),
    ]
    for body, code in wrong:
        assert refused(officer.post("/late-entries", body)) == (422, code), code
    assert refused(street.next.officer.post("/late-entries", entry())) == (403, "forbidden")
    assert officer.seen("/late-entries")["items"] == []


def test_the_day_and_overlaps_hold_for_it_as_for_any(entry, member, officer, colleague):
    long, over, apart = (
        officer.made("/late-entries", entry(starts_at=yesterday_at(after), hours=hours, minutes=60 * hours))["id"]
        for after, hours in ((6, 7), (12, 2), (13, 3))
    )
    colleague.made(f"/late-entries/{long}/approval")
    assert refused(colleague.post(f"/late-entries/{over}/approval")) == (409, "records_overlap")
    assert colleague.seen(f"/late-entries/{over}")["status"] == "submitted"
    colleague.made(f"/late-entries/{apart}/approval")
    assert sorted(counting().values()) == [60, 420], "eight hours of a day"
