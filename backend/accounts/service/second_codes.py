"""How a second factor is tried, and its codes: of an app (TOTP, RFC 6238: six digits, every half minute others), or a recovery code from
paper."""

import hashlib
import re
from base64 import b32decode
from collections.abc import Callable
from datetime import datetime
from hmac import compare_digest
from typing import ClassVar, TypeVar
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import or_, select, update

from backend.accounts.events import RecoveryCodeUsed, SecondFactorGuessed
from backend.accounts.models import FACTOR_SECRET, RecoveryCode, SecondFactor
from backend.accounts.policy import Permission
from backend.accounts.service.tries import LoginLocked, Source, count_code, forget_tries
from backend.foundation import audit, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Refusal, Unprocessable
from backend.foundation.sealing import keyring

Wrong = TypeVar("Wrong", bound=Refusal)

STEP_SECONDS = 30
_STEPS_OFF = (0, -1, 1)
"""The clock of a phone may be half a minute wrong."""
_DIGITS = re.compile(r"[0-9]{6}")
_BETWEEN = re.compile(r"[\s-]+")


class SecondCodeWrong(Unprocessable):
    """Neither the code that the app shows nor a recovery code, or one that was taken before. It counts towards the lockout."""

    code: ClassVar[str] = "second_code_wrong"
    detail = "动态码或备用码不正确，或已经用过"

    def __init__(self) -> None:
        super().__init__(errors={"code": [self.detail]})


def totp_of(secret: bytes) -> TOTP:
    """As every authenticator app reckons it."""
    return TOTP(secret, 6, SHA1(), STEP_SECONDS)  # noqa: S303 - what the apps know; HMAC-SHA1 is not broken


def secret_of(factor_id: UUID, sealed: bytes) -> bytes:
    """What an app and this copy share."""
    return b32decode(keyring().unseal(sealed, field=FACTOR_SECRET, row=factor_id))


def step_of(secret: bytes, code: str, *, now: datetime) -> int | None:
    """In which half minute the app shows this code, among the present one and those beside it."""
    present = int(now.timestamp()) // STEP_SECONDS
    shown = ((present + off, totp_of(secret).generate((present + off) * STEP_SECONDS)) for off in _STEPS_OFF)
    return next((step for step, digits in shown if compare_digest(digits, code.encode())), None)


def plain(code: str) -> str:
    """A code without what people put between its parts."""
    return _BETWEEN.sub("", code).lower()


def digest_of(login_id: UUID, recovery_code: str) -> bytes:
    """As a recovery code is kept."""
    return hashlib.sha256(login_id.bytes + plain(recovery_code).encode()).digest()


def try_code(
    account_id: UUID, login_id: UUID, code: str, source: Source, permission: Permission, *, now: datetime
) -> SecondCodeWrong | LoginLocked | None:
    """Take a code beside the right password, once; None where it is right. What is wrong is counted and written down, and the refusal
    is returned, because both must be committed before it. Of two who bring the same code at once the statement lets one pass."""

    def taken() -> SecondCodeWrong | None:
        return None if _take(account_id, login_id, plain(code), permission, now=now) else SecondCodeWrong()

    return try_factor(account_id, login_id, taken, source, permission, now=now)


def try_factor(
    account_id: UUID, login_id: UUID, taken: Callable[[], Wrong | None], source: Source, permission: Permission, *, now: datetime
) -> Wrong | LoginLocked | None:
    """Count one try of a second factor beside the right password, and take it: `taken` says what is wrong with it."""
    try:
        tried = count_code(login_id, account_id, source, now=now)
    except LoginLocked as locked:
        return locked
    wrong = taken()
    if wrong is None:
        forget_tries(tried, now=now)
        return None
    if tried.locks:
        outbox.record(SecondFactorGuessed(login_id), now=now)
    audit.record(Actor(account_id), permission, login_id, now=now, succeeded=False, reason=wrong.code, locked=tried.locks)
    return wrong


def _take(account_id: UUID, login_id: UUID, code: str, permission: Permission, *, now: datetime) -> bool:
    if _DIGITS.fullmatch(code):
        return _take_step(login_id, code, now=now)
    taken = db.session.scalar(
        update(RecoveryCode)
        .where(RecoveryCode.login_id == login_id, RecoveryCode.digest == digest_of(login_id, code), RecoveryCode.used_at.is_(None))
        .values(used_at=now)
        .returning(RecoveryCode.login_id)
        .execution_options(synchronize_session=False)
    )
    if taken is not None:
        audit.record(Actor(account_id), permission, login_id, now=now, reason="recovery_code")
        outbox.record(RecoveryCodeUsed(login_id), now=now)
    return taken is not None


def _take_step(login_id: UUID, code: str, *, now: datetime) -> bool:
    factor = db.session.execute(
        select(SecondFactor.id, SecondFactor.secret_sealed).where(SecondFactor.login_id == login_id, SecondFactor.confirmed_at.is_not(None))
    ).one_or_none()
    step = None if factor is None else step_of(secret_of(factor.id, factor.secret_sealed), code, now=now)
    if step is None:
        return False
    taken = db.session.scalar(
        update(SecondFactor)
        .where(SecondFactor.login_id == login_id, or_(SecondFactor.last_step.is_(None), SecondFactor.last_step < step))
        .values(last_step=step)
        .returning(SecondFactor.login_id)
        .execution_options(synchronize_session=False)
    )
    return taken is not None
