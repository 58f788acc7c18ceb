"""What begins and ends with a guardian's word: the child is a volunteer as long as it stands."""

from uuid import UUID

import pytest
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


@pytest.mark.parametrize("first_to_withdraw", [0, 1])
def test_both_parents_agree_for_a_child_and_one_word_ends_with_the_parent_who_gave_it(mother, street, phone_of, first_to_withdraw):
    father = registered_person(phone_of, street, "father", name="张爸爸", id_number=identity_number(born(41)))
    ward, parents = child(8), (mother, father)
    number = mother.made("/guardianships", guardianship_form(street, ward))["volunteer_number"]
    made = street.home.officer.made("/guardianships", guardianship_form(street, ward, relation="father", guardian=father.card))
    assert made["volunteer_number"] == number
    assert len(db.session.scalars(select(Volunteer)).all()) == 1
    assert in_force(*parents) == [True, True]

    told = withdrawn(parents[first_to_withdraw])

    assert "另一位监护人仍然同意" in told["stops"]
    assert in_force(*parents) == [first_to_withdraw == 1, first_to_withdraw == 0]
    assert db.session.scalars(select(Volunteer.left_on).where(Volunteer.is_current())).one() is None
    db.session.rollback()

    withdrawn(parents[1 - first_to_withdraw])

    assert in_force(*parents) == [False, False]
    assert db.session.scalars(select(Volunteer.left_on).where(Volunteer.is_current())).one() is not None


def in_force(*guardians):
    return [phone.seen("/me/wards")["items"][0]["in_force"] for phone in guardians]


def withdrawn(guardian):
    return guardian.made(f"/guardianships/{guardian.seen('/me/wards')['items'][0]['id']}/withdrawal", {})


def test_a_stranger_who_knows_name_and_number_of_a_child_takes_it_out_of_nothing_and_learns_nothing(mother, street, phone_of):
    """H5: the word of a stranger, and its withdrawal, ended the registration of a child that their mother had registered."""
    stranger, ward = registered_person(phone_of, street), child(12)
    number = mother.made("/guardianships", guardianship_form(street, ward))["volunteer_number"]
    wrong_name = ward | {"name": "李别名"}
    grown = child(15)
    mother.made("/guardianships", guardianship_form(street, grown))
    phone_of("grown").made("/volunteers", volunteer_form(street, **grown))

    answers = [stranger.post("/guardianships", guardianship_form(street, named, relation="other")) for named in (ward, wrong_name, grown)]

    assert [refused(answer) for answer in answers] == [(409, "guardian_at_desk")] * 3
    told = [{key: said for key, said in answer.get_json().items() if key != "request_id"} for answer in answers]
    assert told[0] == told[1] == told[2]
    assert stranger.seen("/me/wards")["items"] == []
    assert mother.seen("/me/wards")["items"][1]["volunteer_number"] == number


def test_whose_word_the_desk_ended_does_not_give_it_again_by_themselves(mother, street):
    ward = child(12)
    guardianship = mother.made("/guardianships", guardianship_form(street, ward))["id"]
    street.home.officer.made(f"/guardianships/{guardianship}/withdrawal", {"reason": "监护权变更"})
    assert refused(mother.post("/guardianships", guardianship_form(street, ward))) == (409, "guardian_at_desk")
    street.home.officer.made("/guardianships", guardianship_form(street, ward, guardian=mother.card))
    assert mother.seen("/me/wards")["items"][0]["in_force"] is True


def test_to_a_new_notice_of_volunteers_the_guardian_agrees_for_a_child_without_an_account(mother, street, new_version):
    made = mother.made("/guardianships", guardianship_form(street, child(12)))
    new_version("volunteer")
    assert mother.seen("/me/wards")["items"][0]["in_force"] is False
    mother.made(f"/guardianships/{made['id']}/renewal", {"notice_version": "2026-12-01"})
    assert mother.seen("/me/wards")["items"][0]["in_force"] is True
    given = db.session.scalars(select(Consent).where(Consent.notice == "volunteer", Consent.guardian_person_id.is_not(None))).all()
    assert {consent.version for consent in given} == {"2026-12-02", "2027-01-01"}
    written = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == UUID(made["id"])).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in written] == ["guardianship.state", "guardianship.state"], "renewed is not ended"
