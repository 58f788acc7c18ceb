"""Role grants: their term, their end, and the three administrators that exclude one another."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import cycle
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.accounts import service as accounts
from backend.accounts.models import RoleGrant
from backend.accounts.service import AccountTied, LoginNameTaken, PersonHasAccount, RolesExclude, TermOver
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.audit import AuditEntry
from backend.foundation.database import db, transaction
from backend.foundation.errors import Forbidden
from tests.support.people import registered_person, registered_volunteer

EXCLUDING = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
SYSTEM = Actor.system()


def grant(phone, role: Role, *, area_path: str = "639999001", **term) -> UUID:
    with transaction():
        return accounts.grant_role(SYSTEM, UUID(phone.account_id), Grant(role, area_path=area_path, **term), now=clock.now())


def roles(phone) -> list[str]:
    return sorted(role["role"] for role in phone.seen("/me")["roles"])


def test_a_grant_holds_with_the_next_request_and_is_over_with_the_next_one_after_its_end(phone_of, street):
    phone = phone_of("zhang")
    grant(phone, Role.GRID_WORKER)
    assert roles(phone) == ["grid_worker"]

    with transaction():
        held = accounts.withdraw_role(
            SYSTEM, UUID(phone.account_id), Grant(Role.GRID_WORKER, area_path="639999001"), reason="调离", now=clock.now()
        )

    assert held
    assert roles(phone) == []
    withdrawn = db.session.scalars(select(RoleGrant)).one()
    assert (withdrawn.withdrawn_reason, withdrawn.withdrawn_at is not None) == ("调离", True)
    acts = select(AuditEntry.action).where(AuditEntry.subject_id == UUID(phone.account_id)).order_by(AuditEntry.id)
    assert db.session.scalars(acts).all()[-2:] == ["role.grant", "role.withdraw"]


def test_only_the_grant_of_just_this_scope_is_withdrawn(phone_of, street):
    phone = phone_of("zhang")
    grant(phone, Role.GRID_WORKER, area_path="639999001001")

    for other in (Grant(Role.GRID_WORKER, area_path="639999001"), Grant(Role.STREET_OFFICER, area_path="639999001001")):
        with transaction():
            assert not accounts.withdraw_role(SYSTEM, UUID(phone.account_id), other, reason="x", now=clock.now())
    assert roles(phone) == ["grid_worker"]


def test_a_term_runs_out_by_itself_and_what_is_granted_then_is_a_grant_of_its_own(phone_of, street, pass_time):
    phone = phone_of("zhang")
    first = grant(phone, Role.GRID_WORKER, ends_at=clock.now() + timedelta(minutes=10))
    pass_time(minutes=9)
    assert roles(phone) == ["grid_worker"]
    pass_time(minutes=2)
    assert roles(phone) == []

    again = grant(phone, Role.GRID_WORKER, ends_at=clock.now() + timedelta(minutes=3))

    assert again != first
    assert roles(phone) == ["grid_worker"]
    over = db.session.get_one(RoleGrant, first)
    assert (over.withdrawn_at, over.withdrawn_reason) == (over.ends_at, "任期届满")


def test_a_term_that_still_runs_is_prolonged(phone_of, street, pass_time):
    phone = phone_of("zhang")
    first = grant(phone, Role.GRID_WORKER, ends_at=clock.now() + timedelta(minutes=10))

    assert grant(phone, Role.GRID_WORKER, ends_at=clock.now() + timedelta(minutes=30)) == first
    pass_time(minutes=20)
    assert roles(phone) == ["grid_worker"]


@pytest.mark.parametrize("administrators", EXCLUDING)
@pytest.mark.parametrize("office", [Role.GRID_WORKER, Role.COMMUNITY_OFFICER, Role.STREET_OFFICER, Role.DISTRICT_OFFICER])
def test_who_sees_what_residents_entrust_is_none_of_the_three_administrators(phone_of, street, administrators, office):
    for first, second in ((administrators, office), (office, administrators)):
        phone = phone_of()
        grant(phone, first)
        with pytest.raises(RolesExclude):
            grant(phone, second)
        assert roles(phone) == [first.value]


def test_a_term_that_is_over_before_it_begins_is_refused(phone_of, street):
    phone = phone_of("zhang")

    with pytest.raises(TermOver):
        grant(phone, Role.GRID_WORKER, ends_at=clock.now())
    assert roles(phone) == []


def test_a_withdrawn_role_may_be_granted_anew(phone_of, street):
    phone = phone_of("zhang")
    first = grant(phone, Role.GRID_WORKER)
    with transaction():
        accounts.withdraw_role(SYSTEM, UUID(phone.account_id), Grant(Role.GRID_WORKER, area_path="639999001"), reason="x", now=clock.now())

    assert grant(phone, Role.GRID_WORKER) != first
    assert roles(phone) == ["grid_worker"]


@pytest.mark.parametrize("first", EXCLUDING)
@pytest.mark.parametrize("second", EXCLUDING)
def test_the_three_administrators_exclude_one_another(phone_of, street, first, second):
    phone = phone_of("zhang")
    grant(phone, first)

    if first is second:
        grant(phone, second)
    else:
        with pytest.raises(RolesExclude):
            grant(phone, second)
    assert roles(phone) == [first.value]


def test_one_administrator_follows_another_when_the_first_is_over(phone_of, street, pass_time):
    phone = phone_of("zhang")
    grant(phone, Role.SYSTEM_ADMIN, ends_at=clock.now() + timedelta(minutes=5))
    pass_time(minutes=6)

    grant(phone, Role.AUDIT_ADMIN)

    assert roles(phone) == ["audit_admin"]


def test_of_excluding_grants_at_once_one_stands(app, phone_of, street):
    phone, start = phone_of("zhang"), Barrier(6)

    def attempt(role):
        with app.app_context():
            start.wait()
            try:
                grant(phone, role)
            except RolesExclude:
                return "refused"
            return role

    with ThreadPoolExecutor(6) as pool:
        outcomes = Counter(pool.map(attempt, [role for role, _ in zip(cycle(EXCLUDING), range(6), strict=False)]))

    assert outcomes["refused"] == 4
    assert len(roles(phone)) == 1


def test_only_the_platform_makes_one_of_the_three_administrators(app, street):
    with pytest.raises(Forbidden), transaction():
        accounts.create_office_account(
            Actor(account_id=UUID(int=1), grants=(Grant(Role.DISTRICT_OFFICER, area_path="639999"),)),
            name="somebody",
            password="Correct-Horse-7",
            grant=Grant(Role.AUDIT_ADMIN, area_path="639999001"),
            now=clock.now(),
        )


def test_of_two_administrators_with_one_name_at_once_one_is_made(app, street):
    start = Barrier(4)

    def make(_):
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    accounts.create_office_account(
                        SYSTEM,
                        name="the-name",
                        password="Correct-Horse-7",
                        grant=Grant(Role.STREET_OFFICER, area_path="639999001"),
                        now=clock.now(),
                    )
            except LoginNameTaken:
                return "taken"
            return "made"

    with ThreadPoolExecutor(4) as pool:
        assert Counter(pool.map(make, range(4))) == {"made": 1, "taken": 3}


def test_an_account_is_tied_to_one_person_and_a_person_to_one_live_account(phone_of, street):
    zhang, li = registered_person(phone_of, street, "zhang"), registered_person(phone_of, street, "li")
    nobody = phone_of("nobody")

    with pytest.raises(AccountTied), transaction():
        accounts.tie_to_person(UUID(zhang.account_id), UUID(li.person_id), now=clock.now())
    with pytest.raises(PersonHasAccount), transaction():
        accounts.tie_to_person(UUID(nobody.account_id), UUID(li.person_id), now=clock.now())
    assert nobody.seen("/me")["person_id"] is None


def test_roles_go_to_the_live_account_of_a_person(phone_of, street):
    phone = registered_volunteer(phone_of, street)
    leader = Grant(Role.STREET_OFFICER, area_path="639999001")

    with transaction():
        accounts.grant_to_person(SYSTEM, UUID(phone.person_id), leader, now=clock.now())
    assert roles(phone) == ["street_officer", "volunteer"]
    with transaction():
        accounts.withdraw_from_person(SYSTEM, UUID(phone.person_id), leader, reason="x", now=clock.now())
        accounts.grant_to_person(SYSTEM, UUID(int=5), leader, now=clock.now())
    assert roles(phone) == ["volunteer"]
