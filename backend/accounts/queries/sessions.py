"""By what an account opens, and where it is logged in: each login from a phone or a browser until it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ScalarSelect, and_, case, func, select

from backend.accounts import policy
from backend.accounts.humans import accounts_of
from backend.accounts.models import Login, LoginKind, Passkey, RecoveryCode, SecondFactor, TokenFamily
from backend.accounts.policy import Permission, Scope
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Missing
from backend.foundation.paging import AnyRow, Order, Page, PageRequest
from backend.foundation.terms import Word

LOGGED_IN_AT = TokenFamily.created_at.label("logged_in_at")
NEWEST_FIRST = Order((LOGGED_IN_AT, TokenFamily.id), latest_first=True)
NEWEST_WAY_FIRST = Order((Login.id,), latest_first=True)


_OF_PASSKEY = (Passkey.id, Passkey.name, Passkey.made_at, Passkey.last_used_at)


@dataclass(frozen=True, slots=True)
class PasswordLogin:
    """A log-in by password; where one is in by it (`in_use`), the passkeys that it takes, in the order in which they were made: few."""

    name: str
    in_use: bool
    passkeys: Sequence[AnyRow]


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
    left = select(func.count()).where(RecoveryCode.login_id == Login.id, RecoveryCode.used_at.is_(None))
    first_passkey = select(func.min(Passkey.made_at)).where(Passkey.login_id == Login.id, Passkey.ended_at.is_(None))
    guarded_at = func.least(SecondFactor.confirmed_at, first_passkey.correlate(Login).scalar_subquery())
    wanted = (
        select(Login.id, Login.kind, Login.name, func.coalesce(Login.joined_at, Login.created_at).label("added_at"), Login.last_used_at)
        .add_columns(added_by.label("added_by"), guarded_at.label("second_factor_at"), SecondFactor.confirmed_at.label("app_set_at"))
        .add_columns(case((guarded_at.is_not(None), left.correlate(Login).scalar_subquery())).label("recovery_codes_left"))
        .outerjoin(SecondFactor, SecondFactor.login_id == Login.id)
    )
    return NEWEST_WAY_FIRST.page(wanted.where(Login.account_id == viewer.account_id, Login.ended_at.is_(None)), page)


def own_password_login(viewer: Actor, family_id: UUID) -> PasswordLogin | None:
    """The viewer's log-in by password, if there is one: that by which `family_id` is, before any other."""
    policy.require(viewer, Permission.LOGIN_SEE, Scope())
    in_use = Login.id == _login_of(family_id)
    wanted = (
        select(Login.name.label("login_name"), in_use.label("in_use"), *_OF_PASSKEY)
        .outerjoin(Passkey, and_(Passkey.login_id == Login.id, Passkey.ended_at.is_(None)))
        .where(Login.account_id == viewer.account_id, Login.kind == LoginKind.PASSWORD, Login.ended_at.is_(None))
    )
    rows = db.session.execute(wanted.order_by(in_use.desc(), Passkey.id)).all()
    passkeys = [row for row in rows if row.in_use and row.id is not None]
    return PasswordLogin(rows[0].login_name, rows[0].in_use, passkeys) if rows else None


def own_passkey(viewer: Actor, family_id: UUID, passkey_id: UUID) -> AnyRow:
    """A passkey of the log-in by which `family_id` is. Raises Missing."""
    policy.require(viewer, Permission.LOGIN_SEE, Scope())
    theirs = (Passkey.id == passkey_id, Passkey.ended_at.is_(None), Login.id == _login_of(family_id), Login.account_id == viewer.account_id)
    found = db.session.execute(select(*_OF_PASSKEY).join(Login, Login.id == Passkey.login_id).where(*theirs)).one_or_none()
    if found is None:
        raise Missing
    return found


def _login_of(family_id: UUID) -> ScalarSelect[UUID]:
    return select(TokenFamily.login_id).where(TokenFamily.id == family_id).scalar_subquery()


def own_login_name(viewer: Actor) -> str | None:
    """The name by which the viewer logs in with a password, if they do."""
    return db.session.scalar(
        select(Login.name).where(Login.account_id == viewer.account_id, Login.kind == LoginKind.PASSWORD, Login.ended_at.is_(None)).limit(1)
    )
