"""How accounts are called by those who work beside them."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from backend.accounts.models import Login, LoginKind
from backend.foundation.database import db, one_of

THE_PLATFORM = "系统"


def called_at_work(account_ids: Collection[UUID | None]) -> dict[UUID | None, str]:
    """The name by which each of them logs in; of a WeChat account the end of its number, as it has no name but a person's; None is the
    platform itself."""
    known = [account_id for account_id in account_ids if account_id is not None]
    names: dict[UUID, str] = {}
    if known:
        named = select(Login.account_id, Login.name).where(one_of(Login.account_id, known), Login.kind == LoginKind.PASSWORD)
        names = {row.account_id: row.name for row in db.session.execute(named)}
    called: dict[UUID | None, str] = {one: f"账号{names[one]}" if one in names else f"账号尾号{one.hex[-8:]}" for one in known}
    return called | {None: THE_PLATFORM}
