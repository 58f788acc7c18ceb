"""Work units: added by officers, once by their credit code, found by a part of the name."""

from uuid import UUID

import pytest

from backend.foundation.actor import Role
from backend.foundation.database import db
from backend.foundation.outbox import OutboxEvent
from backend.party.models import WorkUnit
from tests.support.people import registered_volunteer
from tests.support.phone import refused

CODE = "116399990150001267"


def unit(**fields):
    return {"name": "测试区住房保障中心", "credit_code": CODE, "nature": "public_institution"} | fields


def test_an_officer_adds_a_unit_and_anybody_logged_in_finds_it(street, phone_of, client):
    made = street.home.officer.made("/work-units", unit())

    phone = phone_of("zhang")
    assert phone.seen("/work-units", q="住房保障")["items"] == [made]
    assert phone.seen("/work-units", q=CODE)["items"] == [made]
    assert phone.seen("/work-units", q="%")["items"] == []
    assert refused(client.get("/api/v1/work-units")) == (401, "unauthenticated")
    assert [event.name for event in db.session.query(OutboxEvent).filter_by(subject_id=UUID(made["id"]))] == ["work_unit.added"]


def test_residents_and_system_administrators_add_no_unit(administrator, street, phone_of):
    for phone in (phone_of("zhang"), registered_volunteer(phone_of, street), administrator(Role.SYSTEM_ADMIN, "639999")):
        assert refused(phone.post("/work-units", unit())) == (403, "forbidden")
    assert db.session.query(WorkUnit).count() == 0


@pytest.mark.parametrize("code", ["116399990150001268", "11639999015000126O", "  639999015000126 "])
def test_a_credit_code_with_a_slip_is_refused(street, code):
    answer = street.officer.post("/work-units", unit(credit_code=code))

    assert answer.status_code == 422
    assert "credit_code" in answer.get_json()["errors"]


def test_one_credit_code_is_one_unit(street):
    officer = street.officer
    first = officer.made("/work-units", unit())

    again = officer.post("/work-units", unit(name="另一个名称"))

    assert refused(again) == (409, "work_unit_exists")
    assert again.get_json()["work_unit_id"] == first["id"]
    assert officer.post("/work-units", unit(credit_code=None)).status_code == 201
    assert officer.post("/work-units", unit(credit_code=None, name="没有代码的单位")).status_code == 201


def test_units_come_page_by_page_in_the_order_of_their_names(street):
    officer = street.officer
    names = [f"第{number}单位" for number in range(1, 6)]
    for name in reversed(names):
        officer.made("/work-units", unit(name=name, credit_code=None))

    page = officer.seen("/work-units", limit=2)
    found = [line["name"] for line in page["items"]]
    while page["next_cursor"]:
        page = officer.seen("/work-units", limit=2, cursor=page["next_cursor"])
        found += [line["name"] for line in page["items"]]

    assert found == names
