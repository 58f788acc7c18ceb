"""The phone number comes from WeChat, is kept sealed and shown masked."""

import pytest
from sqlalchemy import select

from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from backend.foundation.outbox import OutboxEvent
from backend.foundation.sealing import keyring
from backend.people.models import Person
from tests.support.people import registered_volunteer
from tests.support.phone import refused


@pytest.fixture
def phone(phone_of, street):
    return registered_volunteer(phone_of, street, "zhang")


def stored() -> Person:
    db.session.expire_all()
    return db.session.scalars(select(Person)).one()


def test_the_number_that_wechat_gives_is_kept_sealed_and_shown_masked(wechat, phone):
    wechat.user("zhang", phone="13800001234")

    answer = phone.made("/me/phone", {"code": wechat.phone_code("zhang")})

    assert answer["phone"] == phone.seen("/me")["person"]["phone"] == "138****1234"
    person = stored()
    assert b"13800001234" not in person.phone_sealed
    assert keyring().unseal(person.phone_sealed, field="people.phone", row=person.id) == "13800001234"
    assert person.phone_index == keyring().index("13800001234", field="people.phone")
    assert "phone.set" in db.session.scalars(select(OutboxEvent.name)).all()
    assert not any("1380000" in str(act.details) for act in db.session.scalars(select(AuditEntry)))


def test_another_number_takes_the_place_of_the_first(wechat, phone):
    for number in ("13800001234", "13900005678"):
        wechat.user("zhang", phone=number)
        phone.made("/me/phone", {"code": wechat.phone_code("zhang")})

    assert phone.seen("/me")["person"]["phone"] == "139****5678"


def test_a_code_that_wechat_rejects_changes_nothing(wechat, phone):
    wechat.user("zhang", phone="13800001234")
    code = wechat.phone_code("zhang")
    phone.made("/me/phone", {"code": code})
    before = stored().phone_sealed

    for wrong in (code, "nobody-gave-this-code"):
        assert refused(phone.post("/me/phone", {"code": wrong})) == (422, "wechat_phone_code_rejected")

    assert stored().phone_sealed == before


def test_while_wechat_is_down_nothing_changes(wechat, phone):
    wechat.fault("getPhoneNumber", times=5, drop="before")

    assert phone.post("/me/phone", {"code": wechat.phone_code("zhang")}).status_code == 503
    assert stored().phone_sealed is None


def test_who_has_not_said_who_they_are_spends_no_code(wechat, phone_of):
    code = wechat.phone_code("li")

    assert refused(phone_of("li").post("/me/phone", {"code": code})) == (403, "person_needed")

    assert wechat.count("getPhoneNumber") == 0
