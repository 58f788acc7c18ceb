"""What begins and ends with a guardian's word: the child is a volunteer as long as it stands."""

from uuid import UUID

from sqlalchemy import select

from backend.foundation.audit import AuditEntry
from backend.foundation.database import db
from backend.people.models import Consent
from backend.volunteers.models import Volunteer
from tests.support.guardians import born, child, guardianship_form
from tests.support.people import identity_number, registered_person, volunteer_form
from tests.support.phone import refused


def test_a_guardian_registers_a_child_under_fourteen_who_is_a_volunteer_from_then_on(mother, street):
    made = mother.made("/guardianships", guardianship_form(street, child(12)))
    assert made["volunteer_number"].startswith("V")
    [ward] = mother.seen("/me/wards")["items"]
    assert (ward["name"], ward["relation"], ward["in_force"]) == ("张**", "mother", True)
    assert ward["volunteer_number"] == made["volunteer_number"]
    given = db.session.scalars(select(Consent).order_by(Consent.notice)).all()
    by_guardian = [(consent.notice, str(consent.guardian_person_id)) for consent in given if consent.guardian_person_id]
    assert by_guardian == [("minor", mother.person_id), ("volunteer", mother.person_id)]


def test_a_withdrawn_word_ends_the_volunteering_and_leaves_what_was(mother, street, phone_of):
    ward, phone = child(15), phone_of("child")
    guardianship = mother.made("/guardianships", guardianship_form(street, ward))["id"]
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
    mother.made("/guardianships", guardianship_form(street, ward))
    assert phone.made("/volunteers", volunteer_form(street, **ward))["number"]


def test_both_parents_agree_for_a_child_and_it_stays_registered_once(mother, street, phone_of):
    father = registered_person(phone_of, street, "father", name="张爸爸", id_number=identity_number(born(41)))
    ward = child(8)
    number = mother.made("/guardianships", guardianship_form(street, ward))["volunteer_number"]

    made = father.made("/guardianships", guardianship_form(street, ward, relation="father"))

    assert made["volunteer_number"] == number
    assert len(db.session.scalars(select(Volunteer)).all()) == 1
    assert [phone.seen("/me/wards")["items"][0]["in_force"] for phone in (mother, father)] == [True, True]
    mother.made(f"/guardianships/{mother.seen('/me/wards')['items'][0]['id']}/withdrawal", {})
    assert [phone.seen("/me/wards")["items"][0]["in_force"] for phone in (mother, father)] == [False, False], "one word is enough to end it"


def test_to_a_new_notice_of_volunteers_the_guardian_agrees_for_a_child_without_an_account(mother, street, new_version):
    made = mother.made("/guardianships", guardianship_form(street, child(12)))
    new_version("volunteer")
    assert mother.seen("/me/wards")["items"][0]["in_force"] is False
    mother.made(f"/guardianships/{made['id']}/renewal", {"notice_version": "2026-11-01"})
    assert mother.seen("/me/wards")["items"][0]["in_force"] is True
    given = db.session.scalars(select(Consent).where(Consent.notice == "volunteer", Consent.guardian_person_id.is_not(None))).all()
    assert {consent.version for consent in given} == {"2026-11-01", "2027-01-01"}
    written = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == UUID(made["id"])).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in written] == ["guardianship.state", "guardianship.state"], "renewed is not ended"
