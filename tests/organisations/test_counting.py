"""A body is introduced or incubated once in its life, on the day that its agreement or record proves, whenever somebody clicks."""

from datetime import date, timedelta

import pytest

from backend.foundation import clock
from backend.foundation.database import db
from backend.foundation.measures import NOW
from backend.statistics.measures import MEASURES
from tests.statistics.changes import hear_everything
from tests.support.messages import kinds
from tests.support.organisations import applied_organisation, credit_code, organisation_plan, verification, verified_organisation
from tests.support.phone import refused

OVER = {"reason": "协议期满。"}


def today() -> date:
    return clock.shanghai_day(clock.now())


def verify(officer, organisation, **fields):
    return officer.post(f"/organisations/{organisation['id']}/verification", verification(**fields))


def counted(name, known_at=NOW):
    """What a measure of organisations says: from which day until which, in the order of ids."""
    db.session.rollback()
    rows = MEASURES[name].contributions(known_at).subquery()
    return [(line.starts_on, line.ends_on, line.dimension) for line in db.session.execute(rows.select().order_by(rows.c.source_id))]


def test_the_day_of_the_agreement_counts_and_is_proved(head, officer, phone_of, street):
    organisation = applied_organisation(head, street)
    agreed_on = today() - timedelta(days=200)

    verified = verify(officer, organisation, agreed_on=str(agreed_on), proof="服务协议第12号").get_json()

    assert (verified["counted_on"], verified["proof"], verified["came_back"]) == (str(agreed_on), "服务协议第12号", False)
    assert phone_of().seen(f"/organisations/{organisation['id']}")["proof"] is None, "the paper is of no concern to the public"
    assert head.seen(f"/organisations/{organisation['id']}")["proof"] == "服务协议第12号"
    assert counted("organisations") == [(agreed_on, None, "introduced")]
    assert counted("organisation_entries") == [(agreed_on, None, "introduced")]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"agreed_on": str(clock.shanghai_day(clock.now()) + timedelta(days=2))}, "agreed_on_invalid"),
        ({"agreed_on": None}, "invalid"),
        ({"proof": None}, "invalid"),
        ({"proof": " "}, "invalid"),
        ({"proof": "电话13800001234"}, "invalid"),
    ],
)
def test_without_a_day_that_has_come_and_its_paper_nothing_is_verified(head, officer, street, fields, code):
    organisation = applied_organisation(head, street)

    assert refused(verify(officer, organisation, **fields)) == (422, code)
    assert officer.seen(f"/organisations/{organisation['id']}")["status"] == "applied"


def test_who_comes_back_counts_among_those_who_are_here_and_is_no_new_one(head, officer, neighbour, volunteer, street, pass_time):
    first_day = today()
    first = verified_organisation(head, officer, street)
    officer.made(f"/organisations/{first['id']}/ending", OVER)
    before = clock.now()
    pass_time(hours=48)
    again = applied_organisation(volunteer(), street, community="团结社区", credit_code=first["credit_code"])
    assert refused(verify(neighbour, again, agreed_on=str(first_day - timedelta(days=1)))) == (422, "agreed_on_invalid")

    back = verify(neighbour, again).get_json()

    assert back["came_back"] is True
    assert counted("organisations") == [(first_day, first_day, "introduced"), (today(), None, "introduced")]
    assert counted("organisation_entries") == [(first_day, None, "introduced")]
    assert counted("organisation_entries", before) == [(first_day, None, "introduced")]
    neighbour.made(f"/organisations/{again['id']}/ending", OVER)
    third = applied_organisation(volunteer(), street, credit_code=first["credit_code"])
    assert verify(officer, third).get_json()["came_back"] is True
    assert len(counted("organisation_entries")) == 1


def test_one_on_record_is_known_by_the_number_of_its_community(head, officer, neighbour, street):
    first = verified_organisation(head, officer, street, origin="incubated", record_number="备2026-001")
    officer.made(f"/organisations/{first['id']}/ending", OVER)
    elsewhere = applied_organisation(head, street, community="团结社区", origin="incubated", record_number="备2026-001")
    back = applied_organisation(head, street, origin="incubated", record_number="备2026-001")

    assert verify(neighbour, elsewhere).get_json()["came_back"] is False, "another body: each community gives its own numbers"
    assert verify(officer, back).get_json()["came_back"] is True
    assert len(counted("organisation_entries")) == 2


def test_none_is_both_introduced_and_incubated(head, officer, street):
    first = verified_organisation(head, officer, street)
    officer.made(f"/organisations/{first['id']}/ending", OVER)
    again = applied_organisation(head, street, credit_code=first["credit_code"], origin="incubated")

    assert refused(verify(officer, again)) == (409, "origin_differs")

    officer.made(f"/organisations/{again['id']}/return", {"reason": "原来是引进的"})
    head.made(f"/organisations/{again['id']}/application", organisation_plan(credit_code=first["credit_code"]))
    assert verify(officer, again).get_json()["came_back"] is True


def test_in_another_street_it_is_a_new_one(head, officer, street):
    first = verified_organisation(head, officer, street)
    officer.made(f"/organisations/{first['id']}/ending", OVER)
    there = applied_organisation(head, street, community=street.far.name, credit_code=first["credit_code"])

    assert verify(street.far.officer, there).get_json()["came_back"] is False
    assert len(counted("organisation_entries")) == 2


def test_one_on_record_that_is_registered_stays_the_body_that_it_was(head, officer, volunteer, street, pass_time):
    first_day = today()
    first = verified_organisation(head, officer, street, origin="incubated", record_number="备2026-001")
    path, code = f"/organisations/{first['id']}", credit_code()
    pass_time(hours=48)
    papers = {"credit_code": code, "registered_on": str(today()), "proof": "登记证书第17号"}
    early = papers | {"registered_on": str(first_day - timedelta(days=1))}
    assert refused(officer.post(f"{path}/registration", early)) == (422, "agreed_on_invalid")

    registered = officer.made(f"{path}/registration", papers)

    assert (registered["filing"], registered["credit_code"], registered["record_number"]) == ("registered", code, "备2026-001")
    assert (registered["counted_on"], registered["registered_on"]) == (str(first_day), str(today()))
    assert counted("organisations") == counted("organisation_entries") == [(first_day, None, "incubated")]
    assert refused(officer.post(f"{path}/registration", papers)) == (409, "not_on_record")
    assert "organisation_registered" in kinds(head)
    again = organisation_plan(credit_code=code, community_id=street["和平社区"])
    assert refused(volunteer().post("/organisations", again)) == (409, "credit_code_taken")
    officer.made(f"{path}/ending", OVER)
    back = applied_organisation(volunteer(), street, community="团结社区", credit_code=code, origin="incubated")
    assert verify(street.next.officer, back).get_json()["came_back"] is True


def test_one_that_comes_back_registered_is_known_by_the_number_of_its_record(head, officer, street):
    first = verified_organisation(head, officer, street, origin="incubated", record_number="备2026-001")
    officer.made(f"/organisations/{first['id']}/ending", OVER)
    numbers = {"filing": "registered", "credit_code": credit_code(), "record_number": "备2026-001"}
    back = applied_organisation(head, street, origin="incubated", **numbers)

    assert verify(officer, back).get_json()["came_back"] is True
    assert len(counted("organisation_entries")) == 1


def test_a_wrong_day_is_corrected_by_a_second_officer_and_what_was_known_stays_known(head, officer, street, phone_of, pass_time):
    was, right = today() - timedelta(days=3), today() - timedelta(days=400)
    organisation = applied_organisation(head, street)
    verify(officer, organisation, agreed_on=str(was))
    path = f"/organisations/{organisation['id']}/day-corrections"
    papers = {"agreed_on": str(right), "proof": "协议原件", "reason": "录入时年份写错"}
    before = clock.now()
    pass_time(minutes=1)
    assert refused(officer.post(path, papers)) == (403, "second_needed")
    assert refused(street.officer.post(path, papers | {"agreed_on": str(was)})) == (422, "agreed_on_invalid")
    assert refused(street.officer.post(path, papers | {"agreed_on": str(today() + timedelta(days=1))})) == (422, "agreed_on_invalid")

    corrected = street.officer.made(path, papers)

    assert (corrected["counted_on"], corrected["proof"]) == (str(right), "协议原件")
    for name in ("organisations", "organisation_entries"):
        assert counted(name) == [(right, None, "introduced")]
        assert counted(name, before) == [(was, None, "introduced")]
    [line] = head.seen(path)["items"]
    assert (line["was"], line["counted_on"], line["reason"]) == (str(was), str(right), "录入时年份写错")
    assert refused(phone_of().get(path)) == (404, "not_found")
    assert "organisation_day_corrected" in kinds(head)
    assert refused(street.officer.post(path, papers | {"agreed_on": str(was)})) == (403, "second_needed"), "the day is theirs now"
    hear_everything()
    shown = {line["code"]: line["value"] for line in officer.seen(f"/figures/{right.year}")["figures"]}
    assert shown["organisations_introduced"] == 1
