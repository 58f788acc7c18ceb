"""Appointing takes two where one's own level appoints, and always the one who is appointed; nobody climbs by their own hand."""

from uuid import UUID

import pytest

from backend.accounts import service as accounts
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db, transaction
from tests.support.beginning import officer_of
from tests.support.demands import give_role
from tests.support.humans import appointed, check_papers
from tests.support.phone import refused

HERE, STREET, DISTRICT = "639999001001", "639999001", "639999"


def office(street, whom, role="community_officer", area="和平社区"):
    return {"role": role, "area_id": street[area], "volunteer_number": whom.volunteer_number, "name": whom.card["name"]}


def roles(phone) -> set[str]:
    return {role["role"] for role in phone.seen("/me")["roles"]} - {"volunteer"}


@pytest.fixture
def whom(street):
    return street.home.member


@pytest.fixture
def colleague(street):
    return street.administrator(Role.COMMUNITY_OFFICER, HERE)


def test_ones_own_level_appoints_with_a_second_holder(street, colleague, whom):
    officer = street.home.officer
    proposed = officer.made("/role-grants", office(street, whom))
    path = f"/role-grants/{proposed['id']}/approval"

    assert proposed["status"] == "to_approve"
    assert refused(whom.post(f"/me/role-grants/{proposed['id']}/acceptance")) == (409, "not_awaited")
    assert refused(officer.post(path)) == (403, "second_needed")
    assert refused(street.home.grid_worker.post(path)) == (404, "not_found")
    approved = colleague.made(path)

    assert (approved["status"], approved["approved_by"]) == ("to_accept", colleague.account_id)
    assert refused(colleague.post(path)) == (409, "not_awaited")
    whom.made(f"/me/role-grants/{proposed['id']}/acceptance")
    assert roles(whom) == {"community_officer"}


@pytest.mark.parametrize(
    ("role", "path", "to", "area"),
    [
        (Role.STREET_OFFICER, STREET, "community_officer", "和平社区"),
        (Role.SECURITY_ADMIN, STREET, "community_officer", "和平社区"),
        (Role.DISTRICT_OFFICER, DISTRICT, "street_officer", "青山街道"),
        (Role.COMMUNITY_OFFICER, HERE, "grid_worker", "和平社区"),
        (Role.COMMUNITY_OFFICER, HERE, "grid_worker", "和平第一网格"),
    ],
)
def test_the_level_above_needs_nobody_but_the_appointed(street, whom, role, path, to, area):
    appointed(street.administrator(role, path), whom, office(street, whom, to, area))
    assert roles(whom) == {to}


@pytest.mark.parametrize(
    ("role", "path", "to", "area"),
    [
        (Role.STREET_OFFICER, STREET, "street_officer", "青山街道"),
        (Role.SECURITY_ADMIN, STREET, "street_officer", "青山街道"),
        (Role.DISTRICT_OFFICER, DISTRICT, "district_officer", "测试区"),
    ],
)
def test_every_own_level_waits_for_a_second(street, whom, role, path, to, area):
    assert street.administrator(role, path).made("/role-grants", office(street, whom, to, area))["status"] == "to_approve"


def test_whom_the_first_appointed_is_no_second(street, whom, colleague):
    """One officer and somebody they brought in are one will; who was there before, or the level above, is a second."""
    officer, other = street.home.officer, street.home.volunteer(name="钱志愿")
    brought_in = officer.made("/role-grants", office(street, other))["id"]
    colleague.made(f"/role-grants/{brought_in}/approval")
    other.made(f"/me/role-grants/{brought_in}/acceptance")
    with transaction():
        check_papers(UUID(other.account_id), HERE)
    path = f"/role-grants/{officer.made('/role-grants', office(street, whom))['id']}/approval"

    assert refused(other.post(path)) == (403, "second_needed")
    assert street.officer.made(path)["status"] == "to_accept"


def test_who_agreed_to_the_second_is_no_first_for_them_either(street, whom, colleague):
    officer, other = street.home.officer, street.home.volunteer(name="钱志愿")
    brought_in = officer.made("/role-grants", office(street, other))["id"]
    colleague.made(f"/role-grants/{brought_in}/approval")
    other.made(f"/me/role-grants/{brought_in}/acceptance")
    with transaction():
        check_papers(UUID(other.account_id), HERE)

    proposed = colleague.made("/role-grants", office(street, whom))["id"]

    assert refused(other.post(f"/role-grants/{proposed}/approval")) == (403, "second_needed")


def test_the_appointed_declines_and_can_be_asked_again(street, whom):
    offered = street.officer.made("/role-grants", office(street, whom))["id"]
    whom.made(f"/me/role-grants/{offered}/refusal")

    assert refused(whom.post(f"/me/role-grants/{offered}/acceptance")) == (409, "role_ended")
    assert street.officer.seen(f"/role-grants/{offered}")["withdrawn_reason"] == "本人未接受"
    appointed(street.officer, whom, office(street, whom))
    assert roles(whom) == {"community_officer"}


def test_nobody_accepts_for_another_and_nobody_what_was_taken_back(street, whom):
    offered = street.officer.made("/role-grants", office(street, whom))["id"]
    for stranger in (street.officer, street.home.volunteer()):
        assert refused(stranger.post(f"/me/role-grants/{offered}/acceptance")) == (404, "not_found")
    street.officer.made(f"/role-grants/{offered}/withdrawal", {"reason": "改由他人担任"})
    assert refused(whom.post(f"/me/role-grants/{offered}/acceptance")) == (409, "role_ended")
    assert roles(whom) == set()


def test_an_offer_takes_nothing_from_its_holder(app, street, whom):
    """A grid worker's grant that nobody asked for would have put the officer of another street above a colleague."""
    officer = officer_of(app, Role.COMMUNITY_OFFICER, street.far.path)
    with transaction():
        give_role(officer, Grant(Role.VOLUNTEER, person_id=UUID(officer.person_id)))
        name = db.session.execute(db.text("SELECT name FROM logins WHERE account_id = :id"), {"id": officer.account_id}).scalar_one()
    street.home.officer.made("/role-grants", {"role": "grid_worker", "area_id": street["和平社区"], "login_name": name})

    assert "initial_password" in street.far_officer.made("/password-resets", {"login_name": name})


def test_an_offer_keeps_nobody_from_becoming_an_administrator(street, whom):
    street.home.officer.made("/role-grants", office(street, whom, "grid_worker"))
    with transaction():
        accounts.grant_role(Actor.system(), UUID(whom.account_id), Grant(Role.AUDIT_ADMIN, area_path=STREET), now=clock.now())
    assert roles(whom) == {"audit_admin"}


def test_nobody_dismisses_within_a_day_who_appointed_them(street, whom, colleague, pass_time):
    officer = street.home.officer
    own = officer.seen("/me/role-grants")["items"][0]["id"]
    offered = officer.made("/role-grants", office(street, whom))["id"]
    colleague.made(f"/role-grants/{offered}/approval")
    whom.made(f"/me/role-grants/{offered}/acceptance")
    with transaction():
        check_papers(UUID(whom.account_id), HERE)

    assert refused(whom.post(f"/role-grants/{own}/withdrawal", {"reason": "调离"})) == (403, "appointed_by_them")
    assert refused(whom.post(f"/role-grants/{own}/term", {"ends_on": str(clock.shanghai_day(clock.now()))})) == (403, "appointed_by_them")
    pass_time(days=1, minutes=1)
    assert whom.made(f"/role-grants/{own}/withdrawal", {"reason": "调离"})["status"] == "ended"


def test_ones_own_level_shortens_a_term_and_the_level_above_prolongs_it(street, whom, colleague):
    office_of = office(street, whom) | {"ends_on": "2099-12-31"}
    grant_id = appointed(street.officer, whom, office_of)["id"]

    assert colleague.made(f"/role-grants/{grant_id}/term", {"ends_on": "2098-12-31"})["status"] == "held"
    for longer in ("2099-01-31", None):
        assert refused(colleague.post(f"/role-grants/{grant_id}/term", {"ends_on": longer})) == (403, "level_above_needed")
    assert street.officer.made(f"/role-grants/{grant_id}/term", {"ends_on": None})["ends_at"] is None
