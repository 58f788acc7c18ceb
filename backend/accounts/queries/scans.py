"""扫码登录, as the phone that scanned and the browser that asks may see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from backend.accounts import policy, tokens
from backend.accounts.models import ConsoleLogin, TokenFamily
from backend.accounts.policy import Permission, Scope
from backend.accounts.tokens import MOST_SCAN_TRIES, SCAN_LIFE, Scan, TokenInvalid
from backend.accounts.whence import Whence
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Missing
from backend.foundation.terms import Word


class ConsoleLoginStatus(Word):
    """How far the log-in of a browser by a scanned code has come."""

    WAITING = "waiting", "待确认"
    APPROVED = "approved", "已确认，待输入数字"
    OVER = "over", "已失效"


@dataclass(frozen=True, slots=True)
class ConsoleLoginLine:
    """What a phone is told before it agrees, and the digits afterwards, which nobody else is told."""

    browser: str
    system: str
    network: str | None
    status: ConsoleLoginStatus
    ends_at: datetime
    check_code: str | None


def console_login(viewer: Actor, code: str, *, now: datetime) -> ConsoleLoginLine:
    """What the code that was scanned would let in. Raises Missing for what is no code of ours."""
    policy.require(viewer, Permission.CONSOLE_LOGIN_APPROVE, Scope())
    try:
        scan = tokens.maker().read_scan_code(code)
    except TokenInvalid as invalid:
        raise Missing from invalid
    row = _approved(scan.login_id)
    ends_at = scan.ends_at if row is None else row.approved_at + SCAN_LIFE
    status = _status(row, ends_at, now=now)
    whence = Whence.unpacked(scan.whence)
    is_own = status is ConsoleLoginStatus.APPROVED and row.account_id == viewer.account_id
    return ConsoleLoginLine(
        browser=whence.browser,
        system=whence.system,
        network=whence.network or None,
        status=status,
        ends_at=ends_at,
        check_code=tokens.maker().check_code(scan.login_id) if is_own else None,
    )


def progress_of(scan: Scan, *, now: datetime) -> ConsoleLoginStatus:
    """How far it has come, for the browser that asked."""
    row = _approved(scan.login_id)
    return _status(row, scan.ends_at if row is None else row.approved_at + SCAN_LIFE, now=now)


def _status(row: Any, ends_at: datetime, *, now: datetime) -> ConsoleLoginStatus:
    if ends_at <= now or (row is not None and (row.used_at is not None or row.tries >= MOST_SCAN_TRIES)):
        return ConsoleLoginStatus.OVER
    return ConsoleLoginStatus.WAITING if row is None else ConsoleLoginStatus.APPROVED


def _approved(login_id: UUID) -> Any:
    return db.session.execute(
        select(TokenFamily.account_id, ConsoleLogin.approved_at, ConsoleLogin.tries, ConsoleLogin.used_at)
        .join(TokenFamily, TokenFamily.id == ConsoleLogin.family_id)
        .where(ConsoleLogin.id == login_id)
    ).one_or_none()
