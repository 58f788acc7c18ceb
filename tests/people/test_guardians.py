"""Who may give their word for a minor, and for whom."""

import pytest
from sqlalchemy import select

from backend.foundation.database import db
from backend.people.models import Guardianship, Person
from tests.support.guardians import born, child, guardianship_form
from tests.support.people import identity_number, volunteer_form
from tests.support.phone import refused


def test_at_the_desk_an_officer_takes_the_guardians_word_down(street, phone_of):
    officer, ward = street.home.officer, child(15)
    guardian = {"name": "李妈妈", "id_number": identity_number(born(40))}
    officer.made("/guardianships", guardianship_form(street, ward, guardian=guardian))
    phone_of("child").made("/volunteers", volunteer_form(street, **ward))
    held = db.session.scalars(select(Guardianship)).one()
    assert (held.channel, held.relation.value) == ("desk", "mother")
    elsewhere = street.next.officer
    assert refused(elsewhere.post("/guardianships", guardianship_form(street, child(15), guardian=guardian))) == (403, "forbidden")


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
    assert refused(mother.post("/guardianships", guardianship_form(street, child(age)) | changed)) == (status, code)
    assert mother.seen("/me/wards")["items"] == []
    assert db.session.scalars(select(Person.name)).all() == ["李妈妈"]


def test_the_youngest_are_registered_from_their_sixth_birthday_on(mother, street):
    mother.made("/guardianships", guardianship_form(street, child(6)))
    assert len(mother.seen("/me/wards")["items"]) == 1


def test_nobody_is_guardian_who_is_a_minor_or_has_not_said_who_they_are(mother, street, phone_of):
    ward, phone = child(16, "张大大"), phone_of("brother")
    mother.made("/guardianships", guardianship_form(street, ward))
    phone.made("/volunteers", volunteer_form(street, **ward))
    assert refused(phone.post("/guardianships", guardianship_form(street, child(12)))) == (422, "guardian_not_adult")
    assert refused(phone_of().post("/guardianships", guardianship_form(street, child(12)))) == (403, "person_needed")
    assert refused(mother.post("/guardianships", guardianship_form(street, ward))) == (409, "guardianship_known")
