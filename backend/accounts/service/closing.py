"""The end of what ties an account and a person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from backend.accounts.models import Account, AccountStatus, RoleGrant
from backend.accounts.service.roles import scope_values, withdraw_role
from backend.foundation.actor import Actor, Grant, Role
from backend.foundation.database import db


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
