"""Who somebody is: one person for one identity number, which lies sealed."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import func, select

from backend.foundation.database import db
from backend.foundation.sealing import keyring
from backend.people.models import Consent, Person
from backend.volunteers.models import Volunteer
from tests.support.people import registered_person, registered_volunteer, volunteer_form
from tests.support.phone import refused

ADULT = "639999199001010014"


def rows(kind) -> int:
    return db.session.scalar(select(func.count()).select_from(kind))


def test_the_identity_number_lies_sealed_and_is_found_by_its_index(phone_of, street):
    phone_of("zhang").made("/volunteers", volunteer_form(street, id_number=ADULT))

    person = db.session.scalars(select(Person)).one()

    assert ADULT.encode() not in person.id_number_sealed
    assert keyring().unseal(person.id_number_sealed, field="people.id_number", row=person.id) == ADULT
    assert person.id_number_index == keyring().index(ADULT, field="people.id_number")
    assert (person.born_on, person.sex.value) == (date(1990, 1, 1), "male")


def test_a_small_x_at_the_end_is_the_same_number(phone_of, street):
    phone_of("zhang").made("/volunteers", volunteer_form(street, id_number="63999919660318005x"))

    assert refused(phone_of("li").post("/volunteers", volunteer_form(street, id_number="63999919660318005X"))) == (409, "identity_at_desk")


@pytest.mark.parametrize("name", ["阿卜杜·热合曼", "阿卜杜•热合曼", "John Smith", "𠮷野", "欧阳小明"])
def test_names_of_many_kinds_are_names(phone_of, street, name):
    phone = registered_volunteer(phone_of, street, name=name)

    assert phone.seen("/me")["person"]["name"] == name.replace("•", "·")


def test_an_identity_number_stands_for_one_person_and_it_is_not_said_whose(phone_of, street):
    registered_volunteer(phone_of, street, "zhang", name="张三", id_number=ADULT)

    answer = phone_of("li").post("/volunteers", volunteer_form(street, name="李四", id_number=ADULT))

    assert refused(answer) == (409, "identity_at_desk")
    assert "张" not in answer.get_json()["detail"]
    assert (rows(Person), rows(Volunteer)) == (1, 1)


def test_a_stranger_is_told_the_same_whatever_of_it_is_true(phone_of, street):
    """Number and name right, the number alone, and an account that is somebody already: one answer."""
    zhang = registered_volunteer(phone_of, street, "zhang", name="张三", id_number=ADULT)
    forms = [volunteer_form(street, name=name, id_number=ADULT) for name in ("张三", "李四")]
    answers = [phone_of(f"li-{number}").post("/volunteers", form) for number, form in enumerate(forms)]
    answers.append(zhang.post("/volunteers", volunteer_form(street, name="李四", id_number=ADULT)))

    told = [answer.get_json() | {"request_id": ""} for answer in answers]
    assert told[0] == told[1] == told[2]
    assert told[0]["code"] == "identity_at_desk"


def test_of_many_that_bring_one_number_at_once_one_becomes_the_person(phone_of, street):
    phones = [phone_of(f"phone-{i}") for i in range(8)]
    form, start = volunteer_form(street, id_number=ADULT), Barrier(len(phones))

    def register(phone):
        start.wait()
        return phone.post("/volunteers", form)

    with ThreadPoolExecutor(len(phones)) as pool:
        answers = list(pool.map(register, phones))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 7}
    assert {answer.get_json()["code"] for answer in answers if answer.status_code == 409} == {"identity_at_desk"}
    assert (rows(Person), rows(Volunteer)) == (1, 1)


def test_a_person_need_not_be_a_volunteer(phone_of, street):
    phone = registered_person(phone_of, street, "zhang")

    seen = phone.seen("/me")
    assert (seen["person"]["name"], seen["volunteer"], seen["roles"]) == ("王志愿", None, [])
    assert refused(phone.post("/people", volunteer_form(street))) == (409, "person_known")
    assert refused(phone.post("/me/volunteer/leaving", {})) == (409, "not_a_volunteer")
    assert db.session.scalars(select(Consent.notice)).all() == ["identity"]
