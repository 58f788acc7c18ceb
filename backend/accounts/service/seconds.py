"""The word of a second officer: what makes somebody more powerful takes two, and the second is not in the hands of the first."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import aliased

from backend.accounts.humans import account_now, accounts_of, are_one
from backend.accounts.models import Account, RoleGrant
from backend.accounts.policy import OFFICE_ROLES
from backend.foundation.actor import Actor
from backend.foundation.database import Column, db, one_of
from backend.foundation.errors import Forbidden


class SecondNeeded(Forbidden):
    """Whoever began it, or whom they appointed, is not the second who agrees."""

    code: ClassVar[str] = "second_needed"
    detail = "须由另一位工作人员同意，且其职务不是由经办人授予的"


def require_second(actor: Actor, first_id: UUID | None, *, now: datetime) -> None:
    """Let pass who is neither the human of the first account nor holds an office by their word. Raises SecondNeeded."""
    if not is_second(actor, first_id, now=now):
        raise SecondNeeded


def is_second(actor: Actor, first_id: UUID | None, *, now: datetime) -> bool:
    """Whether `require_second` lets the actor pass."""
    if actor.is_system or first_id is None:
        return True
    return not are_one(actor.account_id, first_id) and not appointed_by(actor, first_id, RoleGrant.runs_beyond(now))


def may_second(actor: Actor, first: Column, *, now: datetime) -> ColumnElement[bool]:
    """Condition on rows that the account in `first` began: `require_second` lets the actor pass."""
    if actor.is_system:
        return true()
    named, theirs, held = aliased(Account), aliased(Account), aliased(RoleGrant)
    now_one = func.coalesce(named.merged_into_id, named.id)
    of_first = select(theirs.id).join(named, or_(theirs.id == now_one, theirs.merged_into_id == now_one)).where(named.id == first)
    appointed = _held_by_word_of(actor, of_first, held.runs_beyond(now), held=held).exists()
    return or_(first.is_(None), and_(first.not_in(accounts_of(actor.account_id)), ~appointed))


def appointed_by(actor: Actor, account_id: UUID, *which: ColumnElement[bool]) -> bool:
    """Whether the actor holds such an office because the human of that account appointed them, or agreed to it."""
    held = _held_by_word_of(actor, accounts_of(account_now(account_id)), *which)
    return db.session.scalar(held.limit(1)) is not None


def _held_by_word_of(actor: Actor, theirs: Select[UUID], *which: ColumnElement[bool], held: type[RoleGrant] = RoleGrant) -> Select[UUID]:
    return select(held.id).where(
        held.account_id == actor.account_id,
        one_of(held.role, sorted(OFFICE_ROLES)),
        held.withdrawn_at.is_(None),
        held.waits_for.is_(None),
        or_(held.granted_by.in_(theirs), held.approved_by.in_(theirs)),
        *which,
    )
