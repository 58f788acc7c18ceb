"""What every step in the life of a demand has in common: who may know of it, and what is written down."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.demands.models import Demand, DemandChange, DemandStatus
from backend.foundation import audit, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Missing
from backend.foundation.life import note_changes
from backend.foundation.outbox import Event

PUBLIC = frozenset({DemandStatus.PUBLISHED, DemandStatus.COMPLETED})
"""In these states every account may know of a demand; in the others only who asked, and the community."""


class DemandNotSubmitted(Conflict):
    """It was published, returned or withdrawn already."""

    code: ClassVar[str] = "demand_not_submitted"
    detail = "该需求已处理，请刷新后再试"


class DemandNotPublished(Conflict):
    """It is not published, or not any more."""

    code: ClassVar[str] = "demand_not_published"
    detail = "该需求未发布或已结束"


def scope_of(demand: Demand) -> Scope:
    """Where a demand belongs: its community, and who asked."""
    return Scope(area_path=demand.area_path, person_id=demand.requester_person_id)


def known_demand(actor: Actor, demand_id: UUID) -> Demand:
    """A demand that the actor may know of. Raises Missing."""
    demand = db.session.scalars(select(Demand).where(Demand.id == demand_id).execution_options(populate_existing=True)).one_or_none()
    if demand is None or (demand.status not in PUBLIC and not policy.allows(actor, Permission.DEMAND_SEE, scope_of(demand))):
        raise Missing
    return demand


def write_down(
    demand_ids: Sequence[UUID],
    from_status: DemandStatus | None,
    to_status: DemandStatus,
    event: type[Event],
    actor: Actor,
    permission: Permission,
    *,
    now: datetime,
    reason: str | None = None,
    on_behalf_of: UUID | None = None,
) -> None:
    """Step, event and audit entry of demands that were just changed; `on_behalf_of` says for whom a proxy did it."""
    note_changes(DemandChange, demand_ids, actor, was=from_status, now_is=to_status, now=now, reason=reason, on_behalf_of=on_behalf_of)
    for demand_id in demand_ids:
        outbox.record(event(demand_id), now=now)
        # The reason is prose of a person: it stands with the step, and the audit log holds no prose that may name somebody.
        audit.record(actor, permission, demand_id, now=now, on_behalf_of=on_behalf_of)
