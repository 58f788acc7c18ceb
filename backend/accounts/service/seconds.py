"""The word of a second officer: what makes somebody more powerful takes two, and the second is not in the hands of the first."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from backend.accounts.humans import account_now, accounts_of, are_one
from backend.accounts.models import RoleGrant
from backend.accounts.policy import OFFICE_ROLES
from backend.foundation.actor import Actor
from backend.foundation.database import db, one_of
from backend.foundation.errors import Forbidden


class SecondNeeded(Forbidden):
    """Whoever began it, or whom they appointed, is not the second who agrees."""

    code: ClassVar[str] = "second_needed"
    detail = "须由另一位工作人员同意，且其职务不是由经办人授予的"


def require_second(actor: Actor, first_id: UUID | None, *, now: datetime) -> None:
    """Let pass who is neither the human of the first account nor holds an office by their word. Raises SecondNeeded."""
    if actor.is_system or first_id is None:
        return
    if are_one(actor.account_id, first_id) or appointed_by(actor, first_id, RoleGrant.runs_beyond(now)):
        raise SecondNeeded


def appointed_by(actor: Actor, account_id: UUID, *which: ColumnElement[bool]) -> bool:
    """Whether the actor holds such an office because the human of that account appointed them, or agreed to it."""
    theirs = accounts_of(account_now(account_id))
    held = select(RoleGrant.id).where(
        RoleGrant.account_id == actor.account_id,
        one_of(RoleGrant.role, sorted(OFFICE_ROLES)),
        RoleGrant.withdrawn_at.is_(None),
        RoleGrant.waits_for.is_(None),
        or_(RoleGrant.granted_by.in_(theirs), RoleGrant.approved_by.in_(theirs)),
        *which,
    )
    return db.session.scalar(held.limit(1)) is not None
