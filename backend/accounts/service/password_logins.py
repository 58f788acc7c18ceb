"""Logging in by name and password, and by a second factor where there is one.

What is wrong is returned, not raised: it was counted and written down, and both must be committed before it is told.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, and_, select, update

from backend.accounts import tokens
from backend.accounts.models import Account, AccountStatus, Login, LoginKind
from backend.accounts.policy import Permission
from backend.accounts.service.challenges import of_ticket
from backend.accounts.service.factors import HAS_APP, HAS_PASSKEY, IS_GUARDED
from backend.accounts.service.logins import Proof, Tokens, start_browser, start_family
from backend.accounts.service.passkey_tries import PasskeyWrong, request_of, take_signature
from backend.accounts.service.passwords import TRIED, Attempt, CredentialsWrong, Over, note_failure, note_over, why_over
from backend.accounts.service.second_codes import SecondCodeWrong, try_code, try_factor
from backend.accounts.service.tries import LoginLocked, Source, Tried, count_try, forget_count, forget_tries, try_index
from backend.accounts.tokens import AccessClaims, Ticket, TokenInvalid
from backend.foundation.database import db
from backend.foundation.errors import Refusal, Unauthenticated


class SecondFactorNeeded(Unauthenticated):
    """The password is right, and the second factor is asked for; `ticket` leads there, for five minutes."""

    code: ClassVar[str] = "second_factor_needed"
    detail = "请再输入动态码"


class TicketOver(Unauthenticated):
    """No ticket of ours, or one that is over: by time, by another password, or because the second factor was removed."""

    code: ClassVar[str] = "ticket_over"
    detail = "登录已超时，请重新输入用户名和密码"


Unopened = CredentialsWrong | Over | SecondFactorNeeded | SecondCodeWrong | LoginLocked


def begin_password_login(name: str, source: Source, *, with_code: bool = False, now: datetime) -> Attempt:
    """Count one more try of the name's password from there; to be committed before `finish_password_login` looks at the password.

    Counted first, so that a hundred guesses at once get no further than five one after the other, and the slow hash is reckoned outside
    of the transaction that holds the row. Raises LoginLocked; but not to who brings a code of a second factor: whether that and the
    password are both right decides, and whoever has not both learns nothing but that the name is locked.
    """
    login = db.session.execute(
        select(*TRIED)
        .join(Account, Account.id == Login.account_id)
        .where(Login.kind == LoginKind.PASSWORD, Login.name == name, Login.ended_at.is_(None), Account.status == AccountStatus.ACTIVE)
    ).one_or_none()
    login_id, account_id = (None, None) if login is None else (login.login_id, login.account_id)
    found = {} if login is None else login._asdict()
    try:
        with db.session.begin_nested():
            tried = count_try(name, source, login_id=login_id, account_id=account_id, now=now)
    except LoginLocked as locked:
        if not with_code:
            raise
        from_here = Tried((try_index(name, source.of(account_id)),), locks=False)
        return Attempt(from_here, source, locked=locked, **found)
    return Attempt(tried, source, **found)


def finish_password_login(attempt: Attempt, *, right: bool, code: str | None = None, now: datetime) -> Tokens | Unopened:
    """Log in, or say what is wrong or still asked for.

    A password that was changed or reset while it was being looked at is a wrong one: it must not log in after all others were logged out.
    """
    opened = _opened(attempt, right=right, code=code, now=now)
    return opened if isinstance(opened, Refusal) else start_family(opened, now=now)


def finish_browser_login(
    attempt: Attempt, *, right: bool, code: str | None = None, left: AccessClaims | None, now: datetime
) -> AccessClaims | Unopened:
    """As `finish_password_login`, for a browser: what its cookie is made from. The login that the browser was in (`left`) ends."""
    opened = _opened(attempt, right=right, code=code, now=now)
    return opened if isinstance(opened, Refusal) else start_browser(opened, left=left, now=now)


def finish_second_step(ticket: str, code: str, source: Source, *, now: datetime) -> Tokens | SecondCodeWrong | LoginLocked:
    """Log in by a code, after the right password gave the ticket. Raises TicketOver."""
    opened = _opened_by_ticket(ticket, code, source, now=now)
    return opened if isinstance(opened, Refusal) else start_family(opened, now=now)


def finish_browser_second_step(
    ticket: str, code: str, source: Source, *, left: AccessClaims | None, now: datetime
) -> AccessClaims | SecondCodeWrong | LoginLocked:
    """As `finish_second_step`, for a browser. Raises TicketOver."""
    opened = _opened_by_ticket(ticket, code, source, now=now)
    return opened if isinstance(opened, Refusal) else start_browser(opened, left=left, now=now)


@dataclass(frozen=True, slots=True)
class SecondStep:
    """What may be given beside the right password: a code of an app, and what a browser has a passkey sign (`request`)."""

    has_app: bool
    request: str | None


def begin_second_step(ticket: str, *, now: datetime) -> SecondStep:
    """What the ticket asks for. Raises TicketOver."""
    login = _of_ticket(ticket, now=now)
    return SecondStep(login.has_app, request_of(login.id, of_ticket(ticket), now=now) if login.has_passkey else None)


def finish_browser_passkey_step(
    ticket: str, credential: str, source: Source, *, left: AccessClaims | None, now: datetime
) -> AccessClaims | PasskeyWrong | LoginLocked:
    """Log a browser in by what a passkey signed, after the right password gave the ticket. Raises TicketOver."""
    login = _of_ticket(ticket, now=now)

    def taken() -> PasskeyWrong | None:
        return take_signature(login.id, credential, of_ticket(ticket), now=now)

    wrong = try_factor(login.account_id, login.id, taken, source, Permission.ACCOUNT_LOG_IN, now=now)
    return wrong or start_browser(_proof(login, _from(source, login), now=now), left=left, now=now)


def _opened(attempt: Attempt, *, right: bool, code: str | None, now: datetime) -> Proof | Unopened:
    """What the right password opens; else why not, which is written down."""
    if attempt.locked is not None:
        return _past_lock(attempt, attempt.locked, right=right, code=code, now=now)
    over = why_over(attempt, now=now) if right else None
    if over is not None:
        note_over(attempt, over, Permission.ACCOUNT_LOG_IN, now=now)
        return over
    login = _held(attempt) if right else None
    if login is None:
        note_failure(attempt, Permission.ACCOUNT_LOG_IN, now=now)
        return CredentialsWrong()
    if not login.guarded:
        return _proof(login, attempt.tried, password_only=True, now=now)
    forget_count(attempt.tried)
    if code is None:
        return SecondFactorNeeded(ticket=tokens.maker().ticket(Ticket(login.id, _digest(login.password_hash)), now=now))
    wrong = try_code(login.account_id, login.id, code, attempt.source, Permission.ACCOUNT_LOG_IN, now=now)
    return wrong or _proof(login, attempt.tried, now=now)


def _past_lock(attempt: Attempt, locked: LoginLocked, *, right: bool, code: str | None, now: datetime) -> Proof | LoginLocked:
    """A name that is locked opens to the right password and the right code together; anything less is told alike. The code is tried
    beside the right password only, so who knows only the name uses up no tries of its holder's."""
    login = _held(attempt) if right and why_over(attempt, now=now) is None else None
    if login is None or not login.guarded or code is None:
        return locked
    wrong = try_code(login.account_id, login.id, code, attempt.source, Permission.ACCOUNT_LOG_IN, now=now)
    return locked if wrong is not None else _proof(login, attempt.tried, now=now)


def _opened_by_ticket(ticket: str, code: str, source: Source, *, now: datetime) -> Proof | SecondCodeWrong | LoginLocked:
    login = _of_ticket(ticket, now=now)
    wrong = try_code(login.account_id, login.id, code, source, Permission.ACCOUNT_LOG_IN, now=now)
    return wrong or _proof(login, _from(source, login), now=now)


def _of_ticket(ticket: str, *, now: datetime) -> Any:
    """The log-in to which a ticket leads, held until the transaction ends."""
    try:
        right_before = tokens.maker().read_ticket(ticket, now=now)
    except TokenInvalid as invalid:
        raise TicketOver from invalid
    login = _hold(Login.id == right_before.login_id)
    if login is None or not login.guarded or _digest(login.password_hash) != right_before.password:
        raise TicketOver
    return login


def _from(source: Source, login: Any) -> Tried:
    """What was tried of the name's password from there."""
    return Tried((try_index(login.name, source.of(login.account_id)),), locks=False)


def _held(attempt: Attempt) -> Any:
    """The log-in of a right password that is still the one that was looked at, held until the transaction ends."""
    return _hold(and_(Login.id == attempt.login_id, Login.password_hash == attempt.password_hash))


def _hold(which: ColumnElement[bool]) -> Any:
    return db.session.execute(
        select(Login.id, Login.account_id, Login.name, Login.password_hash, Login.password_initial)
        .add_columns(IS_GUARDED.label("guarded"), HAS_APP.label("has_app"), HAS_PASSKEY.label("has_passkey"))
        .join(Account, Account.id == Login.account_id)
        .where(which, Login.ended_at.is_(None), Account.status == AccountStatus.ACTIVE)
        .with_for_update(of=Login)
    ).one_or_none()


def _proof(login: Any, tried: Tried, *, password_only: bool = False, now: datetime) -> Proof:
    """All that was asked for is proved: its source is known from now on, and the log-in is used."""
    forget_tries(tried, now=now)
    db.session.execute(update(Login).where(Login.id == login.id).values(last_used_at=now).execution_options(synchronize_session=False))
    return Proof(login.account_id, login.id, password_change_needed=login.password_initial, password_only=password_only)


def _digest(password_hash: str) -> bytes:
    return hashlib.sha256(password_hash.encode()).digest()
