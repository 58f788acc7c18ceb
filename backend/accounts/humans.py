"""Who is one human: an account, and those that it took over. Own-rules and the word of a second person compare these, not accounts."""

from uuid import UUID

from sqlalchemy import Select, or_, select

from backend.accounts.models import Account
from backend.foundation.database import db


def accounts_of(account_id: UUID | None) -> Select[UUID]:
    """The account and those that it took over; none for the platform itself. An actor's account is one that nobody took over."""
    return select(Account.id).where(or_(Account.id == account_id, Account.merged_into_id == account_id))


def account_now(account_id: UUID) -> UUID:
    """The account itself, or the one that took it over."""
    took_over = db.session.scalar(select(Account.merged_into_id).where(Account.id == account_id))
    return took_over or account_id


def are_one(account_id: UUID | None, other_id: UUID | None) -> bool:
    """Whether both are accounts of one human; the platform itself is nobody's."""
    return account_id is not None and other_id is not None and account_now(account_id) == account_now(other_id)
