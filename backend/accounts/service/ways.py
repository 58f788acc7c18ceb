"""The ways into an account: WeChat users and passwords, which its holder may end, and which a reset of the password ends."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, update

from backend.accounts import policy
from backend.accounts.models import Account, Login, TokenFamily
from backend.accounts.policy import Permission, Scope
from backend.accounts.service.factors import end_factors
from backend.accounts.service.logins import end_families
from backend.foundation import audit
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Missing

ADDED_AT = func.coalesce(Login.joined_at, Login.created_at)
"""When a way in came to the account that it opens now."""


class LastLogin(Conflict):
    """Without this way in nobody opens the account; whoever means that says so."""

    code: ClassVar[str] = "last_login"
    detail = "这是最后一个登录方式，移除后将无法登录此账号；确定要移除的，请再次确认"


def end_login(actor: Actor, login_id: UUID, *, even_last: bool, now: datetime) -> None:
    """Let a way into one's own account open it no more; what is logged in by it is out. Raises Missing, LastLogin."""
    policy.require(actor, Permission.LOGIN_END, Scope())
    # The account's row is the lock: of two that are ended at once, the later one finds itself the last.
    db.session.execute(select(Account.id).where(Account.id == actor.account_id).with_for_update())
    ways = set(db.session.scalars(select(Login.id).where(Login.account_id == actor.account_id, Login.ended_at.is_(None))))
    if login_id not in ways:
        raise Missing
    if len(ways) == 1 and not even_last:
        raise LastLogin
    end_ways(Login.id == login_id, reason="ended_by_holder", now=now)
    sessions = end_families(TokenFamily.login_id == login_id, reason="login_ended", now=now)
    audit.record(actor, Permission.LOGIN_END, login_id, now=now, sessions=sessions)


def end_ways_since(account_id: UUID, login_id: UUID, *, now: datetime) -> int:
    """End the ways that came to an account since the holder set the password of this one, or since this one came; returns how many."""
    since = select(func.greatest(Login.password_set_at, ADDED_AT)).where(Login.id == login_id).scalar_subquery()
    return end_ways(and_(Login.account_id == account_id, Login.id != login_id, since < ADDED_AT), reason="password_reset", now=now)


def end_ways(which: ColumnElement[bool], *, reason: str, now: datetime) -> int:
    """Let these ways in open nothing any more, with what their second factors hold; returns how many. The caller has asked policy."""
    ended = (
        update(Login)
        .where(which, Login.ended_at.is_(None))
        .values(ended_at=now, end_reason=reason, session_key_sealed=None)
        .returning(Login.id)
        .execution_options(synchronize_session=False)
    )
    gone = db.session.scalars(ended).all()
    end_factors(*gone, reason=reason, now=now)
    return len(gone)
