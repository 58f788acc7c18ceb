"""The life of a demand: its steps, and who may know of it."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.demands.events import (
    DemandCancelled,
    DemandCompleted,
    DemandHandedOver,
    DemandNotCarriedOut,
    DemandPublished,
    DemandReopened,
    DemandReturned,
    DemandSubmitted,
    DemandWithdrawn,
)
from backend.demands.models import Demand, DemandChange, DemandStatus
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Missing
from backend.foundation.life import Step

PUBLIC = frozenset({DemandStatus.PUBLISHED, DemandStatus.COMPLETED, DemandStatus.NOT_CARRIED_OUT})
"""In these states every account may know of a demand; in the others only who asked, and the community."""


class DemandNotSubmitted(Conflict):
    """It was published, returned or withdrawn already."""

    code: ClassVar[str] = "demand_not_submitted"
    detail = "该需求已处理，请刷新后再试"


class DemandNotReturned(Conflict):
    """Only what was returned is amended and sent again."""

    code: ClassVar[str] = "demand_not_returned"
    detail = "该需求没有被退回，不能修改后重新提交"


class DemandNotPublished(Conflict):
    """It is not published, or not any more."""

    code: ClassVar[str] = "demand_not_published"
    detail = "该需求未发布或已结束"


_SUBMITTED, _PUBLISHED, _COMPLETED = DemandStatus.SUBMITTED, DemandStatus.PUBLISHED, DemandStatus.COMPLETED
_RETURNED, _WITHDRAWN, _NOT_CARRIED_OUT = DemandStatus.RETURNED, DemandStatus.WITHDRAWN, DemandStatus.NOT_CARRIED_OUT
SUBMIT = Step(Demand, DemandChange, None, _SUBMITTED, DemandSubmitted, Permission.DEMAND_SUBMIT)
RETURN = Step(Demand, DemandChange, _SUBMITTED, _RETURNED, DemandReturned, Permission.DEMAND_REVIEW, DemandNotSubmitted)
AMEND = Step(Demand, DemandChange, _RETURNED, _SUBMITTED, DemandSubmitted, Permission.DEMAND_AMEND, DemandNotReturned)
WITHDRAW = Step(Demand, DemandChange, _SUBMITTED, _WITHDRAWN, DemandWithdrawn, Permission.DEMAND_WITHDRAW, DemandNotSubmitted)
WITHDRAW_RETURNED = Step(Demand, DemandChange, _RETURNED, _WITHDRAWN, DemandWithdrawn, Permission.DEMAND_WITHDRAW, DemandNotSubmitted)
PUBLISH = Step(Demand, DemandChange, _SUBMITTED, _PUBLISHED, DemandPublished, Permission.DEMAND_REVIEW, DemandNotSubmitted)
PUBLISH_AGAIN = Step(Demand, DemandChange, None, _PUBLISHED, DemandPublished, Permission.DEMAND_REVIEW, decision="again")
CANCEL = Step(Demand, DemandChange, _PUBLISHED, DemandStatus.CANCELLED, DemandCancelled, Permission.DEMAND_CANCEL, DemandNotPublished)
LAPSE = Step(
    Demand,
    DemandChange,
    _PUBLISHED,
    _NOT_CARRIED_OUT,
    DemandNotCarriedOut,
    Permission.DEMAND_CANCEL,
    DemandNotPublished,
    decision="not_carried_out",
)
COMPLETE = Step(Demand, DemandChange, _PUBLISHED, _COMPLETED, DemandCompleted, Permission.DEMAND_COMPLETE, DemandNotPublished)
HAND_OVER_SUBMITTED = Step(Demand, DemandChange, _SUBMITTED, _SUBMITTED, DemandHandedOver, Permission.DEMAND_REVIEW)
HAND_OVER_RETURNED = Step(Demand, DemandChange, _RETURNED, _RETURNED, DemandHandedOver, Permission.DEMAND_REVIEW)
HAND_OVER_PUBLISHED = Step(Demand, DemandChange, _PUBLISHED, _PUBLISHED, DemandHandedOver, Permission.DEMAND_REVIEW)
COMPLETE_LATE = Step(Demand, DemandChange, _NOT_CARRIED_OUT, _COMPLETED, DemandCompleted, Permission.DEMAND_COMPLETE)
LAPSE_LATE = Step(Demand, DemandChange, _COMPLETED, _NOT_CARRIED_OUT, DemandNotCarriedOut, Permission.DEMAND_COMPLETE)
REOPEN = Step(Demand, DemandChange, _COMPLETED, _PUBLISHED, DemandReopened, Permission.DEMAND_COMPLETE)


def scope_of(demand: Demand) -> Scope:
    """Where a demand belongs: its community, and who asked."""
    return Scope(area_path=demand.area_path, person_id=demand.requester_person_id)


def known_demand(actor: Actor, demand_id: UUID) -> Demand:
    """A demand that the actor may know of. Raises Missing."""
    demand = db.session.scalars(select(Demand).where(Demand.id == demand_id).execution_options(populate_existing=True)).one_or_none()
    if demand is None or (demand.status not in PUBLIC and not policy.allows(actor, Permission.DEMAND_SEE, scope_of(demand))):
        raise Missing
    return demand
