"""Passwords: trying one, changing it, and giving a new one to who forgot theirs."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import and_, func, select, update

from backend.accounts import limits, policy
from backend.accounts.events import PasswordReset
from backend.accounts.models import Account, AccountStatus, Login, LoginKind, TokenFamily
from backend.accounts.policy import Permission, Scope
from backend.accounts.service.drawn import initial_password
from backend.accounts.service.factors import end_factors
from backend.accounts.service.hashing import hash_of, matches, nobodys_hash
from backend.accounts.service.logins import end_families
from backend.accounts.service.rank import require_above
from backend.accounts.service.strength import refuse_weak
from backend.accounts.service.tries import LoginLocked, Source, Tried, count_try, forget_tries, forget_tries_everywhere
from backend.accounts.service.ways import end_ways_since
from backend.foundation import audit, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Forbidden, Missing, Refusal, Unauthenticated, Unprocessable


class CredentialsWrong(Unauthenticated):
    """No such name, or not its password; which of the two is not said."""

    code: ClassVar[str] = "credentials_wrong"
    detail = "用户名或密码不正确"


class PasswordUnchanged(Unprocessable):
    """The new password is the old one."""

    code: ClassVar[str] = "password_unchanged"
    detail = "新密码不能与原密码相同"


class OldPasswordWrong(Unprocessable):
    """Not the password of this login. It counts towards the lockout."""

    code: ClassVar[str] = "old_password_wrong"
    detail = "原密码不正确"


class PasswordLoginNeeded(Conflict):
    """A password is changed by who logged in by it, not from a phone that logged in by WeChat."""

    code: ClassVar[str] = "password_login_needed"
    detail = "请先用用户名和密码登录"


class InitialPasswordOver(Forbidden):
    """Right, but given too long ago: what lies on paper for days is not its holder's alone. A new one has to be given."""

    code: ClassVar[str] = "initial_password_over"
    detail = "初始密码已过期，请联系上级重新设置"


class LoginAsleep(Forbidden):
    """Right, but the log-in was not used for months. A new password wakes it."""

    code: ClassVar[str] = "login_asleep"
    detail = "该登录长期未使用，已停用，请联系上级重新设置密码"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A password about to be tried, counted as wrong until it proves right; without a login when nobody has the name.

    `locked`: the name is locked there, and only a second factor leads past that.
    """

    tried: Tried
    source: Source
    login_id: UUID | None = None
    account_id: UUID | None = None
    password_hash: str = field(default_factory=nobodys_hash)
    initial: bool = False
    given_at: datetime | None = None
    used_at: datetime | None = None
    locked: LoginLocked | None = None


Over = InitialPasswordOver | LoginAsleep
"""Why a right password opens nothing."""

_RENEWED_LAST = (
    select(func.max(TokenFamily.rotated_at))
    .where(TokenFamily.account_id == Login.account_id, TokenFamily.login_id == Login.id)
    .correlate(Login)
    .scalar_subquery()
)
_GIVEN_AT = func.coalesce(Login.password_given_at, Login.created_at)
TRIED = (
    Login.id.label("login_id"),
    Login.account_id,
    Login.password_hash,
    Login.password_initial.label("initial"),
    _GIVEN_AT.label("given_at"),
    func.greatest(_GIVEN_AT, Login.last_used_at, _RENEWED_LAST).label("used_at"),
)


def is_right_password(attempt: Attempt, password: str) -> bool:
    """Whether the password belongs to the name. Takes as long for a name that nobody has; touches no row."""
    return matches(attempt.password_hash, password) and attempt.login_id is not None


def begin_password_change(actor: Actor, family_id: UUID, old_password: str, new_password: str, *, now: datetime) -> Attempt:
    """Check what can be checked of a change, and count one try of the old password; to be committed before that is looked at.

    Raises PasswordLoginNeeded, PasswordUnchanged, PasswordTooWeak, LoginLocked.
    """
    policy.require(actor, Permission.PASSWORD_CHANGE, Scope())
    login = own_login(actor, family_id)
    if new_password == old_password:
        raise PasswordUnchanged(errors={"new_password": [PasswordUnchanged.detail]})
    refuse_weak(new_password, name=login.name, field="new_password")
    return attempt_of_own(actor, login, now=now)


def own_login(actor: Actor, family_id: UUID) -> Any:
    """By which password log-in the actor is in: its name, and what an attempt is made of. Raises PasswordLoginNeeded."""
    login = db.session.execute(
        select(Login.name, *TRIED)
        .join(TokenFamily, TokenFamily.login_id == Login.id)
        .where(TokenFamily.id == family_id, Login.account_id == actor.account_id, Login.kind == LoginKind.PASSWORD)
    ).one_or_none()
    if login is None:
        raise PasswordLoginNeeded
    return login


def attempt_of_own(actor: Actor, login: Any, *, now: datetime) -> Attempt:
    """Count one try of one's own password (`own_login`), on one's own device. Raises LoginLocked."""
    name, *found = login
    source = Source.device(actor.account_id)
    tried = count_try(name, source, login_id=login.login_id, account_id=login.account_id, now=now)
    return Attempt(tried, source, *found)


def finish_password_change(
    actor: Actor, family_id: UUID, attempt: Attempt, *, right: bool, new_hash: str, now: datetime
) -> OldPasswordWrong | Over | None:
    """Set the new password (`hash_of`) and end every other login of the account; this one goes on.

    The refusal is returned, because the failure's audit entry must be committed before it.
    """
    policy.require(actor, Permission.PASSWORD_CHANGE, Scope())
    over = why_over(attempt, now=now) if right else None
    if over is not None:
        note_over(attempt, over, Permission.PASSWORD_CHANGE, now=now)
        return over
    changed = right and db.session.scalar(
        update(Login)
        .where(Login.id == attempt.login_id, Login.password_hash == attempt.password_hash)
        .values(password_hash=new_hash, password_initial=False, password_set_at=now)
        .returning(Login.id)
        .execution_options(synchronize_session=False)
    )
    if not changed:  # wrong, or another change was quicker
        note_failure(attempt, Permission.PASSWORD_CHANGE, now=now)
        return OldPasswordWrong(errors={"old_password": [OldPasswordWrong.detail]})
    forget_tries(attempt.tried, now=now)
    others = and_(TokenFamily.account_id == actor.account_id, TokenFamily.id != family_id)
    ended = end_families(others, reason="password_changed", now=now)
    db.session.execute(
        update(TokenFamily)
        .where(TokenFamily.id == family_id)
        .values(password_change_needed=False)
        .execution_options(synchronize_session=False)
    )
    audit.record(actor, Permission.PASSWORD_CHANGE, attempt.login_id, now=now, sessions=ended)
    return None


def reset_password(actor: Actor, name: str, *, now: datetime) -> str:
    """Give a login a new initial password, lift its lock and end all sessions of the account. Returns the password, to be handed on once.

    Its second factor ends: who forgot a password may have lost the phone. So does every way in that was added since its holder set the last
    password: whoever had the password may have added it.

    By who holds office above all offices of the account. Raises Missing for every other name.
    """
    login = login_named(name)
    require_above(actor, Permission.PASSWORD_RESET, login.account_id, now=now)
    password = initial_password()
    db.session.execute(
        update(Login)
        .where(Login.id == login.id)
        .values(password_hash=hash_of(password), password_initial=True, password_given_at=now)
        .execution_options(synchronize_session=False)
    )
    forget_tries_everywhere(login.id)
    end_factors(login.id, reason="password_reset", now=now)
    ways = end_ways_since(login.account_id, login.id, now=now)
    ended = end_families(TokenFamily.account_id == login.account_id, reason="password_reset", now=now)
    audit.record(actor, Permission.PASSWORD_RESET, login.id, now=now, sessions=ended, logins_ended=ways)
    outbox.record(PasswordReset(login.id), now=now)
    return password


def note_failure(attempt: Attempt, permission: Permission, *, now: datetime) -> None:
    """Write a wrong password into the audit log, and whether it locked the name."""
    audit.record(
        Actor(attempt.account_id),
        permission,
        attempt.login_id,
        now=now,
        succeeded=False,
        reason="name_unknown" if attempt.login_id is None else "password_wrong",
        locked=attempt.tried.locks,
    )


def why_over(attempt: Attempt, *, now: datetime) -> Over | None:
    """Why the right password opens nothing. Told to nobody else: a stranger learns neither that the name exists nor that it rests."""
    rules = limits.current().passwords
    if attempt.initial and attempt.given_at is not None and attempt.given_at + rules.initial_holds <= now:
        return InitialPasswordOver()
    if attempt.used_at is not None and attempt.used_at + rules.asleep_after <= now:
        return LoginAsleep()
    return None


def note_over(attempt: Attempt, refusal: Refusal, permission: Permission, *, now: datetime) -> None:
    """Write into the audit log that a right password opened nothing. It is not counted among the wrong ones."""
    forget_tries(attempt.tried, now=now)
    audit.record(Actor(attempt.account_id), permission, attempt.login_id, now=now, succeeded=False, reason=refusal.code)


@dataclass(frozen=True, slots=True)
class NamedLogin:
    """A password login of a live account."""

    id: UUID
    account_id: UUID


def login_named(name: str) -> NamedLogin:
    """The password login of a live account. Raises Missing."""
    login = db.session.execute(
        select(Login.id, Login.account_id)
        .join(Account, Account.id == Login.account_id)
        .where(Login.kind == LoginKind.PASSWORD, Login.name == name, Login.ended_at.is_(None), Account.status == AccountStatus.ACTIVE)
    ).one_or_none()
    if login is None:
        raise Missing
    return NamedLogin(*login)
