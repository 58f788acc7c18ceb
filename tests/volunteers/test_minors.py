"""Minors register by the word of a guardian, and lead nobody."""

from uuid import UUID

import pytest

from backend.accounts import service as accounts
from backend.accounts import tokens
from backend.foundation import clock
from backend.people.service import Channel
from backend.recoveries import service as recoveries
from backend.volunteers import service as volunteers
from tests.support.guardians import born, child, guardianship_form
from tests.support.locks import meanwhile
from tests.support.organisations import organisation_plan
from tests.support.people import identity_number, registered_volunteer, registration_form, volunteer_form
from tests.support.phone import Phone, refused
from tests.support.recoveries import seen


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
    assert refused(phone_of("thief").post("/volunteers", volunteer_form(street, **ward))) == (409, "identity_at_desk")


def test_minors_lead_no_team(mother, street, phone_of):
    ward, phone = child(16), phone_of("child")
    mother.made("/guardianships", guardianship_form(street, ward))
    phone.made("/volunteers", volunteer_form(street, **ward))
    plan = {"name": "少年队", "category": "public_welfare", "charter": "帮助邻里", "community_id": street["和平社区"]}
    assert refused(phone.post("/teams", plan)) == (403, "adult_needed")


def test_minors_act_for_no_organisation_and_are_no_party_members(mother, street, phone_of):
    ward, phone = child(16), phone_of("child")
    mother.made("/guardianships", guardianship_form(street, ward))
    number = phone.made("/volunteers", volunteer_form(street, **ward))["number"]
    add = f"/organisations/{street.home.organisation_id}/staff"

    assert refused(phone.post("/organisations", organisation_plan(community_id=street["和平社区"]))) == (403, "adult_needed")
    assert refused(street.home.head.post(add, {"volunteer_number": number, "name": ward["name"]})) == (403, "adult_needed")
    assert refused(phone.post("/registrations", registration_form(street, street.home.unit_id))) == (403, "adult_needed")


def test_who_is_eighteen_today_is_an_adult(street):
    """In the middle of their birthday, when reckoning by years alone would still wait."""
    of_age = street.home.volunteer(id_number=identity_number(born(18)))

    assert of_age.post("/organisations", organisation_plan(community_id=street["和平社区"])).status_code == 201
    assert of_age.post("/registrations", registration_form(street, street.home.unit_id)).status_code == 201


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


@pytest.fixture
def ward(mother, street):
    """The card of a minor whom the mother put on record, and who has no account yet."""
    card = child(15)
    mother.made("/guardianships", guardianship_form(street, card))
    return card


def actor_of(phone: Phone):
    claims = tokens.maker().read_access_token(phone.access_token, now=clock.now())
    return accounts.actor_of(claims, now=clock.now())


def register(phone: Phone, form) -> None:
    """As the route does, without the commit."""
    of_the_form = {"name": form["name"], "id_number": form["id_number"], "notice_version": form["notice_version"]}
    where = {"area_id": UUID(form["community_id"]), "phone": None, "channel": Channel.MINI_PROGRAM}
    volunteers.register_volunteer(actor_of(phone), **of_the_form, **where, now=clock.now())


def test_of_two_accounts_that_come_as_one_ward_at_once_one_is_refused(ward, street, phone_of):
    one, other, form = phone_of("one"), phone_of("other"), volunteer_form(street, **ward)

    late = meanwhile(lambda: register(one, form), lambda: other.post("/volunteers", form))

    assert refused(late) == (409, "identity_at_desk")


def test_a_ward_who_registers_while_the_community_gives_another_account_to_them_is_refused(ward, street, phone_of, officer):
    other, form = phone_of("other"), volunteer_form(street, **ward)
    recovery_id = phone_of("new").made("/account-recoveries", ward)["id"]
    officer.made(f"/account-recoveries/{recovery_id}/confirmation", seen(recovery_id))
    second = street.officer

    def approve() -> None:
        recoveries.approve_recovery(actor_of(second), UUID(recovery_id), now=clock.now())

    late = meanwhile(approve, lambda: other.post("/volunteers", form))

    assert refused(late) == (409, "identity_at_desk")


def test_the_community_gives_the_account_that_a_ward_has_just_registered(ward, street, phone_of, officer):
    other, form = phone_of("other"), volunteer_form(street, **ward)
    recovery_id = phone_of("new").made("/account-recoveries", ward)["id"]
    officer.made(f"/account-recoveries/{recovery_id}/confirmation", seen(recovery_id))
    second = street.officer

    late = meanwhile(lambda: register(other, form), lambda: second.post(f"/account-recoveries/{recovery_id}/approval"))

    assert late.status_code == 200
    assert phone_of("new").seen("/me")["account_id"] == other.account_id
