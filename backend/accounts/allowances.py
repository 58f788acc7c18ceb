"""How much one person may write down in a day and have open at once (`config/limits.toml`): every command with such a limit asks here."""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Select, case, or_
from sqlalchemy.dialects.postgresql import insert

from backend.accounts import limits
from backend.accounts.limits import Bound, Written, WrittenRule
from backend.accounts.models import Allowance
from backend.accounts.policy import OFFICE_ROLES
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, TooMany


class TooManyToday(TooMany):
    """As many of a kind as one person may write down in a day."""

    code: ClassVar[str] = "too_many_today"
    detail = "今天提交的次数已达上限，请明天再试"


class TooManyOpen(Conflict):
    """As many of a kind wait for a decision as one person may have waiting."""

    code: ClassVar[str] = "too_many_open"
    detail = "等待处理的数量已达上限，请待其处理后再提交"


def take(actor: Actor, kind: Written, *, now: datetime, waiting: Select[UUID] | None = None, of: UUID | None = None) -> None:
    """Count one more of the kind for the person who acts; one that is refused after all counts for nothing.

    `waiting`: the ids of what they have open. `of`: counted for this thing, whoever acts. Two at once go one after the other, so each sees
    what the other wrote; the platform itself is not counted. Raises TooManyToday, TooManyOpen.
    """
    holder_id = of or actor.person_id or actor.account_id
    if holder_id is None or actor.is_system:
        return
    rule = limits.current().written[kind]
    bound = _bound(rule, actor)
    today = clock.shanghai_day(now)
    taken = db.session.scalar(
        insert(Allowance)
        .values(holder_id=holder_id, kind=kind, day=today, taken=1)
        .on_conflict_do_update(
            index_elements=["holder_id", "kind"],
            set_={"day": today, "taken": case((Allowance.day < today, 1), else_=Allowance.taken + 1)},
            where=or_(Allowance.day < today, Allowance.taken < bound.a_day),
        )
        .returning(Allowance.taken)
        .execution_options(synchronize_session=False)
    )
    if taken is None:
        tomorrow = clock.start_of_day(today + timedelta(days=1))
        raise TooManyToday(f"每天最多{bound.a_day}{rule.name}，请明天再试", retry_after=int((tomorrow - now).total_seconds()) + 1)
    if waiting is not None and bound.open is not None and len(db.session.scalars(waiting.limit(bound.open)).all()) >= bound.open:
        raise TooManyOpen(f"等待处理的最多{bound.open}{rule.name}，请待其处理后再提交")


def _bound(rule: WrittenRule, actor: Actor) -> Bound:
    in_office = actor.is_checked and any(grant.role in OFFICE_ROLES for grant in actor.grants)
    return rule.in_office if rule.in_office is not None and in_office else rule
