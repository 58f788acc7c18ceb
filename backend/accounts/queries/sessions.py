"""Where an account is logged in: each login from a phone or a browser until it ends."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from backend.accounts.models import Login, LoginKind, TokenFamily
from backend.foundation.actor import Actor
from backend.foundation.paging import Order, Page, PageRequest

NEWEST_FIRST = Order((TokenFamily.created_at, TokenFamily.id), latest_first=True)


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One login that holds. `last_used_at` is when its tokens were renewed last, so exact to the life of an access token."""

    id: UUID
    login_kind: LoginKind
    logged_in_at: datetime
    last_used_at: datetime
    ends_at: datetime
    current: bool


def own_sessions(viewer: Actor, family_id: UUID, *, now: datetime, page: PageRequest) -> Page[SessionLine]:
    """The logins of the viewer's account that hold, the newest first; `family_id` is the one that asks. Raises paging.CursorInvalid."""
    wanted = (
        select(TokenFamily.id, Login.kind, TokenFamily.created_at, TokenFamily.rotated_at, TokenFamily.expires_at)
        .join(Login, Login.id == TokenFamily.login_id)
        .where(TokenFamily.account_id == viewer.account_id, TokenFamily.ended_at.is_(None), TokenFamily.expires_at > now)
    )
    return NEWEST_FIRST.page(wanted, page).map(
        lambda row: SessionLine(row.id, row.kind, row.created_at, row.rotated_at, row.expires_at, current=row.id == family_id)
    )
