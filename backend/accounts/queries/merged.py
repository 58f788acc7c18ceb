"""Which accounts were merged into which, and what an account opens by and holds."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, or_, select

from backend.accounts.models import Account, Login, LoginKind, RoleGrant
from backend.accounts.service.roles import OFFICES
from backend.foundation.database import db


def accounts_of(account_id: UUID | None) -> Select[UUID]:
    """The account and those that it took over; none for the platform itself."""
    return select(Account.id).where(or_(Account.id == account_id, Account.merged_into_id == account_id))


def account_now(account_id: UUID) -> UUID:
    """The account itself, or the one that took it over."""
    took_over = db.session.scalar(select(Account.merged_into_id).where(Account.id == account_id))
    return took_over or account_id


def opens_by_wechat(account_id: UUID) -> bool:
    """Whether a WeChat user logs in to the account."""
    wechat = select(Login.id).where(Login.account_id == account_id, Login.kind == LoginKind.WECHAT, Login.ended_at.is_(None)).limit(1)
    return db.session.scalar(wechat) is not None


def holds_office(account_id: UUID, *, now: datetime) -> bool:
    """Whether the account holds an office, or will."""
    office = (
        select(RoleGrant.id)
        .where(RoleGrant.account_id == account_id, RoleGrant.role.in_(OFFICES), RoleGrant.withdrawn_at.is_(None))
        .where(or_(RoleGrant.ends_at.is_(None), RoleGrant.ends_at > now))
        .limit(1)
    )
    return db.session.scalar(office) is not None
