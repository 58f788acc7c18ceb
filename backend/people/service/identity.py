"""Name and identity number: read, and looked up. The one place that finds a person by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from backend.foundation import clock
from backend.foundation.database import db, one_of
from backend.foundation.errors import Conflict, Unprocessable
from backend.foundation.identifiers import IdentityNumber, NumberInvalid, age_on, identity_number
from backend.foundation.sealing import keyring
from backend.people.minors import AGE_OF_MAJORITY
from backend.people.models import ID_NUMBER, NAME, Person
from backend.people.names import NotAName, real_name, same_name


class NameInvalid(Unprocessable):
    """Not a real name."""

    code = "name_invalid"
    detail = "请填写身份证上的姓名"


class IdNumberInvalid(Unprocessable):
    """Not a resident identity number: form, check digit, province or birth date."""

    code = "id_number_invalid"
    detail = "身份证号有误，请核对"


class GuardianNeeded(Conflict):
    """Younger than 18: a guardian has to agree first; under 14 the guardian registers the child."""

    code = "guardian_needed"
    detail = "未满18周岁，须先由监护人同意；未满14周岁的，由监护人登记"


@dataclass(frozen=True, slots=True)
class Identity:
    """A name and an identity number that passed every check."""

    name: str
    number: IdentityNumber

    @property
    def indexes(self) -> list[bytes]:
        """The blind indexes by which the number is found: one, or two while the index changes its key."""
        return keyring().indexes(self.number.text, field=ID_NUMBER)

    def age_at(self, now: datetime) -> int:
        """Completed years of life on the Shanghai day."""
        return age_on(self.number.born_on, clock.shanghai_day(now))

    def is_of(self, person: Person) -> bool:
        """Whether this is the name and the number of the person."""
        return same_name(self.name, clear_name(person)) and person.id_number_index in self.indexes


def clear_name(person: Person) -> str:
    """The name in clear, also of who stands under a mask; what is shown of it where its key was lost."""
    if person.name_sealed is None:
        return person.name
    return keyring().unseal_if_possible(person.name_sealed, field=NAME, row=person.id) or person.name


@dataclass(frozen=True, slots=True)
class Lookup:
    """What is found by an identity: the person; nobody of this number; or, with `differs`, somebody of another name, who is not told."""

    person: Person | None
    differs: bool


def read_adult(name: str, id_number: str, *, now: datetime) -> Identity:
    """Check name and identity number of an adult. Raises NameInvalid, IdNumberInvalid, GuardianNeeded (under 18 on the Shanghai day)."""
    identity = read_identity(name, id_number, now=now)
    if identity.age_at(now) < AGE_OF_MAJORITY:
        raise GuardianNeeded
    return identity


def read_identity(name: str, id_number: str, *, now: datetime) -> Identity:
    """Check name and identity number. Raises NameInvalid, IdNumberInvalid."""
    try:
        return Identity(read_name(name), identity_number(id_number, today=clock.shanghai_day(now)))
    except NumberInvalid as error:
        raise IdNumberInvalid(errors={"id_number": [str(error)]}) from None


def read_name(name: str) -> str:
    """The name as it is kept. Raises NameInvalid."""
    try:
        return real_name(name)
    except NotAName as error:
        raise NameInvalid(errors={"name": [str(error)]}) from None


def look_up(identity: Identity) -> Lookup:
    """Find the person who has this name and this number."""
    return look_all_up([identity])[0]


def look_all_up(identities: Sequence[Identity]) -> list[Lookup]:
    """As `look_up`, for many with one statement, in their order."""
    wanted = [index for identity in identities for index in identity.indexes]
    holders = {
        person.id_number_index: person for person in db.session.scalars(select(Person).where(one_of(Person.id_number_index, wanted)))
    }
    found = []
    for identity in identities:
        holder = next((holders[index] for index in identity.indexes if index in holders), None)
        is_theirs = holder is None or identity.is_of(holder)
        found.append(Lookup(holder if is_theirs else None, differs=not is_theirs))
    return found
