"""What the three administrators look after (三员分立): locked logins and the audit log. Ids, codes and numbers; nobody's data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, select, tuple_
from sqlalchemy.orm import aliased

from backend.accounts import policy
from backend.accounts.models import Login, LoginLockout, RoleGrant
from backend.accounts.policy import Permission, Scope, ScopeColumns
from backend.foundation import audit
from backend.foundation.actor import Actor
from backend.foundation.audit import AuditEntry, AuditSource
from backend.foundation.database import db
from backend.foundation.paging import AnyRow, Order, Page, PageRequest
from backend.foundation.search import as_asked

LONGEST_LOCKED = Order((LoginLockout.locked_until, LoginLockout.login_id))
ACTS = {permission.value: permission.chinese for permission in sorted(Permission, key=lambda permission: permission.chinese)}
"""What is done, as the log names it, and how people call it."""
LATEST_ACT = Order((AuditEntry.at, AuditEntry.id), latest_first=True)


def lockouts(viewer: Actor, *, now: datetime, page: PageRequest) -> Page[AnyRow]:
    """The logins locked now, from wherever, of those who hold or held an office in the viewer's areas; of each the lock that lasts longest,
    the longest locked first."""
    other = aliased(LoginLockout)
    lasts_longer = tuple_(other.locked_until, other.name_index) > tuple_(LoginLockout.locked_until, LoginLockout.name_index)
    wanted = (
        select(
            LoginLockout.login_id,
            Login.account_id,
            Login.name.label("login_name"),
            LoginLockout.failures,
            LoginLockout.locked_until,
        )
        .join(Login, Login.id == LoginLockout.login_id)
        .where(LoginLockout.locked_until > now, serves_in_sight(viewer, Permission.LOCKOUT_SEE))
        .where(~exists().where(other.login_id == LoginLockout.login_id, lasts_longer))
    )
    return LONGEST_LOCKED.page(wanted, page)


def looks_after_lockouts(viewer: Actor) -> bool:
    """Whether the viewer sees the locked logins of some area."""
    return policy.could_by_area(viewer, Permission.LOCKOUT_SEE)


def may_audit(viewer: Actor) -> bool:
    """Whether the audit log opens to the viewer."""
    return policy.could(viewer, Permission.AUDIT_SEE)


def serves_in_sight(viewer: Actor, permission: Permission) -> Any:
    """Condition on logins: their account holds or held a role in an area to which the permission reaches."""
    seen = policy.visible(viewer, permission, ScopeColumns(area_path=RoleGrant.area_path))
    return select(RoleGrant.id).where(RoleGrant.account_id == Login.account_id, seen).correlate(Login).exists()


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """Which acts somebody looks for; what is None does not matter. `operator`: who gave the command on the server; `until` is the first
    instant that is not meant."""

    account_id: UUID | None = None
    subject_id: UUID | None = None
    action: str | None = None
    succeeded: bool | None = None
    operator: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same in SQL. What was refused is asked for as its index says it."""
        same = as_asked(
            (AuditEntry.account_id, self.account_id),
            (AuditEntry.subject_id, self.subject_id),
            (AuditEntry.action, self.action),
            (AuditEntry.operator, self.operator),
        )
        ended = [] if self.succeeded is None else [and_(AuditEntry.succeeded) if self.succeeded else ~AuditEntry.succeeded]
        since = [] if self.since is None else [AuditEntry.at >= self.since]
        return [same, *ended, *since, *([] if self.until is None else [AuditEntry.at < self.until])]


def audit_entries(viewer: Actor, search: AuditSearch, *, now: datetime, page: PageRequest) -> Page[AnyRow]:
    """The audit log, the latest act first; that it was read is an act of its own. Raises Forbidden.

    What somebody wrote as a reason stands with the act itself, not here.
    """
    wanted = select(
        AuditEntry.id,
        AuditEntry.at,
        AuditEntry.account_id,
        AuditEntry.action,
        AuditEntry.subject_id,
        AuditEntry.succeeded,
        AuditEntry.request_id,
        AuditEntry.operator,
        AuditSource.address.label("source"),
        AuditEntry.details,
    ).outerjoin(AuditSource, AuditSource.entry_id == AuditEntry.id)
    wanted = wanted.where(*search.conditions())
    entries = LATEST_ACT.statement(wanted, page)
    policy.require(viewer, Permission.AUDIT_SEE, Scope())
    rows = db.session.execute(entries).all()
    of_account = None if search.account_id is None else str(search.account_id)
    audit.record(viewer, Permission.AUDIT_SEE, search.subject_id, now=now, of_account=of_account)
    return LATEST_ACT.cut(rows, page, of=wanted)
