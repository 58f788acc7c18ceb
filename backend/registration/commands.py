"""What a community may do with a registration as it stands now: asked once by whoever shows it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import literal, select

from backend.accounts import commands, policy
from backend.accounts.commands import Found
from backend.accounts.policy import Permission, Scope
from backend.attendance import service as attendance
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Refusal
from backend.people.notices import NoticeName
from backend.people.service import DataWithdrawn, took_back
from backend.registration.models import MemberRegistration, RegistrationStatus
from backend.registration.service import ACCEPT, END, RETURN, OwnRegistration, current_registration, scope_of


class RegistrationCommand(StrEnum):
    """What is done with a registration by its community."""

    ACCEPT = "accept"
    RETURN = "return"
    END = "end"


_STEPS = {
    RegistrationCommand.ACCEPT: (ACCEPT,),
    RegistrationCommand.RETURN: (RETURN,),
    RegistrationCommand.END: (END,),
}


def commands_on_registration(viewer: Actor, registration_id: UUID) -> Found[RegistrationCommand]:
    """What the viewer may do with a registration, and of each what stands in its way now (None: nothing). Raises Missing."""
    seen, scope = _seen(viewer, registration_id)
    return _commands_on(viewer, seen, scope)


def require_registration_command(viewer: Actor, registration_id: UUID, command: RegistrationCommand, *, refused: bool) -> None:
    """Let pass who may do this with a registration now, or has that right and was `refused` it just now. Raises Missing, Forbidden, and
    unless it was refused already what stands in the way."""
    seen, scope = _seen(viewer, registration_id)
    commands.require_right(viewer, _STEPS, command, scope)
    if not refused:
        commands.require_way(_STEPS, command, _commands_on(viewer, seen, scope))


def _seen(viewer: Actor, registration_id: UUID) -> tuple[MemberRegistration, Scope]:
    seen = current_registration(registration_id)
    scope = scope_of(seen)
    policy.require_seen(viewer, Permission.REGISTRATION_SEE, scope)
    return seen, scope


def _commands_on(viewer: Actor, seen: MemberRegistration, scope: Scope) -> Found[RegistrationCommand]:
    doable = commands.possible(viewer, _STEPS, seen.status, scope)
    in_the_way = _in_the_way(viewer, seen) if seen.status is RegistrationStatus.APPLIED and doable else {}
    return {command: in_the_way.get(command) for command in doable}


def _in_the_way(viewer: Actor, seen: MemberRegistration) -> Found[RegistrationCommand]:
    if viewer.person_id == seen.person_id:
        return dict.fromkeys((RegistrationCommand.ACCEPT, RegistrationCommand.RETURN), OwnRegistration)
    gone = db.session.scalar(select(took_back(literal(seen.person_id, MemberRegistration.person_id.type), NoticeName.PARTY_MEMBER)))
    refusal: type[Refusal] | None = DataWithdrawn if gone else None
    return {RegistrationCommand.ACCEPT: refusal}


def places_of_member(registration_id: UUID, *, now: datetime) -> int:
    """How many places the member would give back if the registration ended now; the caller has asked policy."""
    return attendance.places_of_person(current_registration(registration_id).person_id, now=now)
