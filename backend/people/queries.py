"""What others ask of persons: whose number is this, and are they registered."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Forbidden
from backend.people.models import Person, Volunteer


class PersonNeeded(Forbidden):
    """The account has no person behind it yet."""

    code: ClassVar[str] = "person_needed"
    detail = "请先完成实名登记"


class VolunteerNeeded(Forbidden):
    """The account's person is no registered volunteer, or no longer one."""

    code: ClassVar[str] = "volunteer_needed"
    detail = "请先注册成为志愿者"


def person_of(actor: Actor) -> UUID:
    """The person who acts. Raises PersonNeeded."""
    if actor.person_id is None:
        raise PersonNeeded
    return actor.person_id


def volunteer_of(actor: Actor) -> UUID:
    """The person who acts, who must be a registered volunteer until this transaction ends. Raises PersonNeeded, VolunteerNeeded."""
    person_id = person_of(actor)
    if not holds_live_volunteer(person_id):
        raise VolunteerNeeded
    return person_id


def holds_live_volunteer(person_id: UUID) -> bool:
    """Whether the person is a registered volunteer now; then nobody can end the registration before this transaction does."""
    live = (
        select(Volunteer.id)
        .where(Volunteer.person_id == person_id, Volunteer.is_current(), Volunteer.left_on.is_(None))
        .with_for_update(read=True)
    )
    return db.session.scalar(live) is not None


def volunteer_of_number(number: str, name: str) -> UUID | None:
    """The person behind a 志愿者编号, if the name is theirs too: who does not know the name learns nothing from numbers."""
    return db.session.scalar(
        select(Volunteer.person_id)
        .join(Person, Person.id == Volunteer.person_id)
        .where(Volunteer.number == number, Person.name == name, Volunteer.is_current(), Volunteer.left_on.is_(None))
    )
