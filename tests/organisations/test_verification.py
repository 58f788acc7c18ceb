"""An organisation is applied for with the number of its filing, and verified, returned or ended by the community."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import event, func, select

from backend.accounts.limits import Written
from backend.foundation import clock
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from backend.foundation.outbox import OutboxEvent
from backend.organisations.models import Organisation, OrganisationChange, Staff
from tests.support.organisations import applied_organisation, credit_code, organisation_plan, verification, verified_organisation
from tests.support.phone import refused

VALID = "52639999MJX00000XM"
WHY = {"reason": "请补充登记证书。"}


def test_a_verified_organisation_counts_from_that_shanghai_day(head, officer, street):
    applied = applied_organisation(head, street, origin="incubated")
    assert (applied["status"], applied["counted_on"]) == ("applied", None)
    assert [line["id"] for line in officer.seen("/organisations", status="applied")["items"]] == [applied["id"]]

    verified = officer.made(f"/organisations/{applied['id']}/verification", verification())

    assert (verified["status"], verified["origin"]) == ("verified", "incubated")
    assert verified["counted_on"] == str(clock.shanghai_day(clock.now()))
    assert verified["officer_name"] == "赵**"
    assert ("organisation_staff", applied["id"]) in [(role["role"], role["organisation_id"]) for role in head.seen("/me")["roles"]]
    assert [(staff["name"], staff["is_officer"]) for staff in head.seen(f"/organisations/{applied['id']}/staff")["items"]] == [
        ("赵理事", True)
    ]
    assert [line["id"] for line in head.seen("/me/organisations")["items"]] == [applied["id"]]


def test_the_day_of_verification_is_that_of_shanghai(head, street, pass_time):
    applied = applied_organisation(head, street)
    today = clock.shanghai_day(clock.now())
    pass_time(seconds=(clock.start_of_day(today + timedelta(days=1)) - clock.now()).total_seconds() + 60)

    # A minute past midnight in Shanghai it is still the day before in UTC.
    verified = street.home.officer.made(f"/organisations/{applied['id']}/verification", verification())

    assert verified["counted_on"] == str(today + timedelta(days=1))


def test_every_step_leaves_a_change_an_event_and_an_audit_entry(head, officer, street):
    organisation = applied_organisation(head, street)
    path = f"/organisations/{organisation['id']}"
    officer.made(f"{path}/return", WHY)
    head.made(f"{path}/application", organisation_plan())
    officer.made(f"{path}/verification", verification())
    officer.made(f"{path}/ending", {"reason": "协议期满。"})

    changes = db.session.execute(
        select(OrganisationChange.from_status, OrganisationChange.to_status, OrganisationChange.reason).order_by(OrganisationChange.id)
    ).all()
    assert [tuple(change) for change in changes] == [
        (None, "applied", None),
        ("applied", "returned", WHY["reason"]),
        ("returned", "applied", None),
        ("applied", "verified", None),
        ("verified", "ended", "协议期满。"),
    ]
    names = db.session.scalars(select(OutboxEvent.name).where(OutboxEvent.name.like("%organisation%")).order_by(OutboxEvent.id)).all()
    assert names == [f"organisation.{step}" for step in ("applied", "returned", "applied", "verified", "ended")]
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("organisation.%")).order_by(AuditEntry.id)).all()
    assert actions == ["organisation.apply", "organisation.review", "organisation.amend", "organisation.review", "organisation.review"]


def test_an_ended_organisation_has_no_staff_and_no_role(head, officer, street):
    organisation = verified_organisation(head, officer, street)

    ended = officer.made(f"/organisations/{organisation['id']}/ending", {"reason": "协议期满。"})

    assert (ended["status"], ended["reason"]) == ("ended", "协议期满。")
    assert ended["ended_on"] == str(clock.shanghai_day(clock.now()))
    assert [role["role"] for role in head.seen("/me")["roles"]] == []
    assert head.seen(f"/organisations/{organisation['id']}")["status"] == "ended"
    assert db.session.scalar(select(func.count()).where(Staff.is_live())) == 0
    assert refused(officer.post(f"/organisations/{organisation['id']}/ending", WHY)) == (409, "organisation_not_verified")


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"credit_code": "52639999MJX00000XA"}, "credit_code_invalid", "credit_code"),
        ({"credit_code": "639999199001010014"}, "credit_code_invalid", "credit_code"),
        ({"credit_code": None}, "credit_code_invalid", "credit_code"),
        ({"filing": "on_record", "credit_code": None}, "record_number_invalid", "record_number"),
        (
            {"filing": "on_record", "record_number": "和备001", "credit_code": VALID},
            "record_number_invalid",
            "credit_code",
        ),
    ],
)
def test_the_number_must_be_that_of_the_standing(head, street, fields, code, field):
    answer = head.post("/organisations", organisation_plan(community_id=street["和平社区"], **fields))

    assert refused(answer) == (422, code)
    assert list(answer.get_json()["errors"]) == [field]
    assert db.session.scalar(select(func.count()).select_from(Organisation)) == 0


def test_a_credit_code_is_kept_in_its_canonical_form(head, street):
    code = credit_code()

    applied = applied_organisation(head, street, credit_code=f" {code[:8].lower()} {code[8:].lower()} ")

    assert applied["credit_code"] == code


def test_one_credit_code_is_live_once(head, officer, phone_of, volunteer, street):
    first = applied_organisation(head, street)
    again = organisation_plan(credit_code=first["credit_code"], community_id=street["团结社区"])
    other = volunteer()
    assert refused(other.post("/organisations", again)) == (409, "credit_code_taken")

    officer.made(f"/organisations/{first['id']}/return", WHY)
    other.made("/organisations", again)

    plan = organisation_plan(credit_code=first["credit_code"])
    assert refused(head.post(f"/organisations/{first['id']}/application", plan)) == (409, "credit_code_taken")
    assert head.seen(f"/organisations/{first['id']}")["status"] == "returned"


def test_one_record_number_is_live_once_in_its_community(head, street):
    applied_organisation(head, street, record_number="备2026-001")
    again = organisation_plan(record_number="备2026-001")

    assert refused(head.post("/organisations", again | {"community_id": street["和平社区"]})) == (409, "record_number_taken")
    assert head.post("/organisations", again | {"community_id": street["团结社区"]}).status_code == 201


def test_an_amended_application_holds_what_was_amended(head, officer, street):
    organisation = applied_organisation(head, street, name="青山中心")
    path = f"/organisations/{organisation['id']}"
    officer.made(f"{path}/return", WHY)
    assert head.seen(path)["reason"] == WHY["reason"]

    amended = head.made(f"{path}/application", organisation_plan(name="青山服务社", origin="incubated", record_number="备2026-009"))

    assert (amended["name"], amended["origin"], amended["filing"]) == ("青山服务社", "incubated", "on_record")
    assert (amended["credit_code"], amended["record_number"], amended["reason"]) == (None, "备2026-009", None)
    assert refused(head.post(f"{path}/application", organisation_plan())) == (409, "organisation_not_returned")


def test_an_account_without_a_person_cannot_apply(phone_of, street):
    answer = phone_of().post("/organisations", organisation_plan(community_id=street["和平社区"]))

    assert refused(answer) == (403, "person_needed")


def test_only_a_community_can_be_named(head, street):
    answer = head.post("/organisations", organisation_plan(community_id=street["青山街道"]))

    assert refused(answer) == (422, "not_a_community")


def test_a_decision_is_taken_once(head, officer, street):
    organisation = verified_organisation(head, officer, street)
    path = f"/organisations/{organisation['id']}"

    assert refused(officer.post(f"{path}/verification", verification())) == (409, "organisation_not_applied")
    assert refused(officer.post(f"{path}/return", WHY)) == (409, "organisation_not_applied")
    assert db.session.scalar(select(func.count()).select_from(Staff)) == 1


def test_what_is_not_verified_exists_for_its_own_community_and_applicant_only(head, volunteer, officer, neighbour, street):
    organisation = applied_organisation(head, street)
    path = f"/organisations/{organisation['id']}"

    for stranger in (volunteer(), neighbour):
        assert refused(stranger.get(path)) == (404, "not_found")
        assert refused(stranger.post(f"{path}/verification", verification())) == (404, "not_found")
        assert stranger.seen("/organisations", status="applied")["items"] == []
    assert refused(head.post(f"{path}/verification", verification())) == (403, "forbidden")
    assert refused(officer.post(f"{path}/application", organisation_plan())) == (403, "forbidden")

    officer.made(f"{path}/verification", verification())

    for stranger in (volunteer(), neighbour):
        assert stranger.seen(path)["officer_name"] == "赵**"
        assert refused(stranger.post(f"{path}/ending", WHY)) == (403, "forbidden")
        assert refused(stranger.get(f"{path}/staff")) == (403, "forbidden")


def test_the_public_list_is_of_verified_ones_by_community_and_origin(head, officer, neighbour, phone_of, street):
    here = verified_organisation(head, officer, street)
    incubated = verified_organisation(head, officer, street, origin="incubated")
    there = verified_organisation(head, neighbour, street, community="团结社区")
    applied_organisation(head, street)
    anybody = phone_of()

    def listed(**query):
        return [line["id"] for line in anybody.seen("/organisations", **query)["items"]]

    assert listed() == [there["id"], incubated["id"], here["id"]]
    assert listed(community_id=street["和平社区"]) == [incubated["id"], here["id"]]
    assert listed(origin="incubated") == [incubated["id"]]
    for q in (here["name"][:5], here["credit_code"], here["credit_code"][8:].lower(), f"社会　{here['name'][2:4]}"):
        assert here["id"] in listed(q=q), q
    assert listed(q="青山", sort="name") == [one["id"] for one in sorted((here, incubated, there), key=lambda one: one["name"])]
    mine = [one["name"] for one in head.seen("/me/organisations", sort="name")["items"]]
    assert mine == sorted(one["name"] for one in head.seen("/me/organisations")["items"])
    assert listed(q="青山 绿水") == listed(q="青山", until="2020-01-01") == []
    assert listed(q="青山", since=here["counted_on"], community_id=street["团结社区"]) == [there["id"]]
    # One that waits is found by who may open it, and counted for nobody else.
    assert anybody.seen("/organisations", q="青山", status="applied", count="true")["total"]["number"] == 0
    assert officer.seen("/organisations", q="青山", status="applied", count="true")["total"]["number"] == 1
    first = anybody.seen("/organisations", limit=2)
    assert [line["id"] for line in anybody.seen("/organisations", limit=2, cursor=first["next_cursor"])["items"]] == [here["id"]]


def test_a_list_sends_as_many_statements_for_thirty_as_for_three(head, phone_of, street, bounds):
    bounds(Written.ORGANISATION, a_day=100, open=100)
    anybody, sent = phone_of(), []

    def note(connection, cursor, statement, *_):
        sent.append(statement)

    def cost():
        sent.clear()
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            head.seen("/organisations", status="applied", limit=100)
            head.seen("/me/organisations", limit=100)
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
        return len(sent)

    for _ in range(3):
        applied_organisation(head, street)
    few = cost()
    for _ in range(27):
        applied_organisation(head, street)

    assert cost() == few
    assert len(head.seen("/me/organisations", limit=100)["items"]) == 30
    assert anybody.seen("/me/organisations")["items"] == []


def test_one_credit_code_goes_to_one_of_many_applications(volunteer, street):
    plan = organisation_plan(community_id=street["和平社区"])
    phones = [volunteer() for _ in range(6)]
    start = Barrier(len(phones))

    def apply(phone):
        start.wait()
        return phone.post("/organisations", plan)

    with ThreadPoolExecutor(len(phones)) as pool:
        answers = list(pool.map(apply, phones))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 5}
    assert db.session.scalar(select(func.count()).select_from(Organisation)) == 1


def test_a_renamed_organisation_is_the_same_body(head, officer, street):
    body, other = verified_organisation(head, officer, street), verified_organisation(head, officer, street)
    path, why = f"/organisations/{body['id']}", {"reason": "已核准更名"}
    assert refused(officer.post(f"{path}/renaming", why | {"name": other["name"]})) == (409, "organisation_name_taken")
    assert refused(head.post(f"{path}/renaming", why | {"name": "自封中心"})) == (403, "forbidden")

    renamed = officer.made(f"{path}/renaming", why | {"name": "青山社会工作发展中心"})

    same = ("id", "status", "counted_on", "credit_code", "record_number", "origin")
    assert renamed["name"] == "青山社会工作发展中心"
    assert {field: renamed[field] for field in same} == {field: body[field] for field in same}
    officer.made(f"{path}/ending", {"reason": "已注销"})
    assert refused(officer.post(f"{path}/renaming", why | {"name": "某某中心"})) == (409, "organisation_not_verified")
