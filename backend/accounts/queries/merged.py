"""What an account opens by and holds."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from backend.accounts.models import Account, Login, LoginKind, RoleGrant
from backend.accounts.service.roles import OFFICES
from backend.foundation.database import db


def opens_by_wechat(account_id: UUID) -> bool:
    """Whether a WeChat user logs in to the account."""
    wechat = select(Login.id).where(Login.account_id == account_id, Login.kind == LoginKind.WECHAT, Login.ended_at.is_(None)).limit(1)
    return db.session.scalar(wechat) is not None


def has_person(account_id: UUID) -> bool:
    """Whether it is known whose account it is."""
    return db.session.scalar(select(Account.person_id).where(Account.id == account_id)) is not None


def holds_office(account_id: UUID, *, now: datetime) -> bool:
    """Whether the account holds an office, or will; what it is only offered is none."""
    office = (
        select(RoleGrant.id)
        .where(RoleGrant.account_id == account_id, RoleGrant.role.in_(OFFICES), RoleGrant.is_unended(now), RoleGrant.waits_for.is_(None))
        .limit(1)
    )
    return db.session.scalar(office) is not None
