"""The inverse question to policy: who holds a scope, with a permission. The rules are those of permissions.py; `policy.allows` agrees."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Text,
    Uuid,
    and_,
    any_,
    column,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.sql.selectable import TableValuedAlias

from backend.accounts.models import Account, AccountStatus, RoleGrant
from backend.accounts.permissions import Reach
from backend.accounts.policy import COMMUNITY_DIGITS, OFFICE_ROLES, Permission, Scope
from backend.foundation.actor import Role
from backend.foundation.database import one_of

Instant = datetime | ColumnElement[datetime]

_DIGITS_OF_LEVELS = (6, 9, 12, 15)
_BEHIND_DIGITS = ":"  # the next character after 9

MOST_SCOPES = 1000
"""In one question."""

_BY_ID = {
    Reach.TEAM: "team_id",
    Reach.ORGANISATION: "organisation_id",
    Reach.WORK_UNIT: "work_unit_id",
    Reach.PERSON: "person_id",
}
"""Reaches by which a grant and a scope name the same thing."""


def holders(permission: Permission, scopes: Sequence[Scope], *, now: Instant) -> Select[int, UUID]:
    """Who may: rows of `place` (of the scope in the list, from 1) and `account_id`, each once. One statement, which the caller bounds.

    Of live accounts, by grants whose term runs. Raises ValueError where everybody may, which nobody can list, and for too many scopes.
    """
    if len(scopes) > MOST_SCOPES:
        raise ValueError(f"at most {MOST_SCOPES} scopes in one question")
    held = _holding(permission, _asked(scopes), now)
    return select(held.c.place, held.c.account_id).distinct()


def holders_among(permission: Permission, asked: FromClause, *, now: Instant) -> Select[int, UUID]:
    """As `holders`, of scopes that another query finds: rows of `place` and of the columns of a `Scope`."""
    held = _holding(permission, asked, now)
    return select(held.c.place, held.c.account_id).distinct()


def nearest_holders(permission: Permission, asked: FromClause, *, at_most: int, now: Instant) -> Select[int, UUID]:
    """Of the holders by area those of the narrowest one that has any, at most so many for each place: who is in charge there, and the
    level above only where nobody is."""
    held = _holding(permission, asked, now)
    narrowest = held.c.digits.desc()
    ranked = select(
        held.c.place,
        held.c.account_id,
        func.rank().over(partition_by=held.c.place, order_by=narrowest).label("rank"),
        func.row_number().over(partition_by=held.c.place, order_by=(narrowest, held.c.account_id)).label("number"),
    ).subquery("ranked")
    return select(ranked.c.place, ranked.c.account_id).where(ranked.c.rank == 1, ranked.c.number <= at_most)


def _holding(permission: Permission, asked: FromClause, now: Instant) -> Subquery:
    """Rows of `place`, `account_id`, and by how many `digits` the grant's area was named."""
    if permission.rule.get(Role.RESIDENT) is Reach.ANYWHERE:
        raise ValueError(f"everybody may {permission}")
    roles: dict[Reach, list[Role]] = defaultdict(list)
    for role, reach in permission.rule.items():
        roles[reach].append(role)
    # An office decides in the hands of a known human only, as policy says.
    in_force = or_(Account.checked_at.is_not(None), not_(one_of(RoleGrant.role, sorted(OFFICE_ROLES)))) if permission.decides else true()
    ways = [_nobody(), *(_held(reach, roles[reach], asked, in_force, now) for reach in roles)]
    return union(*ways).subquery("held")


def _asked(scopes: Sequence[Scope]) -> TableValuedAlias:
    """The scopes as rows: the statement is the same for one and for many."""
    paths = literal([scope.area_path for scope in scopes], ARRAY(Text))
    ids = {name: literal([getattr(scope, name) for scope in scopes], ARRAY(Uuid)) for name in _BY_ID.values()}
    columns = column("area_path", Text), *(column(name, Uuid) for name in ids)
    return func.unnest(paths, *ids.values()).table_valued(*columns, with_ordinality="place", name="asked").render_derived()


def _nobody() -> Select[int, UUID, int]:
    return select(literal(0).label("place"), Account.id.label("account_id"), literal(0).label("digits")).where(false())


def _held(reach: Reach, roles: Sequence[Role], asked: FromClause, in_force: ColumnElement[bool], now: Instant) -> Select[int, UUID, int]:
    """Who holds the scopes by roles that reach so far."""
    implied = reach is Reach.OWN and Role.RESIDENT in roles  # there is no grant to look for
    digits = literal(0) if implied else func.coalesce(func.length(RoleGrant.area_path), 0)
    rows = select(asked.c.place, Account.id.label("account_id"), digits.label("digits")).where(Account.status == AccountStatus.ACTIVE)
    own = Account.person_id == asked.c.person_id
    if implied:
        return rows.join_from(asked, Account, own)
    return (
        rows.join_from(asked, RoleGrant, true() if reach is Reach.OWN else _meets(reach, asked.c))
        .join(Account, and_(Account.id == RoleGrant.account_id, own if reach is Reach.OWN else true()))
        .where(
            one_of(RoleGrant.role, roles),
            in_force,
            RoleGrant.is_unended(now),
            RoleGrant.waits_for.is_(None),
            RoleGrant.starts_at <= now,
        )
    )


def _meets(reach: Reach, scope: Any) -> ColumnElement[bool]:
    """How a grant's row meets a scope's row: by equalities and ranges, which the indexes of the grants answer."""
    if reach is Reach.ANYWHERE:
        return true()
    if reach in _BY_ID:
        name = _BY_ID[reach]
        met: ColumnElement[bool] = getattr(RoleGrant, name) == scope[name]
        return met
    above = RoleGrant.area_path == any_(array([func.left(scope.area_path, digits) for digits in _DIGITS_OF_LEVELS]))
    if reach is Reach.AREA:
        return above
    community = func.left(scope.area_path, COMMUNITY_DIGITS)
    within = and_(
        func.length(community) == COMMUNITY_DIGITS,
        RoleGrant.area_path >= community,
        RoleGrant.area_path < func.concat(community, _BEHIND_DIGITS),
    )
    return or_(above, within)
