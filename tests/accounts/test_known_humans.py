"""An office is held by a known human: until somebody above has seen the holder's papers, it looks and decides nothing."""

from uuid import UUID

import pytest

from backend.accounts import policy
from backend.accounts import service as accounts
from backend.accounts.policy import OFFICE_ROLES, Permission, Scope
from backend.accounts.service import OFFICES
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import transaction
from tests.support.demands import demand_form, grant_to
from tests.support.people import identity_number, person_form, registered_person, registered_volunteer
from tests.support.phone import Phone, refused

HOME = "639999001001"
NEW = {"name": "heping.wang", "password": "Correct-Horse-7"}


@pytest.fixture
def appointed(app, street) -> Phone:
    """A new colleague with a log-in by name and password, whose papers nobody has seen."""
    with app.app_context(), transaction():
        grant = Grant(Role.COMMUNITY_OFFICER, area_path=HOME)
        account_id = accounts.create_office_account(Actor.system(), **NEW, grant=grant, now=clock.now())
    return logged_in(app, account_id)


def logged_in(app, account_id) -> Phone:
    answer = app.test_client().post("/api/v1/auth/password", json=NEW).get_json()
    return Phone(app.test_client(), answer["access_token"], str(account_id), refresh_token=answer["refresh_token"])


def office_of(phone: Phone) -> str:
    return phone.seen("/me/role-grants")["items"][0]["id"]


def check(by: Phone, office: str, street, **papers):
    return by.post(f"/role-grants/{office}/identity-check", person_form(street, name="赵同事") | papers)


def test_who_is_unknown_sees_the_work_of_their_office_and_decides_nothing(appointed, street, phone_of):
    resident = registered_person(phone_of, street)
    demand = resident.made("/demands", demand_form(street))
    assert demand["id"] in {line["id"] for line in appointed.seen("/demands/in-care")["items"]}
    assert appointed.seen("/me")["identity_checked"] is False
    for path, body in (
        (f"/demands/{demand['id']}/publication", {"starts_at": "2030-01-01T09:00:00+08:00", "ends_at": "2030-01-01T11:00:00+08:00"}),
        (f"/demands/{demand['id']}/return", {"reason": "请补充"}),
        (f"/people/{resident.person_id}/reveals", {"purpose": "contact", "reason": "联系"}),
        ("/beneficiaries", {}),
    ):
        answer = appointed.post(path, body)
        assert answer.status_code in (403, 404, 422), path
    assert refused(appointed.post(f"/demands/{demand['id']}/return", {"reason": "请补充"})) == (403, "holder_unchecked")


def test_from_the_look_at_their_papers_on_their_office_decides(appointed, street, phone_of):
    demand = registered_person(phone_of, street).made("/demands", demand_form(street))
    shown = check(street.officer, office_of(appointed), street)
    assert (shown.status_code, shown.get_json()["identity_checked"]) == (201, True)
    assert appointed.seen("/me")["identity_checked"] is True
    assert appointed.seen("/me")["person"]["name"] == "赵同事"
    appointed.made(f"/demands/{demand['id']}/return", {"reason": "请补充"})


def test_nobody_checks_themselves_or_an_equal(appointed, street, administrator):
    equal = administrator(Role.COMMUNITY_OFFICER, HOME)
    assert refused(check(equal, office_of(appointed), street)) == (403, "forbidden")
    assert refused(check(appointed, office_of(appointed), street)) == (403, "forbidden")
    (own,) = (line for line in street.officer.seen("/me/role-grants")["items"])
    assert refused(check(street.officer, own["id"], street)) == (403, "forbidden")


def test_who_is_unknown_makes_nobody_known(app, street, appointed):
    above = _unknown(app, street, Role.STREET_OFFICER, "639999001")
    assert refused(check(above, office_of(appointed), street)) == (403, "holder_unchecked")


def _unknown(app, street, role, path) -> Phone:
    phone = street.phone()
    grant_to(phone, Grant(role, area_path=path))
    return phone


def test_papers_of_somebody_with_another_account_tie_nothing(appointed, street, phone_of):
    """One human is one account: who has one in WeChat says yes to the join that the officer above began."""
    resident = registered_volunteer(phone_of, street, name="赵同事")
    assert refused(check(street.officer, office_of(appointed), street, **resident.card)) == (409, "person_has_account")
    assert refused(resident.post("/auth/merge/password", NEW)) == (403, "holder_of_office")
    form = {"login_name": NEW["name"], "volunteer_number": resident.volunteer_number, "name": "赵同事", "reason": "同一人"}
    waiting = street.officer.made("/account-merges", form)["recovery_id"]
    resident.made(f"/account-recoveries/{waiting}/approval")
    (grant,) = (grant for grant in resident.seen("/me/role-grants")["items"] if grant["role"] == "community_officer")
    assert check(street.officer, grant["id"], street, **resident.card).status_code == 201
    assert resident.seen("/me")["identity_checked"] is True


def test_other_papers_than_the_holders_are_refused(appointed, street):
    number = identity_number()
    assert check(street.officer, office_of(appointed), street, id_number=number).status_code == 201
    assert refused(check(street.officer, office_of(appointed), street)) == (409, "identity_differs")
    assert refused(check(street.officer, office_of(appointed), street, id_number=number, name="钱同事")) == (409, "identity_differs")


def test_an_office_that_is_over_is_not_checked(appointed, street):
    office = office_of(appointed)
    street.officer.made(f"/role-grants/{office}/withdrawal", {"reason": "调离"})
    assert refused(check(street.officer, office, street)) == (409, "role_ended")


def test_a_checked_account_that_is_dissolved_leaves_its_papers_to_the_one_that_takes_over(app, appointed, street, phone_of):
    check(street.officer, office_of(appointed), street)
    newcomer = phone_of()
    with transaction():
        ids = UUID(newcomer.account_id), UUID(appointed.account_id)
        accounts.merge_accounts(Actor.system(), *ids, reason="同一人", now=clock.now())
    assert logged_in(app, appointed.account_id).seen("/me")["identity_checked"] is True


def test_the_offices_are_those_that_somebody_is_appointed_to():
    assert OFFICES.keys() == OFFICE_ROLES


@pytest.mark.parametrize("role", sorted(OFFICE_ROLES), ids=lambda role: role.value)
def test_each_office_in_unknown_hands_permits_looking_only(role):
    grant = Grant(role, area_path="639999")
    unknown, known = Actor(UUID(int=1), grants=(grant,)), Actor(UUID(int=1), grants=(grant,), is_checked=True)
    scope = Scope(area_path=HOME)
    of_everybody = Actor(UUID(int=1))
    for permission in Permission:
        looking = policy.allows(known, permission, scope) and not permission.decides
        assert policy.allows(unknown, permission, scope) == (looking or policy.allows(of_everybody, permission, scope)), permission
