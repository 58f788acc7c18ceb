"""Membership of the Party rests on a consent of its own: asked for and taken back by itself, and with it goes what the unit is told."""

import pytest
from sqlalchemy import select, text

from backend.foundation import clock, outbox
from backend.foundation.database import db, transaction
from backend.party.models import PartyMember, UnitMembership
from tests.support.people import registration_form, work_unit
from tests.support.phone import refused

NOTICE, VERSION = "party_member", "2026-12-01"
WITHDRAWAL = "/me/consents/withdrawal"


def deliver():
    while outbox.deliver_batch("registration", now=clock.now()):
        pass


def agreed(phone):
    return {line["notice"] for line in phone.seen("/me/consents")["items"] if line["in_force"]}


def as_before(member):
    """As the release before registers: nobody asked for this consent."""
    with transaction():
        db.session.execute(text("ALTER TABLE consents DISABLE TRIGGER refuse_fact_change"))
        gone = text("DELETE FROM consents WHERE person_id = :person AND notice = :notice")
        db.session.execute(gone, {"person": member.person_id, "notice": NOTICE})
        db.session.execute(text("ALTER TABLE consents ENABLE TRIGGER refuse_fact_change"))


@pytest.fixture
def member(street):
    member = street.home.party_member
    member.made("/me/consents", {"notice": "volunteer", "version": "2026-12-02"})
    return member


def test_it_is_asked_for_by_itself_with_the_registration_or_before(street):
    phone, of_age = street.home.person(), street.home.person()
    form = registration_form(street, street.home.unit_id)
    answer = phone.post("/registrations", form | {"notice_version": None})
    assert refused(answer) == (403, "consent_needed")
    assert (answer.get_json()["notice"], answer.get_json()["current_version"]) == (NOTICE, VERSION)
    assert refused(phone.post("/registrations", form | {"notice_version": "2020-01-01"})) == (409, "notice_outdated")
    assert agreed(phone) == {"identity"}
    phone.made("/registrations", form)
    assert agreed(phone) == {"identity", NOTICE}

    of_age.made("/me/consents", {"notice": NOTICE, "version": VERSION})
    of_age.made("/registrations", form | {"notice_version": None})


def test_taken_back_alone_the_registration_ends_and_the_unit_sees_nothing_while_the_volunteer_stays(street, member):
    path, unit = f"/registrations/{member.registration_id}", street.home.unit_officer
    assert unit.seen(path)["status"] == "accepted"

    told = member.made(WITHDRAWAL, {"notice": NOTICE})

    assert (told["erased"], told["kept"]) == ([], [])
    assert "party_member" not in {grant["role"] for grant in member.seen("/me")["roles"]}
    assert (unit.get(path).status_code, unit.seen("/registrations")["items"]) == (404, [])
    deliver()
    kept = street.home.officer.seen(path)
    assert (kept["status"], kept["reason"], kept["joined_party_on"]) == ("ended", "本人已撤回同意", None)
    assert (unit.get(path).status_code, unit.seen("/registrations")["items"]) == (404, [])
    assert db.session.scalars(select(UnitMembership.id).where(UnitMembership.is_live())).all() == []
    assert agreed(member) == {"identity", "volunteer"}
    assert member.seen("/me")["person"]["name"] == "李党员"

    member.made("/registrations", registration_form(street, street.home.unit_id))
    assert [line["status"] for line in street.home.officer.seen("/registrations")["items"]] == ["ended", "applied"]


def test_it_goes_with_the_last_consent_by_which_the_member_is_known_and_not_before(street, member):
    member.made(WITHDRAWAL, {"notice": "volunteer"})
    deliver()
    assert member.seen(f"/registrations/{member.registration_id}")["status"] == "accepted"
    member.made(WITHDRAWAL, {"notice": "identity"})
    deliver()
    assert agreed(member) == set()
    assert member.seen(f"/registrations/{member.registration_id}")["status"] == "ended"
    assert street.home.officer.seen(f"/registrations/{member.registration_id}")["name"] == "李**"


def test_what_was_applied_for_is_not_accepted_of_who_took_it_back(street):
    applicant = street.home.person()
    registration = applicant.made("/registrations", registration_form(street, street.home.unit_id))["id"]
    applicant.made(WITHDRAWAL, {"notice": NOTICE})
    assert refused(street.home.officer.post(f"/registrations/{registration}/acceptance", {})) == (409, "data_withdrawn")
    deliver()
    assert applicant.seen("/me/registrations")["items"][0]["status"] == "withdrawn"


def test_who_registered_under_the_notices_of_before_stays_registered_until_their_next_act(street, member):
    as_before(member)
    path = f"/registrations/{member.registration_id}"
    assert street.home.unit_officer.seen(path)["status"] == "accepted"
    other = work_unit(street.home.officer, "测试区园林中心")
    to = {"work_unit_id": other, "party_organisation_name": "测试区园林中心党支部"}
    answer = member.post(f"{path}/unit", to)
    assert (refused(answer), answer.get_json()["notice"]) == ((403, "consent_needed"), NOTICE)
    assert street.home.officer.seen(path)["work_unit"]["id"] == street.home.unit_id

    member.made(f"{path}/unit", to | {"notice_version": VERSION})
    assert street.home.officer.seen(path)["work_unit"]["id"] == other
    assert NOTICE in agreed(member)


def test_an_application_of_before_is_taken_in(street):
    applicant = street.home.person()
    registration = applicant.made("/registrations", registration_form(street, street.home.unit_id))["id"]
    as_before(applicant)
    assert street.home.officer.made(f"/registrations/{registration}/acceptance")["status"] == "accepted"
    assert db.session.scalars(select(PartyMember)).one()
