"""Locked logins: the security administrator unlocks one before its time is over."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend.accounts.models import Login
from backend.accounts.policy import Permission
from backend.accounts.queries.oversight import serves_in_sight
from backend.accounts.service.passwords import login_named
from backend.accounts.service.tries import lift
from backend.foundation import audit
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Missing


class NotLocked(Conflict):
    """The login takes passwords: it was released, or its time is over."""

    code: ClassVar[str] = "not_locked"
    detail = "该登录名未被锁定"


def lift_lockout(actor: Actor, login_id: UUID, *, now: datetime) -> None:
    """Let a locked login try passwords again at once. Raises Missing, NotLocked."""
    if db.session.scalar(select(Login.id).where(Login.id == login_id, serves_in_sight(actor, Permission.LOCKOUT_LIFT))) is None:
        raise Missing
    if not lift(login_id, now=now):
        raise NotLocked
    audit.record(actor, Permission.LOCKOUT_LIFT, login_id, now=now)


def unlock_login(actor: Actor, name: str, *, now: datetime) -> None:
    """As `lift_lockout`, for who logs in by this name. Raises Missing, NotLocked."""
    lift_lockout(actor, login_named(name).id, now=now)
