"""双报到 of serving Party members: who applies, who decides, and what each step leaves behind."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, select

from backend.foundation import clock
from backend.foundation.actor import Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from backend.foundation.outbox import OutboxEvent
from backend.party.models import PartyMember
from backend.registration.models import MemberRegistration
from tests.support.demands import give_role
from tests.support.people import accepted_member, registered_person, registered_volunteer, registration_form, work_unit
from tests.support.phone import refused


@pytest.fixture
def unit_id(officer):
    return work_unit(officer)


@pytest.fixture
def member(phone_of, street):
    return registered_person(phone_of, street, "li", name="李党员")


def steps(registration_id) -> list[tuple[str, bool]]:
    """Status and whether superseded, revision by revision."""
    chain = db.session.scalars(
        select(MemberRegistration).where(MemberRegistration.fact_id == registration_id).order_by(MemberRegistration.id)
    )
    return [(revision.status.value, revision.superseded_at is not None) for revision in chain]


def heard() -> list[str]:
    return [name for name in db.session.scalars(select(OutboxEvent.name).order_by(OutboxEvent.id)) if name.startswith("registration.")]


def roles(phone) -> list[tuple[str, str]]:
    return [(role["role"], role["area_path"]) for role in phone.seen("/me")["roles"]]


def test_a_member_applies_the_community_accepts_and_the_role_is_held_there(member, officer, street, unit_id):
    applied = member.made("/registrations", registration_form(street, unit_id, skills="电工", joined_party_on="2011-07-01"))
    assert (applied["status"], applied["name"], applied["receipt_number"], applied["skills"]) == ("applied", "李党员", None, "电工")
    assert roles(member) == []

    accepted = officer.made(f"/registrations/{applied['id']}/acceptance")

    assert (accepted["id"], accepted["status"], accepted["name"]) == (applied["id"], "accepted", "李**")
    assert accepted["receipt_number"].startswith("R20")
    assert accepted["accepted_on"] == clock.shanghai_day(clock.now()).isoformat()
    assert roles(member) == [("party_member", "639999001001")]
    assert steps(applied["id"]) == [("applied", True), ("accepted", False)]
    assert heard() == ["registration.applied", "registration.accepted"]
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == applied["id"]).order_by(AuditEntry.id)).all()
    assert actions == ["registration.apply", "registration.review"]


def test_who_has_not_said_who_they_are_cannot_register(phone_of, street, unit_id):
    assert refused(phone_of("nobody").post("/registrations", registration_form(street, unit_id))) == (403, "person_needed")


def test_registering_needs_a_consent_in_force(member, street, unit_id, new_version):
    version = new_version("identity")

    assert refused(member.post("/registrations", registration_form(street, unit_id))) == (403, "consent_needed")

    member.made("/me/consents", {"notice": "identity", "version": version})
    assert member.post("/registrations", registration_form(street, unit_id)).status_code == 201


def test_a_volunteer_registers_too(phone_of, street, unit_id):
    assert registered_volunteer(phone_of, street).post("/registrations", registration_form(street, unit_id)).status_code == 201


def test_the_community_returns_with_a_reason_and_the_member_applies_anew(member, officer, street, unit_id):
    first = member.made("/registrations", registration_form(street, unit_id))

    assert refused(officer.post(f"/registrations/{first['id']}/return", {})) == (422, "invalid")
    returned = officer.made(f"/registrations/{first['id']}/return", {"reason": "请写支部全称"})

    assert (returned["status"], returned["reason"]) == ("returned", "请写支部全称")
    assert refused(officer.post(f"/registrations/{first['id']}/acceptance")) == (409, "registration_not_applied")
    second = member.made("/registrations", registration_form(street, unit_id, party_organisation_name="第一党支部"))
    assert second["id"] != first["id"]
    assert [line["id"] for line in member.seen("/me/registrations")["items"]] == [second["id"], first["id"]]
    assert [line["id"] for line in member.seen("/me/registrations", sort="first_come")["items"]] == [first["id"], second["id"]]
    assert [found.party_organisation_name for found in db.session.scalars(select(PartyMember))] == ["第一党支部"]


def test_a_returned_registration_is_amended_and_keeps_its_history(member, officer, street, unit_id):
    form = registration_form(street, unit_id)
    amended = {name: value for name, value in form.items() if name != "community_id"} | {"party_organisation_name": "第一党支部"}
    first = member.made("/registrations", form)
    path = f"/registrations/{first['id']}"
    assert refused(member.post(f"{path}/application", amended)) == (409, "registration_not_returned")
    officer.made(f"{path}/return", {"reason": "请写支部全称"})
    assert refused(officer.post(f"{path}/application", amended)) == (403, "forbidden")

    again = member.made(f"{path}/application", amended)

    assert (again["id"], again["status"], again["party_organisation_name"]) == (first["id"], "applied", "第一党支部")
    assert [step for step, _ in steps(first["id"])] == ["applied", "returned", "applied"]
    assert heard() == ["registration.applied", "registration.returned", "registration.applied"]
    officer.made(f"{path}/return", {"reason": "请写支部全称"})
    second = member.made("/registrations", form)
    assert refused(member.post(f"{path}/application", amended)) == (409, "registration_active"), "one at a time"
    assert officer.made(f"/registrations/{second['id']}/acceptance")["status"] == "accepted"


def test_nobody_decides_on_their_own_registration(member, officer, street, unit_id):
    applied = member.made("/registrations", registration_form(street, unit_id))
    give_role(member, Grant(Role.COMMUNITY_OFFICER, area_path="639999001001"))

    assert refused(member.post(f"/registrations/{applied['id']}/acceptance")) == (403, "own_registration")
    assert refused(member.post(f"/registrations/{applied['id']}/return", {"reason": "改"})) == (403, "own_registration")
    assert officer.made(f"/registrations/{applied['id']}/acceptance")["status"] == "accepted"


def test_the_member_withdraws_before_the_decision_only(member, officer, street, unit_id):
    applied = member.made("/registrations", registration_form(street, unit_id))
    assert refused(officer.post(f"/registrations/{applied['id']}/withdrawal", {})) == (403, "forbidden")

    assert member.made(f"/registrations/{applied['id']}/withdrawal", {})["status"] == "withdrawn"

    assert refused(member.post(f"/registrations/{applied['id']}/withdrawal", {})) == (409, "registration_not_applied")
    assert refused(officer.post(f"/registrations/{applied['id']}/acceptance")) == (409, "registration_not_applied")


def test_an_acceptance_that_is_refused_leaves_no_gap_in_the_receipt_numbers(member, officer, street, unit_id, phone_of):
    first = member.made("/registrations", registration_form(street, unit_id))
    number = officer.made(f"/registrations/{first['id']}/acceptance")["receipt_number"]
    assert refused(officer.post(f"/registrations/{first['id']}/acceptance")) == (409, "registration_not_applied")

    second = registered_volunteer(phone_of, street).made("/registrations", registration_form(street, unit_id))
    following = officer.made(f"/registrations/{second['id']}/acceptance")["receipt_number"]

    assert (following[:5], int(following[5:])) == (number[:5], int(number[5:]) + 1)


@pytest.mark.parametrize("by_the_member", [True, False])
def test_an_accepted_registration_ends_and_the_role_with_it(phone_of, member, officer, street, unit_id, by_the_member):
    registration_id = member.made("/registrations", registration_form(street, unit_id))["id"]
    who = member if by_the_member else officer
    assert refused(who.post(f"/registrations/{registration_id}/ending", {"reason": "迁出"})) == (409, "registration_not_accepted")
    officer.made(f"/registrations/{registration_id}/acceptance")

    assert refused(who.post(f"/registrations/{registration_id}/ending", {"cause": "other"})) == (422, "invalid")
    at_length = "迁往团结社区" + "。" * 494  # as much as a reason may hold
    ended = who.made(f"/registrations/{registration_id}/ending", {"cause": "moved_away", "reason": at_length})

    assert (ended["status"], ended["reason"]) == ("ended", f"迁出：{at_length}")
    assert ended["ended_on"] == clock.shanghai_day(clock.now()).isoformat()
    assert roles(member) == []
    assert steps(registration_id) == [("applied", True), ("accepted", True), ("ended", False)]
    assert heard()[-1] == "registration.ended"
    assert member.post("/registrations", registration_form(street, unit_id, community="团结社区")).status_code == 201


def test_only_one_registration_is_active_at_a_time(member, officer, street, unit_id):
    applied = member.made("/registrations", registration_form(street, unit_id))
    elsewhere = registration_form(street, unit_id, community="团结社区", party_organisation_name="另一支部")

    assert refused(member.post("/registrations", elsewhere)) == (409, "registration_active")
    officer.made(f"/registrations/{applied['id']}/acceptance")
    assert refused(member.post("/registrations", elsewhere)) == (409, "registration_active")
    assert db.session.scalars(select(PartyMember)).one().party_organisation_name != "另一支部"


def test_of_many_applications_at_once_one_stands(phone_of, member, street, unit_id):
    phones = [phone_of("li") for _ in range(8)]
    start = Barrier(len(phones))

    def apply(phone):
        start.wait()
        return phone.post("/registrations", registration_form(street, unit_id))

    with ThreadPoolExecutor(len(phones)) as pool:
        answers = list(pool.map(apply, phones))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    assert {answer.get_json()["code"] for answer in answers if answer.status_code == 409} == {"registration_active"}
    assert len(db.session.scalars(select(MemberRegistration)).all()) == 1


def test_of_two_officers_that_decide_at_once_one_does(administrator, member, officer, street, unit_id):
    registration_id = member.made("/registrations", registration_form(street, unit_id))["id"]
    officers = [administrator(Role.STREET_OFFICER, "639999001") for _ in range(6)]
    start = Barrier(len(officers))

    def decide(numbered):
        number, phone = numbered
        start.wait()
        if number % 2:
            return phone.post(f"/registrations/{registration_id}/acceptance")
        return phone.post(f"/registrations/{registration_id}/return", {"reason": "请补充"})

    with ThreadPoolExecutor(len(officers)) as pool:
        answers = list(pool.map(decide, enumerate(officers)))

    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 5}
    assert {answer.get_json()["code"] for answer in answers if answer.status_code == 409} <= {
        "already_corrected",
        "registration_not_applied",
    }
    assert len(steps(registration_id)) == 2
    assert len(heard()) == 2


def test_who_is_not_of_the_area_sees_nothing_and_decides_nothing(administrator, phone_of, member, street, unit_id):
    registration_id = member.made("/registrations", registration_form(street, unit_id))["id"]
    strangers = [street.next.officer, administrator(Role.SYSTEM_ADMIN, "639999"), phone_of("other")]

    for stranger in strangers:
        assert refused(stranger.get(f"/registrations/{registration_id}")) == (404, "not_found")
        assert refused(stranger.post(f"/registrations/{registration_id}/acceptance")) == (404, "not_found")
        assert refused(stranger.post(f"/registrations/{registration_id}/ending", {"reason": "x"})) == (404, "not_found")
        assert stranger.seen("/registrations")["items"] == []
    assert refused(member.post(f"/registrations/{registration_id}/acceptance")) == (403, "forbidden")
    district = administrator(Role.DISTRICT_OFFICER, "639999")
    assert refused(district.post(f"/registrations/{registration_id}/acceptance")) == (403, "forbidden")
    assert steps(registration_id) == [("applied", False)]


def test_the_review_list_holds_what_waits_first_come_first(phone_of, officer, street, unit_id):
    waiting = []
    for number in range(5):
        phone = registered_person(phone_of, street, f"member-{number}", name="李党员")
        waiting.append(phone.made("/registrations", registration_form(street, unit_id))["id"])
    other = registered_person(phone_of, street, community="团结社区")
    other.made("/registrations", registration_form(street, unit_id, community="团结社区"))
    officer.made(f"/registrations/{waiting[2]}/acceptance")

    page = officer.seen("/registrations", status="applied", community_id=street["和平社区"], limit=3)
    rest = officer.seen("/registrations", status="applied", community_id=street["和平社区"], limit=3, cursor=page["next_cursor"])

    lines = page["items"] + rest["items"]
    assert [line["id"] for line in lines] == [waiting[0], waiting[1], waiting[3], waiting[4]]
    assert rest["next_cursor"] is None
    assert {line["name"] for line in lines} == {"李**"}
    assert len(street.officer.seen("/registrations")["items"]) == 6
    receipt = officer.seen(f"/registrations/{waiting[2]}")["receipt_number"]

    def found(phone, **query):
        answer = phone.seen("/registrations", count="true", **query)
        assert answer["total"]["number"] == len(answer["items"])
        return [line["id"] for line in answer["items"]]

    for q in (receipt, receipt[-4:], receipt.lower()):
        assert found(officer, q=q) == found(officer, q=q, work_unit_id=unit_id, status="accepted") == [waiting[2]], q
        assert found(street.next.officer, q=q) == [], q
    assert found(officer, person="党员", sort="latest") == [waiting[number] for number in (2, 4, 3, 1, 0)], "the last step first"
    assert found(officer, work_unit_id=street["和平社区"]) == found(officer, person="王") == found(officer, until="2020-01-01") == []
    # The member's unit and their district see that they are there, and do not find them by a name that is masked to them.
    district, unit = street.district_officer, phone_of("unit")
    give_role(unit, Grant(Role.WORK_UNIT_OFFICER, work_unit_id=UUID(unit_id)))
    for phone in (district, unit):
        assert found(phone, person="党员") == [], phone
        assert len(found(phone)) == 6


def test_the_list_sends_as_many_statements_for_thirty_as_for_three(phone_of, officer, street, unit_id):
    sent = []

    def listen(connection, cursor, statement, *_):
        sent.append(statement)

    def statements() -> int:
        sent.clear()
        event.listen(db.engine, "before_cursor_execute", listen)
        try:
            officer.seen("/registrations", limit=100)
        finally:
            event.remove(db.engine, "before_cursor_execute", listen)
        return len(sent)

    def applied(count: int) -> None:
        for _ in range(count):
            registered_person(phone_of, street).made("/registrations", registration_form(street, unit_id))

    applied(3)
    with_three = statements()
    applied(27)

    assert statements() == with_three


def test_unknown_units_areas_and_days_to_come_are_refused(member, officer, street, unit_id):
    tomorrow = (clock.shanghai_day(clock.now()) + timedelta(days=1)).isoformat()

    def code(**wrong):
        return refused(member.post("/registrations", registration_form(street, unit_id) | wrong))

    assert code(work_unit_id=str(uuid4())) == (422, "work_unit_unknown")
    assert code(community_id=street["青山街道"]) == (422, "not_a_community")
    assert code(joined_party_on=tomorrow) == (422, "joined_party_in_future")
    too_early = {"1921-06-30", f"{int(member.card['id_number'][6:10]) - 1}-07-01", f"{int(member.card['id_number'][6:10]) + 17}-01-01"}
    assert {code(joined_party_on=day) for day in too_early} == {(422, "joined_party_too_early")}
    assert code(party_organisation_name="") == (422, "invalid")
    assert refused(member.get(f"/registrations/{uuid4()}")) == (404, "not_found")
    assert refused(officer.post(f"/registrations/{uuid4()}/acceptance")) == (404, "not_found")
    assert heard() == []


def test_the_builder_gives_a_member_who_may_claim_in_the_community(phone_of, street, administrator):
    assert roles(accepted_member(phone_of, street, administrator, community="团结社区")) == [("party_member", "639999001002")]
