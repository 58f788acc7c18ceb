"""One reading of who somebody is, wherever name and number are typed; and of one character, that it was meant."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select, update

from backend.demands.models import Beneficiary
from backend.foundation import clock
from backend.foundation.database import db, transaction
from backend.foundation.identifiers import identity_check_digit
from backend.people.models import Person
from tasks.housekeeping import read_old_names
from tests.support.attendance import open_shift
from tests.support.demands import GRANDMOTHER
from tests.support.guardians import born
from tests.support.people import identity_number, person_form, volunteer_form
from tests.support.phone import refused

NUMBER = "63999919660318005X"
AS_TYPED = (" 63999919660318005x ", "639999 19660318 005X", "６３９９９９１９６６０３１８００５Ｘ")


def person(phone) -> Person:
    db.session.rollback()
    return db.session.get_one(Person, UUID(phone.person_id))


def foreign_number(born_on: date) -> str:
    """Of a foreigner with permanent residence: 9, the province, the number of the country, and what a citizen's says, too."""
    first_17 = f"963840{born_on:%Y%m%d}102"
    return first_17 + identity_check_digit(first_17)


def test_somebody_is_found_again_however_they_are_typed(street, phone_of):
    wang, again, there = street.home.volunteer("wang", name="王　明", id_number=AS_TYPED[2]), phone_of("wang"), street["团结社区"]
    assert wang.seen("/me")["person"]["name"] == "王明"
    wang.made("/me/volunteer/leaving", {})
    for name, number in zip(("王 明", "王明", "\u3000王　明"), AS_TYPED, strict=True):
        made = again.made("/volunteers", volunteer_form(street, name=name, id_number=number))
        again.made("/me/volunteer/leaving", {})
    assert made["person"]["id"] == wang.person_id
    gulimire = street.home.volunteer("gulimire", name="古丽米热•艾比布力")
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in gulimire.volunteer_number.lower())
    whose = {"volunteer_number": f" {wide} ", "name": "古丽米热 ･ 艾比布力", "community_id": there}
    assert street.next.officer.made("/volunteers/moves", whose)["number"] == gulimire.volunteer_number
    other = {"volunteer_number": gulimire.volunteer_number, "name": "古丽米热", "community_id": street["团结社区"]}
    assert refused(street.next.officer.post("/volunteers/moves", other)) == (422, "volunteer_unknown")
    # And where an officer adds a record by word, and where somebody with a new WeChat asks for what was theirs.
    _, shift = open_shift(there, starts_in=timedelta(hours=-1))
    ago = [(clock.now() - timedelta(minutes=minutes)).isoformat() for minutes in (50, 10)]
    word = {"started_at": ago[0], "ended_at": ago[1], "reason": "忘了签到。", "name": "古丽米热．艾比布力", "volunteer_number": f" {wide} "}
    assert refused(street.next.officer.post(f"/shifts/{shift}/records", word)) == (403, "not_entitled"), "known, and without a place"
    recovery = street.phone().made("/account-recoveries", {"name": "王 \u3000明", "id_number": AS_TYPED[1]})
    waiting = street.home.officer.seen("/account-recoveries", community_id=street["和平社区"])["items"]
    assert [(line["id"], line["person"]["name"]) for line in waiting] == [(recovery["id"], "王*")]


def test_a_name_of_one_character_is_asked_about_for_whomever_it_is(street, phone_of):
    phone, form = phone_of("dan"), person_form(street, name=" 丹 ", id_number=NUMBER)
    asked = ["姓名只有一个字，请核对；确实如此的，请确认"]
    answer = phone.post("/people", form)
    assert (refused(answer), answer.get_json()["errors"]) == ((422, "invalid"), {"name_confirmed": asked})
    phone.made("/people", form | {"name_confirmed": True})
    assert phone.seen("/me")["person"]["name"] == "丹"
    elder = GRANDMOTHER | {"name": "丹", "area_id": street["和平社区"]}
    answer = street.home.officer.post("/beneficiaries", elder)
    assert (refused(answer), answer.get_json()["errors"]) == ((422, "invalid"), {"name_confirmed": asked})
    assert street.home.officer.post("/beneficiaries", elder | {"name_confirmed": True}).status_code == 201
    assert refused(street.home.officer.post("/beneficiaries", elder | {"name": "王\u3006"})) == (422, "name_invalid")


def test_a_foreigner_with_permanent_residence_has_a_number_of_their_own_kind(street, phone_of):
    phone = street.home.person("smith", name="SMITH JOHN", id_number=foreign_number(date(1990, 1, 1)))
    assert (person(phone).born_on, person(phone).sex.value) == (date(1990, 1, 1), "female")
    child = person_form(street, name="SMITH ANN", id_number=foreign_number(born(10)))
    assert refused(phone_of("ann").post("/people", child)) == (409, "guardian_needed")
    nowhere = person_form(street, id_number="999" + identity_number()[3:])
    assert refused(phone_of("nobody").post("/people", nowhere)) == (422, "id_number_invalid")


def test_names_kept_before_they_were_read_are_read_by_night_and_are_theirs_before_that(street, phone_of):
    wang = street.home.volunteer("wang", name="王明", id_number=NUMBER)
    odd = street.home.person(name="李奇")
    elder = street.home.officer.made("/beneficiaries", GRANDMOTHER | {"area_id": street["和平社区"]})["id"]
    with transaction():
        db.session.execute(update(Person).where(Person.id == UUID(wang.person_id)).values(name="王\u3000明"))
        db.session.execute(update(Person).where(Person.id == UUID(odd.person_id)).values(name="王\ue863"))
        db.session.execute(update(Beneficiary).where(Beneficiary.id == UUID(elder)).values(name="古丽•王"))
    wang.made("/me/volunteer/leaving", {})
    wang.made("/volunteers", volunteer_form(street, name="王明", id_number=NUMBER))

    read_old_names()

    assert (person(wang).name, person(odd).name) == ("王明", "王\ue863")
    assert db.session.scalars(select(Beneficiary.name)).all() == ["古丽·王"]
