"""登记去世: one officer saw the papers, a second one agrees, and then nothing of the person's goes on: no way in, no role, no consent,
nothing that is open. What they did stays, and so do its figures. Nobody writes to the dead.

A mistake is undone by another officer than the one who agreed. What ended stays ended: the person comes to the desk, agrees anew, and
is who they were.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import ClassVar
from uuid import UUID

from sqlalchemy import exists, select

from backend.accounts import policy
from backend.accounts import service as accounts
from backend.accounts.policy import Permission, Scope
from backend.agreements import service as agreements
from backend.attendance.queries import served_after
from backend.deaths.events import DeathConfirmed, DeathReported, DeathReturned, DeathUndone
from backend.deaths.models import Death, DeathChange, DeathProof, DeathStatus
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db, flush_or_refuse
from backend.foundation.errors import Conflict, Forbidden, Missing, Unprocessable
from backend.foundation.ids import new_id
from backend.foundation.life import Step
from backend.people import service as people
from backend.people.models import Person
from backend.recoveries import service as recoveries


class DeathKnown(Conflict):
    """There is a report for this person that waits or was confirmed."""

    code: ClassVar[str] = "death_known"
    detail = "该居民已有去世登记，请刷新后再试"


class DeathDecided(Conflict):
    """It is not in that state any more."""

    code: ClassVar[str] = "death_decided"
    detail = "该去世登记已处理，请刷新后再试"


class OwnDeath(Forbidden):
    """Nobody reports themselves, nor agrees to such a report."""

    code: ClassVar[str] = "own_death"
    detail = "不能办理本人的去世登记"


class DeathDayInvalid(Unprocessable):
    """A day that has not come, or before the person was born."""

    code: ClassVar[str] = "death_day_invalid"
    detail = "去世日期不能晚于今天，也不能早于出生日期"


class ServedSince(Conflict):
    """By a record that stands they served after that day: either the day is wrong, or the record, or it is somebody else."""

    code: ClassVar[str] = "served_since"
    detail = "该居民在此日之后还有服务记录，请核对是不是同一人、日期是否正确；记录有误的，请先撤销"


class PersonMovedOn(Conflict):
    """Since it was reported the person moved: the community in which they live now decides."""

    code: ClassVar[str] = "person_moved_on"
    detail = "该居民已不住在本社区，请退回，由现在居住的社区办理"


_step = partial(Step, Death, DeathChange)
REPORT = _step(None, DeathStatus.REPORTED, DeathReported, Permission.DEATH_REPORT)
CONFIRM = _step(DeathStatus.REPORTED, DeathStatus.CONFIRMED, DeathConfirmed, Permission.DEATH_DECIDE, DeathDecided, "confirmed")
RETURN = _step(DeathStatus.REPORTED, DeathStatus.RETURNED, DeathReturned, Permission.DEATH_DECIDE, DeathDecided, "returned")
UNDO = _step(DeathStatus.CONFIRMED, DeathStatus.UNDONE, DeathUndone, Permission.DEATH_UNDO, DeathDecided)


@dataclass(frozen=True, slots=True)
class ReportedDeath:
    """The day as the papers have it, and which papers."""

    died_on: date
    proof: DeathProof


def report_death(actor: Actor, person_id: UUID, reported: ReportedDeath, *, now: datetime) -> UUID:
    """Say that a person died, with papers on the desk. Nothing changes before a second officer agrees. Returns the report's id.

    Raises DeathDayInvalid, ServedSince, DeathKnown, OwnDeath, HolderOfOffice, Missing, Forbidden.
    """
    person = db.session.get(Person, person_id)
    if person is None or person.erased_at is not None:
        raise Missing
    scope = Scope(area_path=person.area_path, person_id=person_id)
    policy.require(actor, Permission.DEATH_REPORT, scope, seen_by=Permission.PERSON_SEE)
    refuse_own(actor, person_id)
    accounts.require_above_holder(actor, person_id, now=now)
    if not person.born_on <= reported.died_on <= clock.shanghai_day(now):
        raise DeathDayInvalid(errors={"died_on": [DeathDayInvalid.detail]})
    refuse_served_since(person_id, reported.died_on)
    death_id = new_id()
    db.session.add(
        Death(
            id=death_id,
            person_id=person_id,
            area_path=person.area_path,
            status=DeathStatus.REPORTED,
            proof=reported.proof,
            died_on=reported.died_on,
            reported_at=now,
            reported_by=actor.account_id,
        )
    )
    flush_or_refuse({"uq_deaths_standing": DeathKnown})
    REPORT.begin(actor, death_id, now=now, details={"proof": reported.proof.value})
    return death_id


def confirm_death(actor: Actor, death_id: UUID, *, now: datetime) -> None:
    """Agree, as a second officer with the same papers before them. What the person held ends at once, what they had open as each hears of
    it: claims and registrations are given back, applications returned, visits to them called off.

    Raises DeathDecided, OwnDeath, SecondNeeded, HolderOfOffice, PersonMovedOn, ServedSince, AlreadyCorrected, Missing, Forbidden.
    """
    death = known_death(actor, death_id)
    policy.require(actor, Permission.DEATH_DECIDE, Scope(area_path=death.area_path))
    refuse_own(actor, death.person_id)
    accounts.require_second(actor, death.reported_by, now=now)
    accounts.require_above_holder(actor, death.person_id, now=now)
    people.hold_to_end(death.person_id)
    require_lives_here(death)
    refuse_served_since(death.person_id, death.died_on)
    CONFIRM.take(actor, death_id, now=now, confirmed_at=now, confirmed_by=actor.account_id)
    recoveries.return_of_dead(death.person_id, now=now)
    agreements.end_for_death(actor, death.person_id, died_on=death.died_on, now=now)


def return_death(actor: Actor, death_id: UUID, *, reason: str, now: datetime) -> None:
    """Refuse it with a reason, also what one reported oneself. Who took back their consent meanwhile is not kept known by it any more.

    Raises DeathDecided, Missing, Forbidden.
    """
    death = known_death(actor, death_id)
    policy.require(actor, Permission.DEATH_DECIDE, Scope(area_path=death.area_path))
    people.hold_to_end(death.person_id)
    RETURN.take(actor, death_id, now=now, reason=reason)
    people.erase_unneeded(death.person_id, now=now)


def undo_death(actor: Actor, death_id: UUID, *, reason: str, now: datetime) -> None:
    """Say that it was a mistake, as another officer than the one who agreed: whoever it is may be put on record again, at the desk.

    Raises DeathDecided, SecondNeeded, Missing, Forbidden.
    """
    death = known_death(actor, death_id)
    policy.require(actor, Permission.DEATH_UNDO, Scope(area_path=death.area_path))
    accounts.require_second(actor, death.confirmed_by, now=now)
    people.hold_to_end(death.person_id)
    UNDO.take(actor, death_id, now=now, reason=reason)
    people.take_back_death(death.person_id)


def known_death(actor: Actor, death_id: UUID) -> Death:
    """The report, for who may see it. Raises Missing."""
    death = db.session.get(Death, death_id)
    if death is None:
        raise Missing
    policy.require_seen(actor, Permission.DEATH_SEE, scope_of(death))
    return death


def scope_of(death: Death) -> Scope:
    """Where a report belongs, for policy: the community in which the person lived."""
    return Scope(area_path=death.area_path)


def refuse_own(actor: Actor, person_id: UUID) -> None:
    """Refuse who would report themselves. Raises OwnDeath."""
    if actor.person_id == person_id:
        raise OwnDeath


def refuse_served_since(person_id: UUID, died_on: date) -> None:
    """Refuse a day after which a record says that they served. Raises ServedSince."""
    if served_after(person_id, died_on):
        raise ServedSince


def require_lives_here(death: Death) -> None:
    """Let a report pass whose person lives where it was made, still. Raises PersonMovedOn."""
    if not db.session.scalar(select(exists().where(Person.id == death.person_id, Person.area_path == death.area_path))):
        raise PersonMovedOn
