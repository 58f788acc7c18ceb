"""The end of an account, and of what ties it and a person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from backend.accounts.models import Account, AccountStatus, Login, RoleGrant, TokenFamily
from backend.accounts.policy import Permission
from backend.accounts.service.logins import AccountClosed, end_families
from backend.accounts.service.preferences import forget_preferences
from backend.accounts.service.roles import scope_values, withdraw_role
from backend.accounts.service.ways import end_ways
from backend.foundation import audit
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db

CLOSED = "account_closed"


def hold_for_closing(account_id: UUID) -> None:
    """Hold an account and its roles until the transaction ends: whoever claims by one of them is done, or finds it gone.

    Raises AccountClosed to the later of two that close it at once.
    """
    if db.session.scalar(select(Account.status).where(Account.id == account_id).with_for_update()) is not AccountStatus.ACTIVE:
        raise AccountClosed
    db.session.execute(select(RoleGrant.id).where(RoleGrant.account_id == account_id).order_by(RoleGrant.id).with_for_update())


def close(actor: Actor, account_id: UUID, *, reason: str = CLOSED, now: datetime) -> None:
    """End an account: its roles, the ways into it, and where it is logged in. The caller has asked policy and holds it."""
    db.session.execute(
        update(RoleGrant)
        .where(RoleGrant.account_id == account_id, RoleGrant.withdrawn_at.is_(None))
        .values(withdrawn_at=now, withdrawn_by=actor.account_id, withdrawn_reason=reason)
        .execution_options(synchronize_session=False)
    )
    forget_preferences(account_id)
    ways = end_ways(Login.account_id == account_id, reason=reason, now=now)
    end_families(TokenFamily.account_id == account_id, reason=reason, now=now)
    db.session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(status=AccountStatus.CLOSED, closed_at=now, closed_reason=reason)
        .execution_options(synchronize_session=False)
    )
    audit.record(actor, Permission.ACCOUNT_CLOSE, account_id, now=now, ways=ways)


def withdraw_everywhere(actor: Actor, person_id: UUID, role: Role, *, reason: str, now: datetime) -> None:
    """Withdraw a role from the live account of a person within every scope in which it is held."""
    held = select(RoleGrant).join(Account, Account.id == RoleGrant.account_id)
    for grant in db.session.scalars(
        held.where(Account.person_id == person_id, Account.status == AccountStatus.ACTIVE, RoleGrant.role == role)
        .where(RoleGrant.withdrawn_at.is_(None))
        .order_by(RoleGrant.id)
    ).all():
        withdraw_role(actor, grant.account_id, Grant(role, **scope_values(grant)), reason=reason, now=now)


def untie(person_id: UUID) -> None:
    """Let the live account of a person be nobody's again, because who it was is erased."""
    db.session.execute(
        update(Account)
        .where(Account.person_id == person_id, Account.status == AccountStatus.ACTIVE)
        .values(person_id=None, checked_at=None, checked_by=None)
        .execution_options(synchronize_session=False)
    )
