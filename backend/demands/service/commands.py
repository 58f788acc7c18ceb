"""What somebody may do with a demand as it stands now: asked once by whoever shows it, so that nothing is offered that would be refused."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import exists, select

from backend.accounts import commands
from backend.attendance import service as attendance
from backend.attendance.models import Attendance, Shift
from backend.demands.models import Demand, DemandStatus
from backend.demands.service.bases import why_unusable
from backend.demands.service.endings import DemandGoesOn, ServicesRecorded, is_recorded
from backend.demands.service.life import AMEND, CANCEL, COMPLETE, LAPSE, PUBLISH, RETURN, WITHDRAW, WITHDRAW_RETURNED, scope_of
from backend.demands.service.publication import DemandOver, NoCountingService, was_served
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict
from backend.openings import service as openings


class DemandCommand(StrEnum):
    """What is done with a demand."""

    PUBLISH = "publish"
    RETURN = "return"
    AMEND = "amend"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    COMPLETE = "complete"
    NOT_CARRIED_OUT = "not_carried_out"


_STEPS = {
    DemandCommand.PUBLISH: (PUBLISH,),
    DemandCommand.RETURN: (RETURN,),
    DemandCommand.AMEND: (AMEND,),
    DemandCommand.WITHDRAW: (WITHDRAW, WITHDRAW_RETURNED),
    DemandCommand.CANCEL: (CANCEL,),
    DemandCommand.COMPLETE: (COMPLETE,),
    DemandCommand.NOT_CARRIED_OUT: (LAPSE,),
}
"""By which steps of its life each is done: from where, and by whose right."""


def commands_on(viewer: Actor, demand: Demand, *, now: datetime) -> dict[DemandCommand, type[Conflict] | None]:
    """What the viewer may do with a demand that they may know of, by their roles and by where it is in its life; of each, what stands in
    its way as things are (None: nothing). What is said in words or numbers is judged when the command comes."""
    doable = commands.possible(viewer, _STEPS, demand.status, scope_of(demand))
    in_the_way = _in_the_way(demand, now) if doable else {}
    return {command: in_the_way.get(command) for command in doable}


def require_command(viewer: Actor, demand: Demand, command: DemandCommand, *, now: datetime, refused: bool) -> None:
    """Let pass who may do this with a demand now, or has that right and was `refused` it just now. Raises Forbidden, and unless it was
    refused already what stands in the way."""
    commands.require_right(viewer, _STEPS, command, scope_of(demand))
    if not refused:
        commands.require_way(_STEPS, command, commands_on(viewer, demand, now=now))


def _in_the_way(demand: Demand, now: datetime) -> dict[DemandCommand, type[Conflict] | None]:
    if demand.status is DemandStatus.SUBMITTED and demand.beneficiary_id is not None:
        return {DemandCommand.PUBLISH: why_unusable(demand.beneficiary_id)}
    if demand.status is not DemandStatus.PUBLISHED:
        return {}
    came = exists().where(Shift.opening_id == Demand.opening_id, Attendance.shift_id == Shift.id).correlate(Demand)
    goes_on, is_there, recorded, served = db.session.execute(
        select(attendance.goes_on(Demand.opening_id, now=now), came, is_recorded(), was_served()).where(Demand.id == demand.id)
    ).one()
    return {
        DemandCommand.CANCEL: DemandOver if not goes_on else openings.PlacesInService if is_there else None,
        DemandCommand.COMPLETE: None if served else NoCountingService,
        DemandCommand.NOT_CARRIED_OUT: DemandGoesOn if goes_on else ServicesRecorded if recorded else None,
    }
