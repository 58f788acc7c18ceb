"""A demand whose time is over does not stay published: it is completed where something counts as served, else it was not carried out. No
claim is touched by that, so that no figure of a finished time moves."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select

from backend.accounts import policy
from backend.accounts.policy import Permission
from backend.attendance import limits
from backend.attendance import service as attendance
from backend.attendance.models import Attendance, ServiceRecord, Shift
from backend.attendance.queries import counting_records
from backend.demands.models import Demand, DemandStatus
from backend.demands.service.life import CANCEL, COMPLETE, LAPSE, DemandNotPublished, known_demand, scope_of
from backend.foundation.actor import Actor
from backend.foundation.database import db, one_of
from backend.foundation.errors import Conflict
from backend.openings import service as openings
from backend.openings.models import Claim

NOBODY_CLAIMED = "无人认领"
NOBODY_CAME = "已认领，无人到场服务"
NOTHING_CONFIRMED = "有人到场，没有经确认的服务记录"


class DemandGoesOn(Conflict):
    """Its time is not over: what is not needed any more is called off."""

    code: ClassVar[str] = "demand_goes_on"
    detail = "服务时间还没有结束；不再需要的，请取消"


class ServicesRecorded(Conflict):
    """Somebody served by a record that stands: it is confirmed, or withdrawn where it is wrong."""

    code: ClassVar[str] = "services_recorded"
    detail = "已有服务记录：属实的请确认后办结，不属实的请先撤销"


def cancel_shift(actor: Actor, shift_id: UUID, *, reason: str, now: datetime) -> None:
    """Call off one shift. With the last one that lies ahead its opening closes: the claims on it are released, and where nobody has served
    the demand is called off as well.

    Raises ShiftNotPlanned, ShiftInUse, PlacesInService (somebody signs in at this moment), Missing, and Forbidden for who may not decide in
    the area.
    """
    opening_id = db.session.scalar(select(Shift.opening_id).where(Shift.id == shift_id))
    # In this order everywhere: demand, shift, role, claim.
    demand_id = db.session.scalar(select(Demand.id).where(Demand.opening_id == opening_id).with_for_update())
    left = attendance.cancel_shift(actor, shift_id, reason=reason, now=now)
    if opening_id is None or left.is_ahead:
        return
    if left.was_served:
        openings.close_openings([opening_id], now=now)
        attendance.release_of_opening(actor, opening_id, reason=reason, now=now)
        return
    if demand_id is not None:
        CANCEL.take_all(actor, [demand_id], now=now, reason=reason)
    openings.cancel_opening(actor, opening_id, unserved=attendance.UNSERVED, reason=reason, now=now)


def mark_not_carried_out(actor: Actor, demand_id: UUID, *, reason: str, now: datetime) -> None:
    """Say of a published demand whose time is over that nothing came of it, and why.

    Raises DemandNotPublished, DemandGoesOn, ServicesRecorded, Missing, Forbidden.
    """
    demand = known_demand(actor, demand_id)
    policy.require(actor, Permission.DEMAND_CANCEL, scope_of(demand))
    goes_on = attendance.goes_on(Demand.opening_id, now=now)
    if demand.opening_id is None or not LAPSE.take_all(actor, [demand_id], ~goes_on, ~is_recorded(), now=now, reason=reason):
        seen = db.session.execute(select(Demand.status, goes_on.label("goes_on")).where(Demand.id == demand_id)).one()
        if seen.status is not DemandStatus.PUBLISHED:
            raise DemandNotPublished
        raise DemandGoesOn if seen.goes_on else ServicesRecorded
    openings.close_openings([demand.opening_id], now=now)


def is_recorded() -> ColumnElement[bool]:
    """Condition on demands: there is a service record of it, confirmed or not."""
    return exists().where(ServiceRecord.opening_id == Demand.opening_id, ServiceRecord.is_current()).correlate(Demand)


def end_over(*, now: datetime, at_most: int = 200) -> int:
    """End some published demands whose time is over: at once where nobody holds a place; else when the community had its days to add and
    to confirm who served (`config/services.toml`, `demands`). Returns how many."""
    decided = now - timedelta(days=limits.current().demands.decided_after_days)
    claimed = exists().where(Claim.opening_id == Demand.opening_id, Claim.stands())
    over = select(Demand.id, Demand.opening_id).where(
        Demand.status == DemandStatus.PUBLISHED,
        Demand.ends_at <= now,
        ~attendance.goes_on(Demand.opening_id, now=now),
        or_(~claimed, Demand.ends_at <= decided),
    )
    ending = {
        row.opening_id: row.id for row in db.session.execute(over.order_by(Demand.id).limit(at_most).with_for_update(skip_locked=True))
    }
    counting = counting_records().where(one_of(ServiceRecord.opening_id, list(ending))).subquery()
    served = set(db.session.scalars(select(counting.c.opening_id)))
    COMPLETE.take_all(Actor.system(), [ending[opening_id] for opening_id in sorted(served)], now=now)
    for reason, opening_ids in _why_nothing_came(list(ending.keys() - served)).items():
        LAPSE.take_all(Actor.system(), sorted(ending[opening_id] for opening_id in opening_ids), now=now, reason=reason)
    openings.close_openings(list(ending), now=now)
    return len(ending)


def _why_nothing_came(opening_ids: Sequence[UUID]) -> dict[str, set[UUID]]:
    """The openings by why nothing of them counts as served."""
    claims = select(Claim.opening_id).where(one_of(Claim.opening_id, opening_ids), Claim.stands())
    there = select(Shift.opening_id).join(Attendance, Attendance.shift_id == Shift.id).where(one_of(Shift.opening_id, opening_ids))
    claimed, came = set(db.session.scalars(claims)), set(db.session.scalars(there))
    return {NOTHING_CONFIRMED: came, NOBODY_CAME: claimed - came, NOBODY_CLAIMED: set(opening_ids) - claimed - came}
