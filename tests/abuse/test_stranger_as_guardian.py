"""The stranger as guardian: knows a child's name and number, and wants a say."""

from tests.support.guardians import born, child, guardianship_form
from tests.support.people import identity_number, registered_person


def test_of_a_child_that_is_known(villain, street, phone_of, mother):
    one, ward = villain("stranger as guardian"), child(12)
    held = mother.made("/guardianships", guardianship_form(street, ward))["id"]
    stranger = registered_person(phone_of, street, "stranger", name="钱路人", id_number=identity_number(born(40)))

    for relation in ("father", "mother", "other"):
        for named in (ward, ward | {"name": "张大大"}):
            one.take("a say", stranger.post("/guardianships", guardianship_form(street, named, relation=relation)))
    one.take("the mother's word", stranger.post(f"/guardianships/{held}/withdrawal", {}))
    one.take("the mother's word", stranger.post(f"/guardianships/{held}/renewal", {"notice_version": "2026-12-01"}))
    if stranger.seen("/me/wards")["items"]:
        one.loot.append("sees the child")

    assert {code for code in one.told if code.startswith("409")} == {"409 guardian_at_desk"}, "the name tells nothing"
    assert [line["id"] for line in mother.seen("/me/wards")["items"]] == [held]


def test_a_strangers_word_given_first_ends_no_other(villain, street, phone_of, mother):
    """Nobody knew the child yet. The mother goes to the desk, and from then on her word stands whatever the stranger takes back."""
    one, ward = villain("stranger who was first"), child(9)
    stranger = registered_person(phone_of, street, "stranger", name="钱路人", id_number=identity_number(born(40)))
    first = stranger.made("/guardianships", guardianship_form(street, ward, relation="father"))["id"]
    at_desk = guardianship_form(street, ward, guardian=mother.card)
    street.home.officer.made("/guardianships", at_desk)

    stranger.made(f"/guardianships/{first}/withdrawal", {})
    one.tried += 1
    if not [line for line in mother.seen("/me/wards")["items"] if line["ended_on"] is None]:
        one.loot.append("the child is out")
