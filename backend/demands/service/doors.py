"""Door codes of who is visited, by whoever decides in their community."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.attendance import service as attendance
from backend.attendance.doors import PrintedCode
from backend.demands.models import Beneficiary
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Missing


def issue_door_code(actor: Actor, beneficiary_id: UUID, *, now: datetime) -> PrintedCode:
    """A printed code for the door of somebody on record, shown this once; the one before opens nothing from now on.

    Raises Missing, Forbidden.
    """
    return attendance.issue_door_code(actor, beneficiary_id, _home_of(actor, beneficiary_id), now=now)


def end_door_code(actor: Actor, beneficiary_id: UUID, *, now: datetime) -> None:
    """Let the code of that door open nothing any more. Raises Missing, Forbidden, NoDoorCode."""
    attendance.end_door_code(actor, beneficiary_id, _home_of(actor, beneficiary_id), now=now)


def _home_of(actor: Actor, beneficiary_id: UUID) -> str:
    """The area of a beneficiary whom the actor may see, or whose door is theirs to give a code. Raises Missing."""
    area_path = db.session.scalar(select(Beneficiary.area_path).where(Beneficiary.id == beneficiary_id))
    scope = Scope(area_path=area_path)
    if area_path is None or not any(policy.allows(actor, may, scope) for may in (Permission.BENEFICIARY_SEE, Permission.DOOR_CODE_ISSUE)):
        raise Missing
    return area_path
