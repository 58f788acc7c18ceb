"""By what an account opens, and where it is logged in: each login from a phone or a browser until it ends."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func, select

from backend.accounts import policy
from backend.accounts.humans import accounts_of
from backend.accounts.models import Login, LoginKind, RecoveryCode, SecondFactor, TokenFamily
from backend.accounts.policy import Permission, Scope
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.paging import AnyRow, Order, Page, PageRequest
from backend.foundation.terms import Word

LOGGED_IN_AT = TokenFamily.created_at.label("logged_in_at")
NEWEST_FIRST = Order((LOGGED_IN_AT, TokenFamily.id), latest_first=True)
NEWEST_WAY_FIRST = Order((Login.id,), latest_first=True)


class AddedBy(Word):
    """Who added a way into an account."""

    HOLDER = "holder", "本人"
    OFFICER = "officer", "工作人员"
    OPERATOR = "operator", "运维人员或系统"


def own_sessions(viewer: Actor, family_id: UUID, *, now: datetime, page: PageRequest) -> Page[AnyRow]:
    """The logins of the viewer's account that hold, the newest first; `family_id` is the one that asks. Raises paging.CursorInvalid."""
    policy.require(viewer, Permission.SESSION_SEE, Scope())
    wanted = (
        select(
            TokenFamily.id,
            Login.kind.label("login_kind"),
            TokenFamily.held_by,
            LOGGED_IN_AT,
            TokenFamily.rotated_at.label("last_used_at"),  # renewed last, so exact to the life of an access token
            TokenFamily.expires_at.label("ends_at"),
            (TokenFamily.id == family_id).label("current"),
        )
        .join(Login, Login.id == TokenFamily.login_id)
        .where(TokenFamily.account_id == viewer.account_id, TokenFamily.ended_at.is_(None), TokenFamily.expires_at > now)
    )
    return NEWEST_FIRST.page(wanted, page)


def own_logins(viewer: Actor, *, page: PageRequest) -> Page[AnyRow]:
    """The ways into the viewer's account, the newest first, and by whom they were added. Raises paging.CursorInvalid."""
    policy.require(viewer, Permission.LOGIN_SEE, Scope())
    added_by = case(
        (Login.added_by.in_(accounts_of(viewer.account_id)), AddedBy.HOLDER.value),
        (Login.added_by.is_(None), AddedBy.OPERATOR.value),
        else_=AddedBy.OFFICER.value,
    )
    left = select(func.count()).where(RecoveryCode.login_id == SecondFactor.login_id, RecoveryCode.used_at.is_(None))
    wanted = (
        select(Login.id, Login.kind, Login.name, func.coalesce(Login.joined_at, Login.created_at).label("added_at"), Login.last_used_at)
        .add_columns(added_by.label("added_by"), SecondFactor.confirmed_at.label("second_factor_at"))
        .add_columns(
            case((SecondFactor.confirmed_at.is_not(None), left.correlate(SecondFactor).scalar_subquery())).label("recovery_codes_left")
        )
        .outerjoin(SecondFactor, SecondFactor.login_id == Login.id)
    )
    return NEWEST_WAY_FIRST.page(wanted.where(Login.account_id == viewer.account_id, Login.ended_at.is_(None)), page)


def own_login_name(viewer: Actor) -> str | None:
    """The name by which the viewer logs in with a password, if they do."""
    return db.session.scalar(
        select(Login.name).where(Login.account_id == viewer.account_id, Login.kind == LoginKind.PASSWORD, Login.ended_at.is_(None)).limit(1)
    )
