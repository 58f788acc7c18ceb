"""Passwords: which may be set, logging in by one, changing it, and giving a new one to who forgot theirs."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import ClassVar
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import and_, select, update
from zxcvbn import zxcvbn

from backend.accounts import policy
from backend.accounts.events import PasswordReset
from backend.accounts.models import Account, AccountStatus, Login, LoginKind, TokenFamily
from backend.accounts.policy import Permission, Scope
from backend.accounts.service.logins import Tokens, end_families, start_browser, start_family
from backend.accounts.service.rank import require_above
from backend.accounts.service.tries import count_try, forget_tries, locks
from backend.accounts.tokens import AccessClaims
from backend.foundation import audit, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Missing, Unauthenticated, Unprocessable

SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 128
LEAST_SCORE = 3  # of zxcvbn: beyond a hundred million guesses

_ESTIMATED = 72  # characters; more makes the estimate slow and no password weaker
_HOUSE_WORDS = ["ejia", "shequ", "jiedao", "wangge", "community", "street", "officer", "admin", "社区", "街道", "社区e家"]
# No letters and digits that look alike on paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

_hasher = PasswordHasher()
_estimating = Lock()  # zxcvbn keeps the words of a call in a table of its module
# Verified in place of an unknown name's hash, so that the time of an answer does not tell which names exist.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$FNONMwLe6jyPCd8BOriTwg$ReiItkYLTMpO1OqKdnXx4Of8ASin7pXg5LnhliYJ8us"


class CredentialsWrong(Unauthenticated):
    """No such name, or not its password; which of the two is not said."""

    code: ClassVar[str] = "credentials_wrong"
    detail = "用户名或密码不正确"


class PasswordTooWeak(Unprocessable):
    """Too short or too long, the login name in it, or easily guessed. What characters it is made of is free (NIST SP 800-63B 3.1.1.2)."""

    code: ClassVar[str] = "password_too_weak"
    detail = "密码不符合要求"


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


@dataclass(frozen=True, slots=True)
class Attempt:
    """A password about to be tried, counted as wrong until it proves right; without a login when nobody has the name."""

    name: str
    tries: int
    login_id: UUID | None = None
    account_id: UUID | None = None
    password_hash: str = _NOBODY
    initial: bool = False


def begin_password_login(name: str, *, now: datetime) -> Attempt:
    """Count one more try of the name's password; to be committed before `finish_password_login` looks at the password.

    Counted first, so that a hundred guesses at once get no further than five one after the other, and the slow hash is reckoned outside
    of the transaction that holds the row. Raises LoginLocked.
    """
    login = db.session.execute(
        select(Login.id, Login.account_id, Login.password_hash, Login.password_initial)
        .join(Account, Account.id == Login.account_id)
        .where(Login.kind == LoginKind.PASSWORD, Login.name == name, Account.status == AccountStatus.ACTIVE)
    ).one_or_none()
    if login is None or login.password_hash is None:
        return Attempt(name, count_try(name, None, now=now))
    tries = count_try(name, login.id, now=now)
    return Attempt(name, tries, login.id, login.account_id, login.password_hash, login.password_initial)


def is_right_password(attempt: Attempt, password: str) -> bool:
    """Whether the password belongs to the name. Takes as long for a name that nobody has; touches no row."""
    return _matches(attempt.password_hash, password) and attempt.login_id is not None


def finish_password_login(attempt: Attempt, *, right: bool, now: datetime) -> Tokens | CredentialsWrong:
    """Log in, or write the failure into the audit log. The refusal is returned, because that entry must be committed before it.

    A password that was changed or reset while it was being looked at is a wrong one: it must not log in after all others were logged out.
    """
    opened = _opened(attempt, right=right, now=now)
    return start_family(*opened, password_change_needed=attempt.initial, now=now) if opened else CredentialsWrong()


def finish_browser_login(attempt: Attempt, *, right: bool, left: AccessClaims | None, now: datetime) -> AccessClaims | CredentialsWrong:
    """As `finish_password_login`, for a browser: what its cookie is made from. The login that the browser was in (`left`) ends."""
    opened = _opened(attempt, right=right, now=now)
    return start_browser(*opened, left=left, password_change_needed=attempt.initial, now=now) if opened else CredentialsWrong()


def _opened(attempt: Attempt, *, right: bool, now: datetime) -> tuple[UUID, UUID] | None:
    """The account that the right password opens, and the login by which; None for a wrong one, which is written down."""
    account_id = right and db.session.scalar(
        update(Login)
        .where(Login.id == attempt.login_id, Login.password_hash == attempt.password_hash)
        .values(last_used_at=now)
        .returning(Login.account_id)
        .execution_options(synchronize_session=False)
    )
    if attempt.login_id is None or not account_id:
        note_failure(attempt, Permission.ACCOUNT_LOG_IN, now=now)
        return None
    forget_tries(attempt.name)
    return account_id, attempt.login_id


def begin_password_change(actor: Actor, family_id: UUID, old_password: str, new_password: str, *, now: datetime) -> Attempt:
    """Check what can be checked of a change, and count one try of the old password; to be committed before that is looked at.

    Raises PasswordLoginNeeded, PasswordUnchanged, PasswordTooWeak, LoginLocked.
    """
    policy.require(actor, Permission.PASSWORD_CHANGE, Scope())
    login = db.session.execute(
        select(Login.id, Login.account_id, Login.password_hash, Login.password_initial, Login.name)
        .join(TokenFamily, TokenFamily.login_id == Login.id)
        .where(TokenFamily.id == family_id, Login.account_id == actor.account_id, Login.kind == LoginKind.PASSWORD)
    ).one_or_none()
    if login is None or login.name is None or login.password_hash is None:
        raise PasswordLoginNeeded
    if new_password == old_password:
        raise PasswordUnchanged(errors={"new_password": [PasswordUnchanged.detail]})
    refuse_weak(new_password, name=login.name, field="new_password")
    tries = count_try(login.name, login.id, now=now)
    return Attempt(login.name, tries, login.id, login.account_id, login.password_hash, login.password_initial)


def finish_password_change(
    actor: Actor, family_id: UUID, attempt: Attempt, *, right: bool, new_hash: str, now: datetime
) -> OldPasswordWrong | None:
    """Set the new password (`hash_of`) and end every other login of the account; this one goes on.

    The refusal is returned, because the failure's audit entry must be committed before it.
    """
    policy.require(actor, Permission.PASSWORD_CHANGE, Scope())
    changed = right and db.session.scalar(
        update(Login)
        .where(Login.id == attempt.login_id, Login.password_hash == attempt.password_hash)
        .values(password_hash=new_hash, password_initial=False)
        .returning(Login.id)
        .execution_options(synchronize_session=False)
    )
    if not changed:  # wrong, or another change was quicker
        note_failure(attempt, Permission.PASSWORD_CHANGE, now=now)
        return OldPasswordWrong(errors={"old_password": [OldPasswordWrong.detail]})
    forget_tries(attempt.name)
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
    """Give a login a new initial password, lift its lock and end all logins of the account. Returns the password, to be handed on once.

    By who holds office above all offices of the account. Raises Missing for every other name.
    """
    login = login_named(name)
    require_above(actor, Permission.PASSWORD_RESET, login.account_id, now=now)
    password = initial_password()
    db.session.execute(
        update(Login)
        .where(Login.id == login.id)
        .values(password_hash=hash_of(password), password_initial=True)
        .execution_options(synchronize_session=False)
    )
    forget_tries(name)
    ended = end_families(TokenFamily.account_id == login.account_id, reason="password_reset", now=now)
    audit.record(actor, Permission.PASSWORD_RESET, login.id, now=now, sessions=ended)
    outbox.record(PasswordReset(login.id), now=now)
    return password


def refuse_weak(password: str, *, name: str, field: str = "password") -> None:
    """Let pass a password that may be set for a login name. Raises PasswordTooWeak, which says what to mend."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise _too_weak(field, f"密码应为{SHORTEST_PASSWORD}至{LONGEST_PASSWORD}个字符")
    if name.lower() in password.lower():
        raise _too_weak(field, "密码不能包含用户名")
    with _estimating:
        estimate = zxcvbn(password[:_ESTIMATED], user_inputs=[name, *_HOUSE_WORDS])
    if estimate["score"] < LEAST_SCORE:
        raise _too_weak(field, "密码太常见或太有规律，请换一个不易猜到的")


def initial_password() -> str:
    """A password to be handed on and changed at once: three groups of four, some 59 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))


def hash_of(password: str) -> str:
    """As it is kept (argon2id). Takes a good part of a tenth of a second: outside of transactions that hold a row."""
    return _hasher.hash(password)


def _too_weak(field: str, sentence: str) -> PasswordTooWeak:
    return PasswordTooWeak(sentence, errors={field: [sentence]})


def note_failure(attempt: Attempt, permission: Permission, *, now: datetime) -> None:
    """Write a wrong password into the audit log, and whether it locked the name."""
    audit.record(
        Actor(attempt.account_id),
        permission,
        attempt.login_id,
        now=now,
        succeeded=False,
        reason="name_unknown" if attempt.login_id is None else "password_wrong",
        locked=locks(attempt.tries),
    )


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


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
        .where(Login.kind == LoginKind.PASSWORD, Login.name == name, Account.status == AccountStatus.ACTIVE)
    ).one_or_none()
    if login is None:
        raise Missing
    return NamedLogin(*login)
