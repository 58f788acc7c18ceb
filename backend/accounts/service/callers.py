"""Who calls: whom a token or a cookie speaks for, and how far its log-in has come."""

from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, Interval, and_, bindparam, func, select, update

from backend.accounts import limits, tokens
from backend.accounts.models import Account, AccountStatus, HeldBy, RoleGrant, TokenFamily
from backend.accounts.tokens import AccessClaims, TokenInvalid
from backend.foundation.actor import Actor, Grant
from backend.foundation.database import run, run_at_commit, run_beside
from backend.foundation.errors import Forbidden
from backend.foundation.statements import Change, Prepared

USE_NOTED_EACH = timedelta(minutes=1)


class Stage(IntEnum):
    """How far a log-in has come."""

    INITIAL = 0
    """By a password that somebody else gave."""
    SINGLE = 1
    """By a password alone, where the office asks for a second factor."""
    WHOLE = 2


class PasswordChangeNeeded(Forbidden):
    """Logged in by a password that somebody else gave; until it is changed nothing else is open."""

    code: ClassVar[str] = "password_change_needed"
    detail = "请先修改初始密码"


class SecondFactorUnset(Forbidden):
    """The office asks for a second factor, and the log-in was by a password alone; until one is set up nothing else is open."""

    code: ClassVar[str] = "second_factor_unset"
    detail = "您的职务要求两步验证，请先设置后再办理"


_OF_GRANT = (
    RoleGrant.role,
    RoleGrant.area_path,
    RoleGrant.party_organisation_id,
    RoleGrant.organisation_id,
    RoleGrant.work_unit_id,
    RoleGrant.team_id,
    RoleGrant.person_id.label("of_person_id"),
    RoleGrant.ends_at,
)
_IN_FORCE = and_(
    RoleGrant.account_id == Account.id,
    RoleGrant.withdrawn_at.is_(None),
    RoleGrant.waits_for.is_(None),
    RoleGrant.starts_at <= bindparam("now"),
    RoleGrant.runs_beyond(bindparam("now")),
)
_CALLER = Prepared(
    select(
        Account.person_id,
        Account.checked_at,
        TokenFamily.password_change_needed,
        TokenFamily.password_only,
        TokenFamily.rotated_at,
        *_OF_GRANT,
    )
    .join(TokenFamily, TokenFamily.account_id == Account.id)
    .outerjoin(RoleGrant, _IN_FORCE)
    .where(
        Account.id == bindparam("of_account"),
        Account.status == AccountStatus.ACTIVE,
        TokenFamily.id == bindparam("of_family"),
        TokenFamily.held_by == bindparam("holder"),
        TokenFamily.ended_at.is_(None),
        TokenFamily.expires_at > bindparam("now"),
    )
)
_ASKER = Prepared(
    select(Account.person_id, Account.checked_at, *_OF_GRANT)
    .outerjoin(RoleGrant, _IN_FORCE)
    .where(Account.id == bindparam("of_account"), Account.status == AccountStatus.ACTIVE)
)
_USE = Prepared(
    update(TokenFamily)
    .where(
        TokenFamily.id == bindparam("of_family"),
        TokenFamily.rotated_at <= bindparam("noted_until"),
        TokenFamily.ended_at.is_(None),
        TokenFamily.expires_at > bindparam("now"),
    )
    .values(
        rotated_at=bindparam("now"),
        expires_at=func.least(
            bindparam("rested_out", type_=DateTime(timezone=True)), TokenFamily.created_at + bindparam("longest", type_=Interval)
        ),
    )
)


def actor_of(claims: AccessClaims, *, now: datetime, at_least: Stage = Stage.WHOLE, is_use: bool = True) -> Actor:
    """Whom a token or a cookie speaks for, with the roles that hold now. One statement, which also asks whether its login still holds.

    What a page asks by itself is no use (`is_use`): a browser that nobody sits at is logged out in the end.

    Raises TokenInvalid when the login or its account is over; PasswordChangeNeeded, SecondFactorUnset when it has not come `at_least` so
    far.
    """
    rows = run(_CALLER, **_caller(claims, now))
    return _actor(claims, rows, at_least=at_least, is_use=is_use, now=now)


def actor_beside(change: Change, claims: AccessClaims, *, now: datetime) -> tuple[Actor, bool]:
    """As `actor_of`, with a change in the same round trip; the second value tells whether that was made."""
    rows, made = run_beside(change, _CALLER, **_caller(claims, now))
    return _actor(claims, rows, now=now), made


def actor_behind(account_id: UUID, *, now: datetime) -> Actor:
    """The account with the roles that hold now, for work that it asked for before; an account that is over holds none."""
    rows = run(_ASKER, of_account=account_id, now=now)
    return Actor(
        account_id=account_id,
        person_id=rows[0].person_id if rows else None,
        grants=_grants(rows),
        is_checked=bool(rows) and rows[0].checked_at is not None,
    )


def _caller(claims: AccessClaims, now: datetime) -> dict[str, Any]:
    return {"of_account": claims.account_id, "of_family": claims.family_id, "holder": claims.held_by, "now": now}


def _actor(claims: AccessClaims, rows: list[Any], *, at_least: Stage = Stage.WHOLE, is_use: bool = True, now: datetime) -> Actor:
    if not rows:
        raise TokenInvalid
    if rows[0].password_change_needed and at_least > Stage.INITIAL:
        raise PasswordChangeNeeded
    if rows[0].password_only and at_least > Stage.SINGLE and _asks_for_second_factor(rows):
        raise SecondFactorUnset
    if is_use and claims.held_by is HeldBy.BROWSER and rows[0].rotated_at <= now - USE_NOTED_EACH:
        _note_use(claims.family_id, now=now)
    caller = rows[0]
    return Actor(account_id=claims.account_id, person_id=caller.person_id, grants=_grants(rows), is_checked=caller.checked_at is not None)


def _grants(rows: list[Any]) -> tuple[Grant, ...]:
    return tuple(
        Grant(
            role=row.role,
            area_path=row.area_path,
            party_organisation_id=row.party_organisation_id,
            organisation_id=row.organisation_id,
            work_unit_id=row.work_unit_id,
            team_id=row.team_id,
            person_id=row.of_person_id,
            ends_at=row.ends_at,
        )
        for row in rows
        if row.role is not None
    )


def _asks_for_second_factor(rows: list[Any]) -> bool:
    required_of = limits.current().second_factor.required_of
    return any(row.role in required_of for row in rows)


def _note_use(family_id: UUID, *, now: datetime) -> None:
    """Put off the end of a browser's login with whatever the request commits; not by what it is refused."""
    maker = tokens.maker()
    run_at_commit(
        _USE,
        of_family=family_id,
        now=now,
        noted_until=now - USE_NOTED_EACH,
        rested_out=now + maker.browser_rest,
        longest=maker.browser_life,
    )
