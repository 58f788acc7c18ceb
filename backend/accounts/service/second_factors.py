"""Setting a second factor up, and removing it."""

import os
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from backend.accounts import policy
from backend.accounts.events import SecondFactorRemoved, SecondFactorSet
from backend.accounts.models import FACTOR_SECRET, SecondFactor, TokenFamily
from backend.accounts.policy import Permission, Scope
from backend.accounts.service.factors import (
    ask_for_more,
    draw_recovery_codes,
    end_factors,
    forget_app,
    has_app,
    hold_login,
    is_guarded,
    say_of_family,
)
from backend.accounts.service.logins import end_families
from backend.accounts.service.passwords import Attempt, OldPasswordWrong, attempt_of_own, login_named, note_failure, own_login
from backend.accounts.service.second_codes import SecondCodeWrong, plain, secret_of, step_of, totp_of, try_code
from backend.accounts.service.tries import LoginLocked, forget_tries
from backend.foundation import audit, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict
from backend.foundation.ids import new_id
from backend.foundation.sealing import keyring

SECRET_BYTES = 20
CONFIRMED_WITHIN = timedelta(minutes=30)
_ISSUER = "社区E家"


class SecondFactorIsSet(Conflict):
    """The log-in has one; another phone is set up after that was removed."""

    code: ClassVar[str] = "second_factor_is_set"
    detail = "已设置两步验证；更换手机的，请先移除再重新设置"


class SecondFactorNotBegun(Conflict):
    """Nothing was begun that a code could confirm, or too long ago."""

    code: ClassVar[str] = "second_factor_not_begun"
    detail = "请先开始设置两步验证；超过30分钟没有完成的，须重新开始"


class SecondFactorNotSet(Conflict):
    """There is nothing to remove."""

    code: ClassVar[str] = "second_factor_not_set"
    detail = "没有设置两步验证"


@dataclass(frozen=True, slots=True)
class Begun:
    """What an authenticator app takes, told this once."""

    secret: str
    """In base32, to be typed."""
    uri: str
    """`otpauth://…`, to be scanned."""


def begin_second_factor(actor: Actor, family_id: UUID, *, now: datetime) -> Begun:
    """Draw the secret for an app; it is asked for once a first code confirms it. What was begun before is void.

    Raises PasswordLoginNeeded, SecondFactorIsSet.
    """
    policy.require(actor, Permission.SECOND_FACTOR_SET, Scope())
    login = own_login(actor, family_id)
    secret, factor_id = os.urandom(SECRET_BYTES), new_id()
    typed = b32encode(secret).decode()
    fresh = {
        "id": factor_id,
        "secret_sealed": keyring().seal(typed, field=FACTOR_SECRET, row=factor_id),
        "begun_at": now,
        "last_step": None,
    }
    begun = db.session.scalar(
        insert(SecondFactor)
        .values(login_id=login.login_id, **fresh)
        .on_conflict_do_update(index_elements=["login_id"], set_=fresh, where=SecondFactor.confirmed_at.is_(None))
        .returning(SecondFactor.login_id)
    )
    if begun is None:
        raise SecondFactorIsSet
    audit.record(actor, Permission.SECOND_FACTOR_SET, login.login_id, now=now, step="begun")
    return Begun(typed, totp_of(secret).get_provisioning_uri(login.name, _ISSUER))


def confirm_second_factor(actor: Actor, family_id: UUID, code: str, *, now: datetime) -> list[str]:
    """Let the log-in ask for codes from now on, by a first one of the app. Returns the recovery codes, told this once; those of before are
    void.

    Whatever else is logged in to the account is out: it was by less. Raises PasswordLoginNeeded, SecondFactorIsSet, SecondFactorNotBegun,
    SecondCodeWrong.
    """
    policy.require(actor, Permission.SECOND_FACTOR_SET, Scope())
    login_id = own_login(actor, family_id).login_id
    step = _first_step(login_id, code, now=now)
    db.session.execute(
        update(SecondFactor)
        .where(SecondFactor.login_id == login_id)
        .values(confirmed_at=now, last_step=step)
        .execution_options(synchronize_session=False)
    )
    codes = draw_recovery_codes(login_id)
    ended = ask_for_more(actor, family_id, now=now)
    audit.record(actor, Permission.SECOND_FACTOR_SET, login_id, now=now, sessions=ended)
    outbox.record(SecondFactorSet(login_id), now=now)
    return codes


def _first_step(login_id: UUID, code: str, *, now: datetime) -> int:
    hold_login(login_id)
    factor = db.session.execute(
        select(SecondFactor.id, SecondFactor.secret_sealed, SecondFactor.begun_at, SecondFactor.confirmed_at)
        .where(SecondFactor.login_id == login_id)
        .with_for_update()
    ).one_or_none()
    if factor is not None and factor.confirmed_at is not None:
        raise SecondFactorIsSet
    if factor is None or factor.begun_at <= now - CONFIRMED_WITHIN:
        raise SecondFactorNotBegun
    step = step_of(secret_of(factor.id, factor.secret_sealed), plain(code), now=now)
    if step is None:
        raise SecondCodeWrong
    return step


def begin_factor_removal(actor: Actor, family_id: UUID, *, now: datetime) -> Attempt:
    """Count one try of the password of who wants to be asked for no more codes of an app; to be committed before that is looked at.

    Raises PasswordLoginNeeded, SecondFactorNotSet, LoginLocked.
    """
    policy.require(actor, Permission.SECOND_FACTOR_REMOVE, Scope())
    login = own_login(actor, family_id)
    if not has_app(login.login_id):
        raise SecondFactorNotSet
    return attempt_of_own(actor, login, now=now)


def finish_factor_removal(
    actor: Actor, family_id: UUID, attempt: Attempt, *, right: bool, code: str, now: datetime
) -> OldPasswordWrong | SecondCodeWrong | LoginLocked | None:
    """Ask for no codes of an app any more; for the password alone, where there is no passkey. What is wrong is returned, because it must be
    committed before it is told."""
    policy.require(actor, Permission.SECOND_FACTOR_REMOVE, Scope())
    if not right or attempt.login_id is None or attempt.account_id is None:
        note_failure(attempt, Permission.SECOND_FACTOR_REMOVE, now=now)
        return OldPasswordWrong(errors={"password": [OldPasswordWrong.detail]})
    hold_login(attempt.login_id)
    forget_tries(attempt.tried, now=now)
    wrong = try_code(attempt.account_id, attempt.login_id, code, attempt.source, Permission.SECOND_FACTOR_REMOVE, now=now)
    if wrong is not None:
        return wrong
    forget_app(attempt.login_id)
    _say_removed(actor, attempt.login_id, Permission.SECOND_FACTOR_REMOVE, now=now)
    say_of_family(family_id, password_only=not is_guarded(attempt.login_id))
    return None


def lift_second_factor(actor: Actor, name: str, *, now: datetime) -> None:
    """Remove the app and the passkeys of who lost them and the recovery codes, and end what is logged in by it.

    Raises Missing, SecondFactorNotSet.
    """
    policy.require(actor, Permission.SECOND_FACTOR_LIFT, Scope())
    login_id = login_named(name).id
    if not is_guarded(login_id):
        raise SecondFactorNotSet
    end_factors(login_id, reason="lifted", now=now)
    _say_removed(actor, login_id, Permission.SECOND_FACTOR_LIFT, now=now)
    end_families(TokenFamily.login_id == login_id, reason="second_factor_lifted", now=now)


def _say_removed(actor: Actor, login_id: UUID, permission: Permission, *, now: datetime) -> None:
    audit.record(actor, permission, login_id, now=now)
    outbox.record(SecondFactorRemoved(login_id), now=now)
