"""Passwords: logging in by one, changing it, and giving a new one to who forgot theirs."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import and_, func, select, update

from backend.accounts import limits, policy
from backend.accounts.events import PasswordReset
from backend.accounts.models import Account, AccountStatus, Login, LoginKind, TokenFamily
from backend.accounts.policy import Permission, Scope
from backend.accounts.service.hashing import NOBODY, hash_of, matches
from backend.accounts.service.logins import Tokens, end_families, start_browser, start_family
from backend.accounts.service.rank import require_above
from backend.accounts.service.strength import refuse_weak
from backend.accounts.service.tries import Source, Tried, count_try, forget_tries, forget_tries_everywhere
from backend.accounts.service.ways import end_ways_since
from backend.accounts.tokens import AccessClaims
from backend.foundation import audit, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Forbidden, Missing, Refusal, Unauthenticated, Unprocessable

# No letters and digits that look alike on paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


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
    detail = "初始密码已过期，请联系上级或管理员重新设置"


class LoginAsleep(Forbidden):
    """Right, but the log-in was not used for months. A new password wakes it."""

    code: ClassVar[str] = "login_asleep"
    detail = "该登录长期未使用，已停用，请联系上级或管理员重新设置密码"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A password about to be tried, counted as wrong until it proves right; without a login when nobody has the name."""

    tried: Tried
    login_id: UUID | None = None
    account_id: UUID | None = None
    password_hash: str = NOBODY
    initial: bool = False
    given_at: datetime | None = None
    used_at: datetime | None = None


Over = InitialPasswordOver | LoginAsleep
"""Why a right password opens nothing."""

_RENEWED_LAST = (
    select(func.max(TokenFamily.rotated_at))
    .where(TokenFamily.account_id == Login.account_id, TokenFamily.login_id == Login.id)
    .correlate(Login)
    .scalar_subquery()
)
_GIVEN_AT = func.coalesce(Login.password_given_at, Login.created_at)
_TRIED = (
    Login.id.label("login_id"),
    Login.account_id,
    Login.password_hash,
    Login.password_initial.label("initial"),
    _GIVEN_AT.label("given_at"),
    func.greatest(_GIVEN_AT, Login.last_used_at, _RENEWED_LAST).label("used_at"),
)


def begin_password_login(name: str, source: Source, *, now: datetime) -> Attempt:
    """Count one more try of the name's password from there; to be committed before `finish_password_login` looks at the password.

    Counted first, so that a hundred guesses at once get no further than five one after the other, and the slow hash is reckoned outside
    of the transaction that holds the row. Raises LoginLocked.
    """
    login = db.session.execute(
        select(*_TRIED)
        .join(Account, Account.id == Login.account_id)
        .where(Login.kind == LoginKind.PASSWORD, Login.name == name, Login.ended_at.is_(None), Account.status == AccountStatus.ACTIVE)
    ).one_or_none()
    if login is None:
        return Attempt(count_try(name, source, login_id=None, account_id=None, now=now))
    tried = count_try(name, source, login_id=login.login_id, account_id=login.account_id, now=now)
    return Attempt(tried, **login._asdict())


def is_right_password(attempt: Attempt, password: str) -> bool:
    """Whether the password belongs to the name. Takes as long for a name that nobody has; touches no row."""
    return matches(attempt.password_hash, password) and attempt.login_id is not None


def finish_password_login(attempt: Attempt, *, right: bool, now: datetime) -> Tokens | CredentialsWrong | Over:
    """Log in, or write the failure into the audit log. The refusal is returned, because that entry must be committed before it.

    A password that was changed or reset while it was being looked at is a wrong one: it must not log in after all others were logged out.
    """
    opened = _opened(attempt, right=right, now=now)
    return opened if isinstance(opened, Refusal) else start_family(*opened, password_change_needed=attempt.initial, now=now)


def finish_browser_login(
    attempt: Attempt, *, right: bool, left: AccessClaims | None, now: datetime
) -> AccessClaims | CredentialsWrong | Over:
    """As `finish_password_login`, for a browser: what its cookie is made from. The login that the browser was in (`left`) ends."""
    opened = _opened(attempt, right=right, now=now)
    return opened if isinstance(opened, Refusal) else start_browser(*opened, left=left, password_change_needed=attempt.initial, now=now)


def _opened(attempt: Attempt, *, right: bool, now: datetime) -> tuple[UUID, UUID] | CredentialsWrong | Over:
    """The account that the right password opens, and the login by which; else why not, which is written down."""
    over = why_over(attempt, now=now) if right else None
    if over is not None:
        note_over(attempt, over, Permission.ACCOUNT_LOG_IN, now=now)
        return over
    account_id = right and db.session.scalar(
        update(Login)
        .where(Login.id == attempt.login_id, Login.password_hash == attempt.password_hash)
        .values(last_used_at=now)
        .returning(Login.account_id)
        .execution_options(synchronize_session=False)
    )
    if attempt.login_id is None or not account_id:
        note_failure(attempt, Permission.ACCOUNT_LOG_IN, now=now)
        return CredentialsWrong()
    forget_tries(attempt.tried, now=now)
    return account_id, attempt.login_id


def begin_password_change(actor: Actor, family_id: UUID, old_password: str, new_password: str, *, now: datetime) -> Attempt:
    """Check what can be checked of a change, and count one try of the old password; to be committed before that is looked at.

    Raises PasswordLoginNeeded, PasswordUnchanged, PasswordTooWeak, LoginLocked.
    """
    policy.require(actor, Permission.PASSWORD_CHANGE, Scope())
    login = db.session.execute(
        select(Login.name, *_TRIED)
        .join(TokenFamily, TokenFamily.login_id == Login.id)
        .where(TokenFamily.id == family_id, Login.account_id == actor.account_id, Login.kind == LoginKind.PASSWORD)
    ).one_or_none()
    if login is None:
        raise PasswordLoginNeeded
    if new_password == old_password:
        raise PasswordUnchanged(errors={"new_password": [PasswordUnchanged.detail]})
    refuse_weak(new_password, name=login.name, field="new_password")
    name, *tried_login = login
    tried = count_try(name, Source.device(actor.account_id), login_id=login.login_id, account_id=login.account_id, now=now)
    return Attempt(tried, *tried_login)


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

    Every way in that was added since its holder set the last password ends too: whoever had the password may have added it.

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
    ways = end_ways_since(login.account_id, login.id, now=now)
    ended = end_families(TokenFamily.account_id == login.account_id, reason="password_reset", now=now)
    audit.record(actor, Permission.PASSWORD_RESET, login.id, now=now, sessions=ended, logins_ended=ways)
    outbox.record(PasswordReset(login.id), now=now)
    return password


def initial_password() -> str:
    """A password to be handed on and changed at once: three groups of four, some 59 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))


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
