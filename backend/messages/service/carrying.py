"""The inbox goes with its holder: once an account has a person, or was taken over, its messages are those of the person or of the other.
Where another area goes on for one, what was told by an office there is read by it in the other.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from backend.accounts.models import Account, RoleGrant
from backend.accounts.policy import COMMUNITY_DIGITS
from backend.areas import queries
from backend.foundation.database import db, one_of
from backend.messages import kinds
from backend.messages.models import Message
from backend.messages.occasions.occasion import recipient_of


def carry_over(account_ids: Sequence[UUID], *, now: datetime) -> None:  # noqa: ARG001 - called as every reaction
    """Bring the messages of these accounts, and of all that became one with them, to where their holder reads now. What both were told
    stays once."""
    _wait_for_who_tells()
    of_now, now_one = aliased(Account), func.coalesce(Account.merged_into_id, Account.id)
    concerned = select(now_one).where(one_of(Account.id, account_ids))
    reader = recipient_of(of_now)
    moved = (
        delete(Message)
        .where(Message.recipient_id == Account.id, of_now.id == now_one, now_one.in_(concerned), reader != Account.id)
        .returning(reader, *(column for column in Message.__table__.c if column.name != "recipient_id"))
        .cte("moved")
    )
    db.session.execute(insert(Message).from_select(list(moved.c.keys()), select(*moved.c)).on_conflict_do_nothing())


def follow_office(area_ids: Sequence[UUID], *, now: datetime) -> None:
    """Let who holds an office where another area goes on for one of these read there what they were told by it: of a grid, also who holds
    its community."""
    _wait_for_who_tells()
    by_office = [kind.code for kind in kinds.current().kinds if kind.occasion.by_office is not None]
    for moved in queries.went_on_in(area_ids):
        holders = (
            select(recipient_of(Account))
            .join(RoleGrant, RoleGrant.account_id == Account.id)
            .where(RoleGrant.area_path.in_(_down_to(moved.last)), RoleGrant.is_unended(now))
        )
        there = (Message.recipient_id.in_(holders), Message.area_path == moved.path, one_of(Message.kind, by_office))
        db.session.execute(update(Message).where(*there).values(area_path=moved.last).execution_options(synchronize_session=False))


def _down_to(path: str) -> list[str]:
    """Of a community and a grid in it, or of the one. Whoever is above sees both areas, and reads on where it was."""
    return sorted({path[:COMMUNITY_DIGITS], path})


def _wait_for_who_tells() -> None:
    """Whoever is telling at this moment may have met the account or the area as it was: the next ones meet it as it is."""
    db.session.execute(text("LOCK TABLE messages IN SHARE ROW EXCLUSIVE MODE"))
