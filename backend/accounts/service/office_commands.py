"""What somebody may do with an office as it stands now. Whoever shows one asks here, so that nothing is offered that would be refused."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select

from backend.accounts import policy
from backend.accounts.commands import Found
from backend.accounts.models import Account, GrantStep, Login, LoginKind, RoleGrant
from backend.accounts.policy import Permission, Scope
from backend.accounts.service.appointments import NotAwaited
from backend.accounts.service.offices import OwnRole, RoleEnded, hindrance_to_change, holder_to_check, office_seen
from backend.accounts.service.passwords import reset_password
from backend.accounts.service.rank import area_above, require_above, stands_above
from backend.accounts.service.roles import ADMINISTRATORS, OFFICES
from backend.accounts.service.seconds import SecondNeeded, is_second
from backend.foundation.actor import Actor, Role
from backend.foundation.database import db
from backend.foundation.errors import Forbidden, Missing, Refusal


class OfficeCommand(StrEnum):
    """What is done with an office, or for who holds it."""

    APPROVE = "approve"
    CHANGE_TERM = "change_term"
    WITHDRAW = "withdraw"
    CHECK_IDENTITY = "check_identity"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a command


_BY = {
    OfficeCommand.APPROVE: Permission.ROLE_APPROVE,
    OfficeCommand.CHANGE_TERM: Permission.ROLE_GRANT,
    OfficeCommand.WITHDRAW: Permission.ROLE_WITHDRAW,
}


def commands_on_office(viewer: Actor, grant_id: UUID, *, now: datetime) -> Found[OfficeCommand]:
    """What the viewer may do with an office, and of each what stands in its way now (None: nothing). Raises Missing."""
    return _commands_on(viewer, office_seen(viewer, grant_id), now)


def require_office_command(viewer: Actor, grant_id: UUID, command: OfficeCommand, *, refused: bool, now: datetime) -> None:
    """Let pass who may do this with an office now, or has that right and was `refused` it just now. Raises Missing, Forbidden, and unless
    it was refused already what stands in the way."""
    grant = office_seen(viewer, grant_id)
    if command is OfficeCommand.CHECK_IDENTITY:
        holder_to_check(viewer, grant_id, now=now)
        return
    if command is OfficeCommand.RESET_PASSWORD:
        require_above(viewer, Permission.PASSWORD_RESET, grant.account_id, now=now)
        return
    policy.require(viewer, _right(command, grant), Scope(area_path=grant.area_path))
    found = _commands_on(viewer, grant, now)
    refusal = found[command] if command in found else RoleEnded if grant.is_over(now) else NotAwaited
    if refusal is not None and not refused:
        raise refusal


def reset_password_of_holder(actor: Actor, grant_id: UUID, *, now: datetime) -> str:
    """As `reset_password`, for who holds this office. Raises Missing, also where they log in by no name."""
    name = _login_name(office_seen(actor, grant_id).account_id)
    if name is None:
        raise Missing
    return reset_password(actor, name, now=now)


def roles_to_grant(viewer: Actor) -> Sequence[Role]:
    """The offices that the viewer may be able to appoint somebody to, in some area."""
    return [role for role in OFFICES if role not in ADMINISTRATORS] if policy.area_paths(viewer, Permission.ROLE_GRANT) else []


def may_open_logins(viewer: Actor) -> bool:
    """Whether the viewer may be able to open a log-in for a new colleague."""
    return bool(policy.area_paths(viewer, Permission.ACCOUNT_CREATE))


def require_may_appoint(viewer: Actor) -> None:
    """Let pass who may be able to appoint somebody to an office. Raises Forbidden."""
    if not roles_to_grant(viewer):
        raise Forbidden(policy.who_may(Permission.ROLE_GRANT))


def require_may_open_logins(viewer: Actor) -> None:
    """Let pass who may be able to open a log-in for a new colleague. Raises Forbidden."""
    if not may_open_logins(viewer):
        raise Forbidden(policy.who_may(Permission.ACCOUNT_CREATE))


def _commands_on(viewer: Actor, grant: RoleGrant, now: datetime) -> dict[OfficeCommand, type[Refusal] | None]:
    if grant.is_over(now):
        return {}
    found: dict[OfficeCommand, type[Refusal] | None] = {}
    scope = Scope(area_path=grant.area_path)
    for command in _BY:
        if (command is not OfficeCommand.APPROVE or grant.waits_for is GrantStep.APPROVAL) and policy.allows(
            viewer, _right(command, grant), scope
        ):
            found[command] = _in_the_way(viewer, grant, command, now)
    if _is_to_check(viewer, grant, now):
        found[OfficeCommand.CHECK_IDENTITY] = None
    if _login_name(grant.account_id) is not None and stands_above(viewer, Permission.PASSWORD_RESET, grant.account_id, now=now):
        found[OfficeCommand.RESET_PASSWORD] = None
    return found


def _right(command: OfficeCommand, grant: RoleGrant) -> Permission:
    return Permission.ADMINISTRATOR_GRANT if grant.role in ADMINISTRATORS else _BY[command]


def _in_the_way(viewer: Actor, grant: RoleGrant, command: OfficeCommand, now: datetime) -> type[Refusal] | None:
    if command is not OfficeCommand.APPROVE:
        return hindrance_to_change(viewer, grant, now=now)
    if grant.account_id == viewer.account_id:
        return OwnRole
    return None if is_second(viewer, grant.granted_by, now=now) else SecondNeeded


def _is_to_check(viewer: Actor, grant: RoleGrant, now: datetime) -> bool:
    """Whether nobody has seen the papers of who holds it, and the viewer may (`holder_to_check`)."""
    if not policy.allows(viewer, Permission.IDENTITY_CHECK, area_above(grant.area_path)) or grant.account_id == viewer.account_id:
        return False
    unseen = select(Account.checked_at.is_(None)).where(Account.id == grant.account_id)
    return bool(db.session.scalar(unseen)) and stands_above(viewer, Permission.IDENTITY_CHECK, grant.account_id, now=now)


def _login_name(account_id: UUID) -> str | None:
    named = select(Login.name).where(Login.account_id == account_id, Login.kind == LoginKind.PASSWORD, Login.ended_at.is_(None))
    return db.session.scalar(named.limit(1))
