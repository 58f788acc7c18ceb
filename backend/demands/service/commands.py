"""What somebody may do with a demand as it stands now: asked once by whoever shows it, so that nothing is offered that would be refused."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import exists, select

from backend.accounts import policy
from backend.attendance import service as attendance
from backend.attendance.models import Attendance, Shift
from backend.demands.models import Demand, DemandStatus
from backend.demands.service.endings import is_recorded
from backend.demands.service.life import AMEND, CANCEL, COMPLETE, LAPSE, PUBLISH, RETURN, WITHDRAW, WITHDRAW_RETURNED, scope_of
from backend.demands.service.publication import was_served
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict


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


def commands_on(viewer: Actor, demand: Demand, *, now: datetime) -> frozenset[DemandCommand]:
    """What the viewer may do with a demand that they may know of: by their roles, by where it is in its life, and by what has happened.
    What is asked of a command in words or numbers is judged when it comes."""
    scope = scope_of(demand)
    possible = {
        command
        for command, steps in _STEPS.items()
        for step in steps
        if step.seen is demand.status and policy.allows(viewer, policy.Permission(step.permission), scope)
    }
    return frozenset(possible - _not_now(demand, now) if possible and demand.status is DemandStatus.PUBLISHED else possible)


def require_command(viewer: Actor, demand: Demand, command: DemandCommand, *, now: datetime) -> None:
    """Let pass who may do this with a demand now. Raises Forbidden, and the refusal of the command where the demand has moved on."""
    steps = _STEPS[command]
    policy.require(viewer, policy.Permission(steps[0].permission), scope_of(demand))
    if command not in commands_on(viewer, demand, now=now):
        raise steps[0].refusal or Conflict


def _not_now(demand: Demand, now: datetime) -> set[DemandCommand]:
    """Of what is done with a published demand what stands in the way."""
    came = exists().where(Shift.opening_id == Demand.opening_id, Attendance.shift_id == Shift.id).correlate(Demand)
    goes_on, is_there, recorded, served = db.session.execute(
        select(attendance.goes_on(Demand.opening_id, now=now), came, is_recorded(), was_served()).where(Demand.id == demand.id)
    ).one()
    in_the_way = {
        DemandCommand.CANCEL: not goes_on or is_there,
        DemandCommand.COMPLETE: not served,
        DemandCommand.NOT_CARRIED_OUT: goes_on or recorded,
    }
    return {command for command, stands in in_the_way.items() if stands}
