"""What an appointment waits for: a second holder, where one's own level appointed, and then the one who is appointed."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import func, select, update

from backend.accounts import policy
from backend.accounts.events import RoleAccepted, RoleDeclined, RoleOffered
from backend.accounts.models import GrantStep, RoleGrant
from backend.accounts.policy import Permission, Scope
from backend.accounts.service.offices import OwnRole, RoleEnded, office_seen
from backend.accounts.service.roles import OFFICES, held_account, refuse_excluded
from backend.accounts.service.seconds import require_second
from backend.foundation import audit, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Missing

DECLINED = "本人未接受"


class NotAwaited(Conflict):
    """The appointment waits for something else, or for nobody."""

    code: ClassVar[str] = "not_awaited"
    detail = "该任命不在等待这一步，请刷新后再看"


def approve_appointment(actor: Actor, grant_id: UUID, *, now: datetime) -> None:
    """Agree as a second holder to an appointment that one's own level made; then the appointed is asked.

    Raises Missing, Forbidden, OwnRole, SecondNeeded, NotAwaited, RoleEnded.
    """
    seen = office_seen(actor, grant_id)
    policy.require(actor, Permission.ROLE_APPROVE, Scope(area_path=seen.area_path))
    if seen.account_id == actor.account_id:
        raise OwnRole
    require_second(actor, seen.granted_by, now=now)
    _step(seen, GrantStep.APPROVAL, now=now, waits_for=GrantStep.ACCEPTANCE, approved_by=actor.account_id)
    audit.record(actor, Permission.ROLE_APPROVE, seen.account_id, now=now, grant=str(grant_id), role=seen.role.value)
    outbox.record(RoleOffered(grant_id), now=now)


def accept_appointment(actor: Actor, grant_id: UUID, *, now: datetime) -> None:
    """Take an office that one was appointed to: it holds with the next request, or from its first day on.

    Raises Missing, RolesExclude, NotAwaited, RoleEnded.
    """
    seen = _own(actor, grant_id)
    refuse_excluded(held_account(seen.account_id), seen.role, now=now)
    _step(seen, GrantStep.ACCEPTANCE, now=now, waits_for=None, starts_at=func.greatest(RoleGrant.starts_at, now))
    audit.record(actor, Permission.ROLE_ACCEPT, seen.account_id, now=now, grant=str(grant_id), role=seen.role.value)
    outbox.record(RoleAccepted(grant_id), now=now)


def decline_appointment(actor: Actor, grant_id: UUID, *, now: datetime) -> None:
    """Leave an office that one was appointed to; it never held. Raises Missing, NotAwaited, RoleEnded."""
    seen = _own(actor, grant_id)
    ended = {"withdrawn_at": now, "withdrawn_by": actor.account_id, "withdrawn_reason": DECLINED}
    _step(seen, GrantStep.ACCEPTANCE, now=now, **ended)
    audit.record(actor, Permission.ROLE_ACCEPT, seen.account_id, now=now, succeeded=False, grant=str(grant_id), role=seen.role.value)
    outbox.record(RoleDeclined(grant_id), now=now)


def _own(actor: Actor, grant_id: UUID) -> RoleGrant:
    """An appointment of the actor's account to an office. Raises Missing."""
    policy.require(actor, Permission.ROLE_ACCEPT, Scope())
    grant = db.session.get(RoleGrant, grant_id)
    if grant is None or grant.account_id != actor.account_id or grant.role not in OFFICES:
        raise Missing
    return grant


def _step(seen: RoleGrant, awaited: GrantStep, *, now: datetime, **values: object) -> None:
    """Take the appointment further, if this is what it waits for. Raises RoleEnded, NotAwaited."""
    unended = RoleGrant.is_unended(now)
    taken = db.session.scalar(
        update(RoleGrant)
        .where(RoleGrant.id == seen.id, RoleGrant.waits_for == awaited, unended)
        .values(**values)
        .returning(RoleGrant.id)
        .execution_options(synchronize_session=False)
    )
    if taken is None:
        is_over = db.session.scalar(select(RoleGrant.id).where(RoleGrant.id == seen.id, unended)) is None
        raise RoleEnded if is_over else NotAwaited
    db.session.expire(seen)
