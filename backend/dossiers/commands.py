"""What an officer may begin from a person's record as it stands now: asked once by whoever shows it, so that nothing is offered that would
be refused."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial
from uuid import UUID

from sqlalchemy import exists, select

from backend.accounts import commands, policy
from backend.accounts import service as accounts
from backend.accounts.commands import Found
from backend.accounts.policy import Permission, Scope
from backend.corrections import service as corrections
from backend.corrections.models import CorrectionStatus, IdentityCorrection
from backend.deaths import service as deaths
from backend.deaths.models import Death, DeathStatus
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Missing, Refusal
from backend.people.models import Person
from backend.people.service import DataWithdrawn
from backend.reveals import service as reveals


class PersonCommand(StrEnum):
    """What is begun there."""

    REVEAL = "reveal"
    CORRECT = "correct"
    REPORT_DEATH = "report_death"


_RIGHTS: Mapping[PersonCommand, Permission] = {
    PersonCommand.REVEAL: Permission.PERSON_REVEAL,
    PersonCommand.CORRECT: Permission.CORRECTION_PROPOSE,
    PersonCommand.REPORT_DEATH: Permission.DEATH_REPORT,
}


def commands_on_person(viewer: Actor, person_id: UUID, *, now: datetime) -> Found[PersonCommand]:
    """What the viewer may do with a person, and of each what stands in its way now (None: nothing). Raises Missing."""
    return _commands_on(viewer, _known(viewer, person_id), now)


def require_person_command(viewer: Actor, person_id: UUID, command: PersonCommand, *, now: datetime, refused: bool = False) -> None:
    """Let pass who may do this with a person now, or has that right and was `refused` it just now. Raises Missing, Forbidden, and unless it
    was refused already what stands in the way."""
    person = _known(viewer, person_id)
    policy.require(viewer, _RIGHTS[command], _scope_of(person))
    if refused:
        return
    refusal = _over(person).get(command) or _hindrance(viewer, person, command, _above(viewer, person, now), now)
    if refusal is not None:
        raise refusal


def _known(viewer: Actor, person_id: UUID) -> Person:
    person = db.session.get(Person, person_id)
    if person is None:
        raise Missing
    policy.require_seen(viewer, Permission.PERSON_SEE, _scope_of(person))
    return person


def _scope_of(person: Person) -> Scope:
    return Scope(area_path=person.area_path, person_id=person.id)


def _commands_on(viewer: Actor, person: Person, now: datetime) -> Found[PersonCommand]:
    over = _over(person)
    doable = [command for command, needed in _RIGHTS.items() if command not in over and policy.allows(viewer, needed, _scope_of(person))]
    above = _above(viewer, person, now)
    return {command: _hindrance(viewer, person, command, above, now) for command in doable}


def _over(person: Person) -> dict[PersonCommand, type[Refusal]]:
    """What is under way already, or past, and by what it is refused; the record says so itself."""
    is_open = exists().where(IdentityCorrection.person_id == person.id, IdentityCorrection.status == CorrectionStatus.PROPOSED)
    is_known = exists().where(Death.person_id == person.id, Death.status.in_((DeathStatus.REPORTED, DeathStatus.CONFIRMED)))
    corrected, dead = db.session.execute(select(is_open, is_known)).one()
    over: dict[PersonCommand, type[Refusal]] = {}
    if person.erased_at is not None:
        over |= {PersonCommand.REVEAL: DataWithdrawn, PersonCommand.REPORT_DEATH: Missing}
    if person.withdrawn_at is not None:
        over[PersonCommand.CORRECT] = DataWithdrawn
    if corrected:
        over[PersonCommand.CORRECT] = corrections.CorrectionOpen
    if dead:
        over[PersonCommand.REPORT_DEATH] = deaths.DeathKnown
    return over


def _above(viewer: Actor, person: Person, now: datetime) -> type[Refusal] | None:
    """What refuses who does not stand above the offices of the person (None: nothing). Asked once for all commands."""
    return commands.hindrance(partial(accounts.require_above_holder, viewer, person.id, now=now))


def _hindrance(viewer: Actor, person: Person, command: PersonCommand, above: type[Refusal] | None, now: datetime) -> type[Refusal] | None:
    match command:
        case PersonCommand.REVEAL:
            return commands.hindrance(partial(reveals.require_reader, viewer, person, now=now))
        case PersonCommand.CORRECT:
            return commands.hindrance(partial(corrections.refuse_own, viewer, person.id)) or above
        case PersonCommand.REPORT_DEATH:
            return commands.hindrance(partial(deaths.refuse_own, viewer, person.id)) or above
