"""Who stands above whom: an act on another officer's account is for those who hold office above all of its offices."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend.accounts import policy
from backend.accounts.models import RoleGrant
from backend.accounts.policy import OFFICE_ROLES, Permission, Scope
from backend.foundation.actor import Actor, Role
from backend.foundation.database import db
from backend.foundation.errors import Forbidden, Missing

_ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
DIGITS_OF_A_LEVEL = 3


class HolderOfOffice(Forbidden):
    """The account holds an office that the actor does not stand above: whoever opens it anew would be taking that over."""

    code: ClassVar[str] = "holder_of_office"
    detail = "该账号担任职务，须由其上级办理，或由其上级先收回职务"


def area_above(area_path: str | None) -> Scope:
    """The area that the area of an office is part of, as a scope; above a district there is none."""
    return Scope(area_path=(area_path or "")[:-DIGITS_OF_A_LEVEL])


def require_above(actor: Actor, permission: Permission, account_id: UUID, *, now: datetime) -> None:
    """Let pass who has the permission in the area above each office that the account holds or will hold, so above all of them.

    Raises Missing otherwise: also for one's own account, for the three administrators', and for an account that holds no office.
    """
    if not stands_above(actor, permission, account_id, now=now):
        raise Missing


def stands_above(actor: Actor, permission: Permission, account_id: UUID, *, now: datetime) -> bool:
    """Whether `require_above` lets the actor pass."""
    offices = _offices(account_id, now=now)
    return actor.is_system or (bool(offices) and _is_above(actor, permission, offices))


def require_above_if_office(actor: Actor, permission: Permission, account_id: UUID, *, now: datetime) -> None:
    """As `require_above`, but an account without an office lets everybody pass. Raises HolderOfOffice otherwise."""
    if not actor.is_system and not _is_above(actor, permission, _offices(account_id, now=now)):
        raise HolderOfOffice


def require_still_above(actor: Actor, permission: Permission, account_id: UUID, *, since: datetime | None, now: datetime) -> None:
    """As `require_above_if_office`; with `since` for whom somebody above spoke at that instant: no office came to the account after it.

    Raises HolderOfOffice.
    """
    if since is None:
        require_above_if_office(actor, permission, account_id, now=now)
        return
    later = select(RoleGrant.id).where(
        RoleGrant.account_id == account_id, RoleGrant.role.in_(OFFICE_ROLES), RoleGrant.withdrawn_at.is_(None), RoleGrant.starts_at > since
    )
    if db.session.scalar(later.limit(1)) is not None:
        raise HolderOfOffice


def _offices(account_id: UUID, *, now: datetime) -> list[tuple[Role, str | None]]:
    held = select(RoleGrant.role, RoleGrant.area_path).where(
        RoleGrant.account_id == account_id,
        RoleGrant.role.in_(OFFICE_ROLES),
        RoleGrant.waits_for.is_(None),
        RoleGrant.is_unended(now),
    )
    return [(role, area_path) for role, area_path in db.session.execute(held)]


def _is_above(actor: Actor, permission: Permission, offices: list[tuple[Role, str | None]]) -> bool:
    return all(role not in _ADMINISTRATORS and policy.allows(actor, permission, area_above(area_path)) for role, area_path in offices)
