"""Who holds a scope: whom `holders` lists are just those whom `allows` lets pass, for every role, every reach and every scope."""

from collections import defaultdict
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from backend.accounts import policy
from backend.accounts.holders import MOST_SCOPES, holders
from backend.accounts.models import Account, AccountStatus, RoleGrant
from backend.accounts.permissions import Permission, Reach
from backend.accounts.policy import Scope
from backend.areas.models import Area
from backend.foundation import clock
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db
from backend.foundation.ids import new_id
from tests.support.demands import organisation_of, team_led_by
from tests.support.people import registered_person, work_unit
from tests.support.served import make_person

DISTRICT, STREET, COMMUNITY, GRID, OTHER_GRID = "639999", "639999001", "639999001001", "639999001001001", "639999001001002"
PATHS = (DISTRICT, STREET, COMMUNITY, GRID, OTHER_GRID, "639998", "639999002", "639999001002", "639999001002001")
ENUMERABLE = [permission for permission in Permission if permission.rule.get(Role.RESIDENT) is not Reach.ANYWHERE]


@pytest.fixture
def now(app, street):
    return clock.now()


@pytest.fixture
def places(phone_of, street, administrator):
    """Scopes of each kind, twice, and some that lie in several."""
    phones = [registered_person(phone_of, street) for _ in range(2)]
    officer = administrator(Role.COMMUNITY_OFFICER, COMMUNITY)
    units = (work_unit(officer, f"测试单位{number}") for number in (1, 2))
    named = [
        [Scope(team_id=UUID(team_led_by(phone, street))) for phone in phones],
        [Scope(organisation_id=UUID(organisation_of(phone, street))) for phone in phones],
        [Scope(work_unit_id=UUID(str(unit))) for unit in units],
        [Scope(person_id=UUID(phone.person_id)) for phone in phones],
    ]
    single = [Scope(area_path=path) for path in PATHS] + [scope for pair in named for scope in pair]
    (team, _), (organisation, _), (unit, _), (person, _) = named
    several = Scope(COMMUNITY, team.team_id, organisation.organisation_id, unit.work_unit_id, person.person_id)
    return [*single, several, Scope(GRID, person_id=person.person_id), Scope()]


@pytest.fixture
def actors(places, now):
    """Everybody, and among them an account for each role in each of the scopes that a grant may have."""
    for role in Role:
        for scope in places:
            grant = Grant(role, scope.area_path, None, scope.organisation_id, scope.work_unit_id, scope.team_id, scope.person_id)
            if role is not Role.RESIDENT and sum(value is not None for value in scope_of(grant).values()) == 1:
                granted(grant, starts_at=now)
                granted(grant, starts_at=now, is_checked=False)
    db.session.flush()
    held = defaultdict(list)
    for row in db.session.scalars(select(RoleGrant)):
        held[row.account_id].append(Grant(row.role, **scope_of(row)))
    accounts = db.session.execute(select(Account.id, Account.person_id, Account.checked_at).where(Account.status == AccountStatus.ACTIVE))
    return [
        Actor(account_id, person_id, tuple(held[account_id]), is_checked=checked_at is not None)
        for account_id, person_id, checked_at in accounts
    ]


def scope_of(grant: Grant | RoleGrant) -> dict[str, Any]:
    return {name: getattr(grant, name) for name in ("area_path", "organisation_id", "work_unit_id", "team_id", "person_id")}


def granted(grant: Grant, *, starts_at, status=AccountStatus.ACTIVE, is_checked=True, **term) -> Actor:
    account_id = new_id()
    account = Account(id=account_id, status=status, created_at=starts_at)
    if is_checked:
        account.person_id, account.checked_at = make_person(db.session.scalars(select(Area).limit(1)).one()).id, starts_at
    db.session.add(account)
    db.session.flush()
    db.session.add(RoleGrant(account_id=account_id, role=grant.role, starts_at=starts_at, granted_at=starts_at, **scope_of(grant), **term))
    return Actor(account_id, account.person_id, grants=(grant,), is_checked=is_checked)


def listed(permission, scopes, now):
    return {tuple(row) for row in db.session.execute(holders(permission, scopes, now=now))}


def allowed(permission, scopes, actors):
    return {
        (place, actor.account_id) for place, scope in enumerate(scopes, 1) for actor in actors if policy.allows(actor, permission, scope)
    }


def test_each_permission_lists_whom_it_lets_pass(places, actors, now):
    for permission in ENUMERABLE:
        assert listed(permission, places, now) == allowed(permission, places, actors), permission


def test_each_role_in_each_reach_lists_whom_it_lets_pass(places, actors, now, monkeypatch):
    for role in Role:
        for reach in Reach:
            if (role, reach) != (Role.RESIDENT, Reach.ANYWHERE):
                monkeypatch.setattr(Permission.SHIFT_SIGN, "rule", {role: reach})
                assert listed(Permission.SHIFT_SIGN, places, now) == allowed(Permission.SHIFT_SIGN, places, actors), (role, reach)


def test_nobody_holds_what_only_the_platform_does(places, actors, now):
    assert listed(Permission.KEYS_ROTATE, places, now) == set()


def test_only_a_live_account_holds_and_only_while_the_term_runs(now):
    officer, day = Grant(Role.COMMUNITY_OFFICER, area_path="639997001001"), timedelta(days=1)
    holding = granted(officer, starts_at=now, ends_at=now + day)
    granted(officer, starts_at=now - day, ends_at=now)
    granted(officer, starts_at=now + day)
    granted(officer, starts_at=now - day, withdrawn_at=now, withdrawn_reason="调离")
    granted(officer, starts_at=now, status=AccountStatus.CLOSED)

    assert listed(Permission.DEMAND_REVIEW, [Scope(area_path="639997001001")], now) == {(1, holding.account_id)}


def test_who_holds_a_scope_twice_is_listed_once(now):
    street = granted(Grant(Role.STREET_OFFICER, area_path="639997001"), starts_at=now)
    db.session.add(
        RoleGrant(account_id=street.account_id, role=Role.COMMUNITY_OFFICER, area_path="639997001001", starts_at=now, granted_at=now)
    )

    found = db.session.execute(holders(Permission.DEMAND_REVIEW, [Scope(area_path="639997001001")], now=now)).all()

    assert [tuple(row) for row in found] == [(1, street.account_id)]


def test_what_everybody_may_is_not_listed(now):
    for permission in set(Permission) - set(ENUMERABLE):
        with pytest.raises(ValueError, match="everybody may"):
            holders(permission, [Scope()], now=now)


def test_a_question_is_bounded(now):
    with pytest.raises(ValueError, match=f"at most {MOST_SCOPES}"):
        holders(Permission.DEMAND_REVIEW, [Scope()] * (MOST_SCOPES + 1), now=now)


@pytest.mark.parametrize(
    ("permission", "index"),
    [
        (Permission.DEMAND_REVIEW, "ix_role_grants_held_in_area"),
        (Permission.PROXY_GRANT, "ix_role_grants_held_in_area"),
        (Permission.TEAM_LEAD, "ix_role_grants_team_id"),
        (Permission.STAFF_SEE, "ix_role_grants_organisation_id"),
        (Permission.PLACE_CLAIM, "ix_role_grants_work_unit_id"),
        (Permission.RECORD_SEE, "ix_role_grants_person_id"),
        (Permission.POINTS_SEE, "uq_accounts_live_person"),
    ],
)
def test_holders_are_found_by_an_index(permission, index, now):
    statement = holders(permission, [Scope(COMMUNITY, new_id(), new_id(), new_id(), new_id())], now=now)
    asked = statement.compile(db.engine)
    many_grants_of_each_kind()

    plan = db.session.connection().exec_driver_sql(f"EXPLAIN {asked}", asked.params).scalars().all()

    assert index in "\n".join(plan)
    assert "Seq Scan on role_grants" not in "\n".join(plan)


def many_grants_of_each_kind() -> None:
    """Rows of scopes that nobody has, until the transaction ends: on empty tables the planner takes one index for as good as another."""
    db.session.execute(text("SET LOCAL session_replication_role = replica"))  # the keys that ask for a person or a team rest meanwhile
    scopes = dict.fromkeys(("team_id", "organisation_id", "work_unit_id", "person_id"), "gen_random_uuid()")
    for column, value in (scopes | {"area_path": "lpad(n::text, 15, '7')"}).items():
        granted = f"""INSERT INTO role_grants (id, account_id, role, {column}, starts_at, granted_at)
            SELECT gen_random_uuid(), gen_random_uuid(), 'team_leader', {value}, now(), now() FROM generate_series(1, 2000) n"""  # noqa: S608
        db.session.execute(text(granted))
    known = """INSERT INTO accounts (id, status, created_at, person_id)
        SELECT gen_random_uuid(), 'active', now(), gen_random_uuid() FROM generate_series(1, 2000)"""
    db.session.execute(text(known))
    db.session.execute(text("ANALYZE role_grants, accounts"))
