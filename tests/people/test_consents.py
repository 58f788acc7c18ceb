"""Agreeing to a notice holds for its version; a new one is asked for anew, and what was agreed to can be taken back."""

from sqlalchemy import select

from backend.foundation.database import db
from backend.people.models import Consent, Person
from tests.support.consents import agreed_to
from tests.support.people import registered_person, registered_volunteer
from tests.support.phone import refused


def test_a_person_sees_what_they_agreed_to(phone_of, street):
    assert agreed_to(registered_volunteer(phone_of, street)) == [("volunteer", "2026-12-02", True)]
    assert agreed_to(registered_person(phone_of, street)) == [("identity", "2026-12-02", True)]
    assert refused(phone_of().get("/me/consents")) == (403, "person_needed")


def test_a_new_version_is_asked_for_before_the_next_act_that_needs_it(phone_of, street, team, new_version):
    phone = registered_volunteer(phone_of, street)
    version = new_version("volunteer")
    answer = phone.post(f"/teams/{team}/join-requests", {})
    assert refused(answer) == (403, "consent_needed")
    assert (answer.get_json()["notice"], answer.get_json()["current_version"]) == ("volunteer", version)
    assert agreed_to(phone) == [("volunteer", "2026-12-02", False)]
    assert refused(phone.post("/me/consents", {"notice": "volunteer", "version": "2026-12-02"})) == (409, "notice_outdated")
    phone.made("/me/consents", {"notice": "volunteer", "version": version})
    assert phone.post(f"/teams/{team}/join-requests", {}).status_code == 201
    assert agreed_to(phone) == [("volunteer", version, True), ("volunteer", "2026-12-02", False)]


def test_the_history_of_a_consent_stands(phone_of, street):
    phone = registered_volunteer(phone_of, street)
    phone.made("/me/consents/withdrawal", {"notice": "volunteer"})
    rows = db.session.scalars(select(Consent).order_by(Consent.recorded_at, Consent.id)).all()
    assert [(row.void, row.superseded_at is not None) for row in rows] == [(False, True), (True, False)]


def test_with_the_consent_to_the_identity_the_phone_number_goes_too(phone_of, street, wechat):
    phone = registered_person(phone_of, street)
    phone.made("/me/phone", {"code": wechat.phone_code("zhang")})
    phone.made("/me/consents/withdrawal", {"notice": "identity"})
    person = db.session.scalars(select(Person).where(Person.phone_sealed.is_(None), Person.phone_index.is_(None))).one()
    assert str(person.id) == phone.person_id
    assert phone.seen("/me")["person"] is None, "no fact names them"


def test_the_notice_for_minors_is_a_guardians_to_give_and_to_take(phone_of, street):
    phone = registered_volunteer(phone_of, street)
    assert refused(phone.post("/me/consents", {"notice": "minor", "version": "2026-12-01"})) == (409, "guardians_consent")
    assert refused(phone.post("/me/consents/withdrawal", {"notice": "minor"})) == (409, "guardians_consent")
