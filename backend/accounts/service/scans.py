"""扫码登录: a browser shows a code, a phone that is logged in agrees, and shows six digits that are typed into the browser.

The digits go from the phone to the browser, because a code can be sent to somebody else: who is led to scan the code of a stranger and
agrees has let nobody in, unless they also tell the stranger what their phone shows. What a browser asks is stored nowhere until a phone
agrees: a stranger writes no row.
"""

import hmac
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from backend.accounts import policy, tokens
from backend.accounts.models import Account, AccountStatus, ConsoleLogin, TokenFamily
from backend.accounts.policy import Permission, Scope
from backend.accounts.service.logins import Proof, start_browser
from backend.accounts.tokens import MOST_SCAN_TRIES, SCAN_LIFE, AccessClaims, Scan, TokenInvalid
from backend.accounts.whence import Whence
from backend.foundation import audit
from backend.foundation.actor import Actor
from backend.foundation.database import db, delete_some
from backend.foundation.errors import Conflict, Missing, Unprocessable
from backend.foundation.ids import new_id

FORGOTTEN_AFTER = timedelta(days=1)


class ConsoleLoginOver(Conflict):
    """The two minutes are over, or what was agreed to ended, was used, or guessed at too often."""

    code: ClassVar[str] = "console_login_over"
    detail = "二维码已失效，请在电脑上刷新页面，重新扫码"


class ConsoleLoginTaken(Conflict):
    """Somebody else agreed first."""

    code: ClassVar[str] = "console_login_taken"
    detail = "这个二维码已由别人确认，请在电脑上刷新页面，重新扫码"


class ConsoleLoginUnapproved(Conflict):
    """No phone has agreed yet."""

    code: ClassVar[str] = "console_login_unapproved"
    detail = "还没有在手机上确认，请先用小程序扫码并确认"


class ConsoleLoginCodeWrong(Unprocessable):
    """Not the digits that the phone shows."""

    code: ClassVar[str] = "console_login_code_wrong"
    detail = "数字不正确，请核对手机上显示的六位数字"


def ask_phone(whence: Whence, *, now: datetime) -> Scan:
    """What a browser asks from now on; nothing is stored."""
    return Scan(new_id(), now + SCAN_LIFE, whence.packed())


def approve_console_login(actor: Actor, code: str, family_id: UUID, *, now: datetime) -> None:
    """Agree that the browser that shows the code is let in, as who calls, once the digits are typed there. `family_id`: the phone's log-in.

    Twice by one account is once. Raises Missing, ConsoleLoginOver, ConsoleLoginTaken.
    """
    policy.require(actor, Permission.CONSOLE_LOGIN_APPROVE, Scope())
    try:
        scan = tokens.maker().read_scan_code(code)
    except TokenInvalid as invalid:
        raise Missing from invalid
    if scan.ends_at <= now:
        raise ConsoleLoginOver
    approved = db.session.scalar(
        insert(ConsoleLogin)
        .values(id=scan.login_id, family_id=family_id, approved_at=now, tries=0)
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(ConsoleLogin.id)
    )
    if approved is None:
        if _approver_of(scan.login_id) != actor.account_id:
            raise ConsoleLoginTaken
        return
    whence = Whence.unpacked(scan.whence)
    audit.record(
        actor,
        Permission.CONSOLE_LOGIN_APPROVE,
        scan.login_id,
        now=now,
        browser=whence.browser,
        system=whence.system,
        network=whence.network,
    )


def finish_console_login(
    scan: Scan, digits: str, *, left: AccessClaims | None, now: datetime
) -> AccessClaims | ConsoleLoginCodeWrong | ConsoleLoginOver:
    """Let the browser in that asked, as who agreed, with no more than the phone's log-in opens. The login that it was in (`left`) ends.

    Wrong digits are returned, not raised: they were counted, which must be committed. Raises ConsoleLoginUnapproved, ConsoleLoginOver.
    """
    tried = db.session.execute(
        update(ConsoleLogin)
        .where(
            ConsoleLogin.id == scan.login_id,
            ConsoleLogin.used_at.is_(None),
            ConsoleLogin.tries < MOST_SCAN_TRIES,
            ConsoleLogin.approved_at > now - SCAN_LIFE,
        )
        .values(tries=ConsoleLogin.tries + 1)
        .returning(ConsoleLogin.family_id, ConsoleLogin.tries)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if tried is None:
        raise ConsoleLoginUnapproved if scan.ends_at > now and _approver_of(scan.login_id) is None else ConsoleLoginOver
    phone = _phone(tried.family_id, now=now)
    if phone is None:
        raise ConsoleLoginOver
    if not hmac.compare_digest(digits.encode(errors="replace"), tokens.maker().check_code(scan.login_id).encode()):
        audit.record(
            Actor(phone.account_id), Permission.ACCOUNT_LOG_IN, scan.login_id, now=now, succeeded=False, reason=ConsoleLoginCodeWrong.code
        )
        if tried.tries == MOST_SCAN_TRIES:
            return ConsoleLoginOver()
        return ConsoleLoginCodeWrong(errors={"check_code": [ConsoleLoginCodeWrong.detail]})
    used = update(ConsoleLogin).where(ConsoleLogin.id == scan.login_id).values(used_at=now)
    db.session.execute(used.execution_options(synchronize_session=False))
    return start_browser(phone, left=left, now=now)


def _approver_of(login_id: UUID) -> UUID | None:
    return db.session.scalar(
        select(TokenFamily.account_id).join(ConsoleLogin, ConsoleLogin.family_id == TokenFamily.id).where(ConsoleLogin.id == login_id)
    )


def _phone(family_id: UUID, *, now: datetime) -> Proof | None:
    """What the phone's log-in proves, while it holds: a browser comes no further by it than the phone did."""
    held = db.session.execute(
        select(TokenFamily.account_id, TokenFamily.login_id, TokenFamily.password_change_needed, TokenFamily.password_only)
        .join(Account, Account.id == TokenFamily.account_id)
        .where(TokenFamily.id == family_id, TokenFamily.ended_at.is_(None), TokenFamily.expires_at > now)
        .where(Account.status == AccountStatus.ACTIVE)
        .with_for_update(of=TokenFamily)
    ).one_or_none()
    return None if held is None else Proof(held.account_id, held.login_id, held.password_change_needed, held.password_only)


def forget_old_console_logins(*, now: datetime, at_most: int = 5_000) -> int:
    """Delete some that were agreed to a day ago; returns how many. The audit log keeps that they were."""
    old = select(ConsoleLogin.id).where(ConsoleLogin.approved_at < now - FORGOTTEN_AFTER).limit(at_most)
    return delete_some(ConsoleLogin, old)
