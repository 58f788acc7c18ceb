"""The squatter: knows names and identity numbers of others, and wants to be them."""

from tests.support.guardians import child, guardianship_form
from tests.support.people import person_form, volunteer_form
from tests.support.phone import Phone


def test_of_persons_who_are_known(villain, street, mother):
    one = villain("squatter of persons")
    resident, ward = street.home.resident, child(12)
    mother.made("/guardianships", guardianship_form(street, ward))
    for number in one.tries(6):
        for card in (resident.card, ward):
            phone = street.phone(f"squatter-{number}")
            wanted = card if number % 2 else card | {"name": "李某人"}
            one.take("a person", phone.post("/people", person_form(street, **wanted)))
            one.take("a volunteer", phone.post("/volunteers", volunteer_form(street, **wanted)))
            if phone.seen("/me")["person"] is not None:
                one.loot.append("is somebody else")

    assert set(one.told) == {"409 identity_at_desk", "409 guardian_needed"}, "one answer for the grown-up, one for every child"
    assert_themselves(resident)


def test_of_histories(villain, street):
    """An application for somebody else's account waits for who sees papers; until then it opens nothing and tells nothing."""
    one, resident = villain("squatter of histories"), street.home.resident
    phone = street.phone("squatter")
    for _ in one.tries(5):
        answer = phone.post("/account-recoveries", resident.card)
        one.tried += 1
        one.told[str(answer.get_json().get("code", answer.status_code))] += 1
        if phone.seen("/me")["person"] is not None:
            one.loot.append("is somebody else")

    assert one.told["201"] == 1, str(one)
    assert_themselves(resident)


def assert_themselves(resident: Phone) -> None:
    assert resident.seen("/me")["person"]["id"] == resident.person_id
