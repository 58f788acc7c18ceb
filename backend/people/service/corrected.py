"""Putting right who a person is. The number stays one person's; the facts stay the person's."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from backend.foundation.database import db, refusing
from backend.foundation.sealing import keyring
from backend.people.minors import AGE_OF_MAJORITY
from backend.people.models import ID_NUMBER, Person
from backend.people.service.guards import has_guardians_word
from backend.people.service.identity import GuardianNeeded, Identity, clear_name
from backend.people.service.persons import PersonExists


def differs(person: Person, identity: Identity) -> tuple[bool, bool]:
    """Whether name and number are others than those of the person."""
    return identity.name != clear_name(person), person.id_number_index not in identity.indexes


def require_free(person_id: UUID, identity: Identity, *, now: datetime) -> None:
    """Let pass a number that is nobody else's, and makes nobody a minor without a guardian. Raises PersonExists, GuardianNeeded."""
    other = select(Person.id).where(Person.id_number_index.in_(identity.indexes), Person.id != person_id)
    if db.session.scalar(other) is not None:
        raise PersonExists
    if identity.age_at(now) < AGE_OF_MAJORITY and not has_guardians_word(person_id):
        raise GuardianNeeded


def correct_identity(person_id: UUID, identity: Identity, *, now: datetime) -> None:
    """Write name and number anew, with birth date and sex, which the number says; the former ones are nowhere any more.

    The caller has asked policy. Of two people who would get one number at once, uq_people_id_number lets one pass. Raises PersonExists,
    GuardianNeeded.
    """
    require_free(person_id, identity, now=now)
    with refusing({"uq_people_id_number": PersonExists}):
        db.session.execute(
            update(Person)
            .where(Person.id == person_id)
            .values(
                name=identity.name,
                id_number_sealed=keyring().seal(identity.number.text, field=ID_NUMBER, row=person_id),
                id_number_index=keyring().index(identity.number.text, field=ID_NUMBER),
                born_on=identity.number.born_on,
                sex=identity.number.sex,
            )
        )
