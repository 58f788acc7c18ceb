"""Adding a passkey, calling it by another name, and ending it."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from backend.accounts import policy
from backend.accounts.events import PasskeyAdded, PasskeyEnded
from backend.accounts.models import Passkey
from backend.accounts.policy import Permission, Scope
from backend.accounts.relying_party import Made, NotSigned
from backend.accounts.service.challenges import draw_challenge, of_family, take_challenge
from backend.accounts.service.factors import (
    ask_for_more,
    draw_recovery_codes,
    forget_codes_of_nothing,
    has_app,
    hold_login,
    is_guarded,
    must_have_one,
    say_of_family,
)
from backend.accounts.service.passkey_tries import MOST_PASSKEYS, passkeys_of, site, verifies_user
from backend.accounts.service.passwords import Attempt, OldPasswordWrong, attempt_of_own, note_failure, own_login
from backend.accounts.service.second_codes import SecondCodeWrong, try_code
from backend.accounts.service.tries import LoginLocked, forget_tries
from backend.foundation import audit, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Missing, Unprocessable
from backend.foundation.ids import new_id


class TooManyPasskeys(Conflict):
    """As many as a log-in may have."""

    code: ClassVar[str] = "too_many_passkeys"
    detail = f"最多添加{MOST_PASSKEYS}个通行密钥；请先删除不用的"


class PasskeyUnmade(Unprocessable):
    """Nothing that a device made for this copy when it was asked so, or asked for too long ago, or answered before."""

    code: ClassVar[str] = "passkey_unmade"
    detail = "没有收到设备创建的通行密钥，或已超时；请重新开始添加"

    def __init__(self) -> None:
        super().__init__(errors={"credential": [self.detail]})


class LastSecondFactor(Conflict):
    """The office asks for a second factor, and this is the only one."""

    code: ClassVar[str] = "last_second_factor"
    detail = "您的职务要求两步验证，这是最后一个；请先添加另一个通行密钥或设置验证器，再删除它"


def begin_passkey(actor: Actor, family_id: UUID, *, now: datetime) -> str:
    """What the browser hands to the device that is to make a key, good once; asked for by who logged in by password.

    Raises PasswordLoginNeeded, PasskeysOff, TooManyPasskeys.
    """
    policy.require(actor, Permission.PASSKEY_ADD, Scope())
    login = own_login(actor, family_id)
    known, held = site(), passkeys_of(login.login_id)
    if len(held) >= MOST_PASSKEYS:
        raise TooManyPasskeys
    challenge = draw_challenge(login.login_id, of_family(family_id), now=now)
    return known.creation_options(challenge, user_id=login.login_id, user_name=login.name, held=held, verify_user=verifies_user())


def add_passkey(actor: Actor, family_id: UUID, name: str, credential: str, *, now: datetime) -> list[str] | PasskeyUnmade:
    """Ask for this key beside the password from now on. Returns the recovery codes where it is the first second factor of the log-in, told
    this once; whatever else is logged in to the account is then out: it was by less.

    What is no key is returned, because what was asked for is used up. Raises PasswordLoginNeeded, PasskeysOff, TooManyPasskeys.
    """
    policy.require(actor, Permission.PASSKEY_ADD, Scope())
    login_id, known = own_login(actor, family_id).login_id, site()
    hold_login(login_id)
    challenge = take_challenge(credential, login_id, of_family(family_id), now=now)
    if challenge is None:
        return PasskeyUnmade()
    try:
        made = known.made(credential, challenge, verify_user=verifies_user())
    except NotSigned:
        return PasskeyUnmade()
    if len(passkeys_of(login_id)) >= MOST_PASSKEYS:
        raise TooManyPasskeys
    is_first = not is_guarded(login_id)
    passkey_id = _keep(login_id, name, made, now=now)
    if passkey_id is None:
        return PasskeyUnmade()
    codes = draw_recovery_codes(login_id) if is_first else []
    ended = ask_for_more(actor, family_id, now=now) if is_first else 0
    audit.record(actor, Permission.PASSKEY_ADD, passkey_id, now=now, sessions=ended)
    outbox.record(PasskeyAdded(login_id), now=now)
    return codes


def _keep(login_id: UUID, name: str, made: Made, *, now: datetime) -> UUID | None:
    """None where somebody has a key of this id already."""
    return db.session.scalar(
        insert(Passkey)
        .values(
            id=new_id(),
            login_id=login_id,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            transports=made.transports,
            name=name,
            made_at=now,
        )
        .on_conflict_do_nothing(index_elements=["credential_id"])
        .returning(Passkey.id)
    )


def rename_passkey(actor: Actor, family_id: UUID, passkey_id: UUID, name: str, *, now: datetime) -> None:
    """Call one's own passkey by another name. Raises PasswordLoginNeeded, Missing."""
    policy.require(actor, Permission.PASSKEY_RENAME, Scope())
    login_id = own_login(actor, family_id).login_id
    renamed = db.session.scalar(
        update(Passkey)
        .where(Passkey.id == passkey_id, Passkey.login_id == login_id, Passkey.ended_at.is_(None))
        .values(name=name)
        .returning(Passkey.id)
        .execution_options(synchronize_session=False)
    )
    if renamed is None:
        raise Missing
    audit.record(actor, Permission.PASSKEY_RENAME, passkey_id, now=now)


def begin_passkey_ending(actor: Actor, family_id: UUID, passkey_id: UUID, *, now: datetime) -> Attempt:
    """Count one try of the password of who wants to log in by this passkey no more; to be committed before that is looked at.

    Raises PasswordLoginNeeded, Missing, LastSecondFactor, LoginLocked.
    """
    policy.require(actor, Permission.PASSKEY_END, Scope())
    login = own_login(actor, family_id)
    _require_may_end(actor, login.login_id, passkey_id)
    return attempt_of_own(actor, login, now=now)


def finish_passkey_ending(
    actor: Actor, family_id: UUID, passkey_id: UUID, attempt: Attempt, *, right: bool, code: str, now: datetime
) -> OldPasswordWrong | SecondCodeWrong | LoginLocked | None:
    """End a passkey by password and code, as an app is removed. What is wrong is returned, because it must be committed before it is told.

    Raises Missing, LastSecondFactor.
    """
    policy.require(actor, Permission.PASSKEY_END, Scope())
    if not right or attempt.login_id is None or attempt.account_id is None:
        note_failure(attempt, Permission.PASSKEY_END, now=now)
        return OldPasswordWrong(errors={"password": [OldPasswordWrong.detail]})
    hold_login(attempt.login_id)
    _require_may_end(actor, attempt.login_id, passkey_id)
    forget_tries(attempt.tried, now=now)
    wrong = try_code(attempt.account_id, attempt.login_id, code, attempt.source, Permission.PASSKEY_END, now=now)
    if wrong is not None:
        return wrong
    db.session.execute(
        update(Passkey)
        .where(Passkey.id == passkey_id)
        .values(ended_at=now, end_reason="ended_by_holder")
        .execution_options(synchronize_session=False)
    )
    forget_codes_of_nothing(attempt.login_id)
    say_of_family(family_id, password_only=not is_guarded(attempt.login_id))
    audit.record(actor, Permission.PASSKEY_END, passkey_id, now=now)
    outbox.record(PasskeyEnded(attempt.login_id), now=now)
    return None


def _require_may_end(actor: Actor, login_id: UUID, passkey_id: UUID) -> None:
    live = (Passkey.login_id == login_id, Passkey.ended_at.is_(None))
    if db.session.scalar(select(Passkey.id).where(Passkey.id == passkey_id, *live)) is None:
        raise Missing
    held = db.session.scalar(select(func.count()).where(*live))
    if held == 1 and not has_app(login_id) and must_have_one(actor):
        raise LastSecondFactor
