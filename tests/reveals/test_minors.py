"""A minor's data is read by the street only, and the guardian sees by whom."""

from sqlalchemy import select

from backend.foundation import clock
from backend.foundation.database import db
from backend.people.models import Guardianship
from tests.support.demands import GRANDMOTHER
from tests.support.guardians import born, child, guardianship_form
from tests.support.people import identity_number, registered_person, volunteer_form
from tests.support.phone import refused


def test_a_minors_data_is_read_by_the_street_only(mother, street, phone_of):
    ward, phone = child(15), phone_of("child")
    mother.made("/guardianships", guardianship_form(street, ward))
    person_id = phone.made("/volunteers", volunteer_form(street, **ward))["person"]["id"]
    wanted = {"field": "id_number", "purpose": "verify_identity", "note": "核对学籍"}
    community = street.home.officer
    assert refused(community.post(f"/people/{person_id}/reveals", wanted)) == (403, "minor_protected")
    street_officer = street.officer
    assert street_officer.made(f"/people/{person_id}/reveals", wanted)["value"] == ward["id_number"]
    assert phone.seen("/me/reveals")["items"][0]["role"] == "street_officer"


def test_the_guardian_sees_who_read_the_data_of_the_child_until_it_is_grown_up(mother, street, phone_of, pass_time):
    mother.made("/guardianships", guardianship_form(street, child(8)))
    father = registered_person(phone_of, street, "father", name="张爸爸", id_number=identity_number(born(41)))
    ward_id = db.session.scalars(select(Guardianship.ward_person_id)).one()
    wanted = {"field": "id_number", "purpose": "verify_identity", "note": "核对学籍"}
    street.officer.made(f"/people/{ward_id}/reveals", wanted)

    [line] = mother.seen("/me/reveals")["items"]
    assert (line["role"], line["fields"], line["of_ward"]) == ("street_officer", ["id_number"], True)
    assert father.seen("/me/reveals")["items"] == [], "who gave no word sees nothing"
    pass_time(days=365 * 10)
    assert phone_of("mother").seen("/me/reveals")["items"] == []


def test_a_child_who_is_served_is_a_minor_too(street):
    """Of whom only the year of birth is known: until the year in which they turn 18 is over."""
    this_year = clock.shanghai_day(clock.now()).year
    wanted = {"field": "phone", "purpose": "contact", "note": "约定上门时间"}

    def path_of(born_in: int) -> str:
        child = GRANDMOTHER | {"born_in": born_in, "area_id": street["和平社区"], "basis": None}
        child |= {"name": f"王小{chr(0x4E00 + born_in)}", "address": f"和平路{born_in}号", "phone": f"1380000{born_in}"}
        return f"/beneficiaries/{street.home.officer.made('/beneficiaries', child)['id']}/reveals"

    child, nearly_grown = path_of(this_year - 9), path_of(this_year - 18)
    for path in (child, nearly_grown):
        assert refused(street.home.officer.post(path, wanted)) == (403, "minor_protected")
    assert street.officer.made(child, wanted)["value"] == f"1380000{this_year - 9}"
    assert street.home.officer.made(path_of(this_year - 19), wanted)["value"] == f"1380000{this_year - 19}"


def test_who_took_the_word_for_the_child_back_sees_no_reading_of_its_data(mother, street):
    guardianship = mother.made("/guardianships", guardianship_form(street, child(8)))["id"]
    ward_id = db.session.scalars(select(Guardianship.ward_person_id)).one()
    wanted = {"field": "id_number", "purpose": "verify_identity", "note": "核对学籍"}
    street.officer.made(f"/people/{ward_id}/reveals", wanted)

    mother.made(f"/guardianships/{guardianship}/withdrawal", {})

    assert mother.seen("/me/reveals")["items"] == []
