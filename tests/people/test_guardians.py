"""Minors volunteer by the word of a guardian: who registers them, what they may take part in, and what ends with the word."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from backend.foundation import clock
from backend.foundation.actor import Role
from backend.foundation.database import db
from backend.people import notices
from backend.people.models import Consent, Guardianship, Person, Volunteer
from backend.people.notices import NoticeName
from tests.support.people import identity_number, registered_person, registered_volunteer, volunteer_form
from tests.support.phone import refused

COMMUNITY, STREET = "639999001001", "639999001"


def born(years: int, days: int = 0) -> date:
    """The birthday of who completed so many years so many days ago."""
    today = clock.shanghai_day(clock.now())
    return today.replace(year=today.year - years, day=min(today.day, 28)) - timedelta(days=days)


def child(age: int, name: str = "张小小") -> dict[str, str]:
    return {"name": name, "id_number": identity_number(born(age, 40))}


def form(street, ward: dict[str, str], **fields: object) -> dict[str, object]:
    version = notices.current(NoticeName.MINOR).version
    return {"ward": ward, "relation": "mother", "community_id": street["和平社区"], "notice_version": version} | fields


@pytest.fixture
def mother(phone_of, street):
    return registered_person(phone_of, street, "mother", name="李妈妈", id_number=identity_number(born(40)))


def test_a_guardian_registers_a_child_under_fourteen_who_is_a_volunteer_from_then_on(mother, street):
    made = mother.made("/guardianships", form(street, child(12)))
    assert made["volunteer_number"].startswith("V")
    [ward] = mother.seen("/me/wards")["items"]
    assert (ward["name"], ward["relation"], ward["in_force"]) == ("张**", "mother", True)
    assert ward["volunteer_number"] == made["volunteer_number"]
    given = db.session.scalars(select(Consent).order_by(Consent.notice)).all()
    by_guardian = [(consent.notice, str(consent.guardian_person_id)) for consent in given if consent.guardian_person_id]
    assert by_guardian == [("minor", mother.person_id), ("volunteer", mother.person_id)]


def test_a_child_under_fourteen_does_not_register_alone(mother, street, phone_of):
    ward = child(13)
    assert refused(phone_of().post("/volunteers", volunteer_form(street, **ward))) == (409, "guardian_needed")
    mother.made("/guardianships", form(street, ward))
    assert refused(phone_of().post("/volunteers", volunteer_form(street, **ward))) == (409, "guardian_needed")


def test_from_fourteen_on_a_minor_registers_once_the_guardian_agreed(mother, street, phone_of):
    ward, phone = child(15), phone_of("child")
    assert refused(phone.post("/volunteers", volunteer_form(street, **ward))) == (409, "guardian_needed")
    assert mother.made("/guardianships", form(street, ward))["volunteer_number"] is None
    assert refused(phone_of().post("/volunteers", volunteer_form(street, **ward | {"name": "王小小"}))) == (409, "guardian_needed")
    made = phone.made("/volunteers", volunteer_form(street, **ward))
    consents = {(line["notice"], line["by_guardian"]) for line in phone.seen("/me/consents")["items"]}
    assert consents == {("volunteer", False), ("minor", True)}
    assert mother.seen("/me/wards")["items"][0]["volunteer_number"] == made["number"]
    assert refused(phone_of("thief").post("/volunteers", volunteer_form(street, **ward))) == (409, "person_exists")


def test_at_the_desk_an_officer_takes_the_guardians_word_down(street, administrator, phone_of):
    officer, ward = administrator(Role.COMMUNITY_OFFICER, COMMUNITY), child(15)
    guardian = {"name": "李妈妈", "id_number": identity_number(born(40))}
    officer.made("/guardianships", form(street, ward, guardian=guardian))
    phone_of("child").made("/volunteers", volunteer_form(street, **ward))
    held = db.session.scalars(select(Guardianship)).one()
    assert (held.channel, held.relation.value) == ("desk", "mother")
    elsewhere = administrator(Role.COMMUNITY_OFFICER, "639999001002")
    assert refused(elsewhere.post("/guardianships", form(street, child(15), guardian=guardian))) == (403, "forbidden")


@pytest.mark.parametrize(
    ("age", "changed", "status", "code"),
    [
        (5, {}, 422, "ward_too_young"),
        (18, {}, 422, "ward_not_minor"),
        (12, {"notice_version": "2020-01-01"}, 409, "notice_outdated"),
        (12, {"relation": "friend"}, 422, "invalid"),
        (12, {"ward": {"name": "张小小", "id_number": "639999201202290121"}}, 422, "id_number_invalid"),
    ],
)
def test_what_is_wrong_is_refused_and_nobody_is_put_on_record(mother, street, age, changed, status, code):
    assert refused(mother.post("/guardianships", form(street, child(age)) | changed)) == (status, code)
    assert mother.seen("/me/wards")["items"] == []
    assert db.session.scalars(select(Person.name)).all() == ["李妈妈"]


def test_nobody_is_guardian_who_is_a_minor_or_has_not_said_who_they_are(mother, street, phone_of):
    ward, phone = child(16, "张大大"), phone_of("brother")
    mother.made("/guardianships", form(street, ward))
    phone.made("/volunteers", volunteer_form(street, **ward))
    assert refused(phone.post("/guardianships", form(street, child(12)))) == (422, "guardian_not_adult")
    assert refused(phone_of().post("/guardianships", form(street, child(12)))) == (403, "person_needed")
    assert refused(mother.post("/guardianships", form(street, ward))) == (409, "guardianship_known")


def test_a_withdrawn_word_ends_the_volunteering_and_leaves_what_was(mother, street, phone_of):
    ward, phone = child(15), phone_of("child")
    guardianship = mother.made("/guardianships", form(street, ward))["id"]
    phone.made("/volunteers", volunteer_form(street, **ward))
    stranger = registered_person(phone_of, street)
    assert refused(stranger.post(f"/guardianships/{guardianship}/withdrawal", {})) == (404, "not_found")
    told = mother.made(f"/guardianships/{guardianship}/withdrawal", {"reason": "学业紧"})
    assert told["stops"]
    assert "十年" in told["stays"]
    assert phone.seen("/me")["volunteer"] is None
    assert "volunteer" not in {grant["role"] for grant in phone.seen("/me")["roles"]}
    assert db.session.scalars(select(Volunteer.left_on).where(Volunteer.is_current())).one() is not None
    assert refused(phone.post("/volunteers", volunteer_form(street, **ward))) == (409, "guardian_needed")
    assert refused(mother.post(f"/guardianships/{guardianship}/withdrawal", {})) == (409, "guardianship_over")
    mother.made("/guardianships", form(street, ward))
    assert phone.made("/volunteers", volunteer_form(street, **ward))["number"]


def test_at_eighteen_nobody_asks_for_a_guardian_any_more(mother, street, phone_of, pass_time):
    ward, phone = {"name": "张小小", "id_number": identity_number(born(17, -330 + 365))}, phone_of("child")
    guardianship = mother.made("/guardianships", form(street, ward))["id"]
    phone.made("/volunteers", volunteer_form(street, **ward))
    pass_time(days=400)
    grown = phone_of("child")
    mother_again = phone_of("mother")
    assert refused(mother_again.post(f"/guardianships/{guardianship}/withdrawal", {})) == (422, "ward_not_minor")
    grown.made("/me/volunteer/leaving", {})
    assert grown.made("/volunteers", volunteer_form(street, **ward))["number"]


def test_minors_lead_no_team(mother, street, phone_of):
    ward, phone = child(16), phone_of("child")
    mother.made("/guardianships", form(street, ward))
    phone.made("/volunteers", volunteer_form(street, **ward))
    plan = {"name": "少年队", "category": "public_welfare", "charter": "帮助邻里", "community_id": street["和平社区"]}
    assert refused(phone.post("/teams", plan)) == (403, "adult_needed")


def test_a_minors_data_is_read_by_the_street_only(mother, street, phone_of, administrator):
    ward, phone = child(15), phone_of("child")
    mother.made("/guardianships", form(street, ward))
    person_id = phone.made("/volunteers", volunteer_form(street, **ward))["person"]["id"]
    wanted = {"field": "id_number", "purpose": "verify_identity", "note": "核对学籍"}
    community = administrator(Role.COMMUNITY_OFFICER, COMMUNITY)
    assert refused(community.post(f"/people/{person_id}/reveals", wanted)) == (403, "minor_protected")
    street_officer = administrator(Role.STREET_OFFICER, STREET)
    assert street_officer.made(f"/people/{person_id}/reveals", wanted)["value"] == ward["id_number"]
    assert phone.seen("/me/reveals")["items"][0]["role"] == "street_officer"


def test_an_adult_registers_as_ever(street, phone_of):
    assert registered_volunteer(phone_of, street, id_number=identity_number(born(18, 1))).volunteer_number


def test_both_parents_agree_for_a_child_and_it_stays_registered_once(mother, street, phone_of):
    father = registered_person(phone_of, street, "father", name="张爸爸", id_number=identity_number(born(41)))
    ward = child(8)
    number = mother.made("/guardianships", form(street, ward))["volunteer_number"]

    made = father.made("/guardianships", form(street, ward, relation="father"))

    assert made["volunteer_number"] == number
    assert len(db.session.scalars(select(Volunteer)).all()) == 1
    assert [phone.seen("/me/wards")["items"][0]["in_force"] for phone in (mother, father)] == [True, True]
    mother.made(f"/guardianships/{mother.seen('/me/wards')['items'][0]['id']}/withdrawal", {})
    assert [phone.seen("/me/wards")["items"][0]["in_force"] for phone in (mother, father)] == [False, False], "one word is enough to end it"


def test_to_a_new_notice_of_volunteers_the_guardian_agrees_for_a_child_without_an_account(mother, street, new_version):
    made = mother.made("/guardianships", form(street, child(12)))
    new_version("volunteer")
    assert mother.seen("/me/wards")["items"][0]["in_force"] is False
    mother.made(f"/guardianships/{made['id']}/renewal", {"notice_version": "2026-11-01"})
    assert mother.seen("/me/wards")["items"][0]["in_force"] is True
    given = db.session.scalars(select(Consent).where(Consent.notice == "volunteer", Consent.guardian_person_id.is_not(None))).all()
    assert {consent.version for consent in given} == {"2026-11-01", "2027-01-01"}


def test_the_guardian_sees_who_read_the_data_of_the_child_until_it_is_grown_up(mother, street, phone_of, administrator, pass_time):
    mother.made("/guardianships", form(street, child(8)))
    father = registered_person(phone_of, street, "father", name="张爸爸", id_number=identity_number(born(41)))
    ward_id = db.session.scalars(select(Guardianship.ward_person_id)).one()
    wanted = {"field": "id_number", "purpose": "verify_identity", "note": "核对学籍"}
    administrator(Role.STREET_OFFICER, STREET).made(f"/people/{ward_id}/reveals", wanted)

    [line] = mother.seen("/me/reveals")["items"]
    assert (line["role"], line["fields"], line["of_ward"]) == ("street_officer", ["id_number"], True)
    assert father.seen("/me/reveals")["items"] == [], "who gave no word sees nothing"
    pass_time(days=365 * 10)
    assert phone_of("mother").seen("/me/reveals")["items"] == []
