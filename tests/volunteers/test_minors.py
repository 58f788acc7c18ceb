"""Minors register by the word of a guardian, and lead nobody."""

from tests.support.guardians import born, child, guardianship_form
from tests.support.people import identity_number, registered_volunteer, volunteer_form
from tests.support.phone import refused


def test_a_child_under_fourteen_does_not_register_alone(mother, street, phone_of):
    ward = child(13)
    assert refused(phone_of().post("/volunteers", volunteer_form(street, **ward))) == (409, "guardian_needed")
    mother.made("/guardianships", guardianship_form(street, ward))
    assert refused(phone_of().post("/volunteers", volunteer_form(street, **ward))) == (409, "guardian_needed")


def test_from_fourteen_on_a_minor_registers_once_the_guardian_agreed(mother, street, phone_of):
    ward, phone = child(15), phone_of("child")
    assert refused(phone.post("/volunteers", volunteer_form(street, **ward))) == (409, "guardian_needed")
    assert mother.made("/guardianships", guardianship_form(street, ward))["volunteer_number"] is None
    assert refused(phone_of().post("/volunteers", volunteer_form(street, **ward | {"name": "王小小"}))) == (409, "guardian_needed")
    made = phone.made("/volunteers", volunteer_form(street, **ward))
    consents = {(line["notice"], line["by_guardian"]) for line in phone.seen("/me/consents")["items"]}
    assert consents == {("volunteer", False), ("minor", True)}
    assert mother.seen("/me/wards")["items"][0]["volunteer_number"] == made["number"]
    assert refused(phone_of("thief").post("/volunteers", volunteer_form(street, **ward))) == (409, "person_exists")


def test_minors_lead_no_team(mother, street, phone_of):
    ward, phone = child(16), phone_of("child")
    mother.made("/guardianships", guardianship_form(street, ward))
    phone.made("/volunteers", volunteer_form(street, **ward))
    plan = {"name": "少年队", "category": "public_welfare", "charter": "帮助邻里", "community_id": street["和平社区"]}
    assert refused(phone.post("/teams", plan)) == (403, "adult_needed")


def test_at_eighteen_nobody_asks_for_a_guardian_any_more(mother, street, phone_of, pass_time):
    ward, phone = {"name": "张小小", "id_number": identity_number(born(17, -330 + 365))}, phone_of("child")
    guardianship = mother.made("/guardianships", guardianship_form(street, ward))["id"]
    phone.made("/volunteers", volunteer_form(street, **ward))
    pass_time(days=400)
    grown = phone_of("child")
    mother_again = phone_of("mother")
    assert refused(mother_again.post(f"/guardianships/{guardianship}/withdrawal", {})) == (422, "ward_not_minor")
    grown.made("/me/volunteer/leaving", {})
    assert grown.made("/volunteers", volunteer_form(street, **ward))["number"]


def test_an_adult_registers_as_ever(street, phone_of):
    assert registered_volunteer(phone_of, street, id_number=identity_number(born(18, 1))).volunteer_number
