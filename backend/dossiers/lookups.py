"""按号码查找: whom an officer finds by the whole number that somebody at the desk shows or says.

Only the whole number finds, by its blind index, and only whom the officer could read in clear: who is not there and who is none of theirs
are answered alike. It tells whose number it is, so each try is written down and counted, whether it finds somebody or not.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select

from backend.accounts import allowances, policy
from backend.accounts.limits import Written
from backend.accounts.policy import Permission, Scope
from backend.areas.models import Area
from backend.demands import models as demands
from backend.demands.models import Beneficiary
from backend.demands.queries import BeneficiaryLine, beneficiaries_found
from backend.foundation import audit, clock
from backend.foundation.actor import Actor
from backend.foundation.database import db, one_of
from backend.foundation.errors import Unprocessable
from backend.foundation.identifiers import NumberInvalid, contact_phone, identity_number
from backend.foundation.masking import masked
from backend.foundation.paging import AnyRow
from backend.foundation.sealing import keyring
from backend.foundation.terms import Word
from backend.people import models as people
from backend.people.models import Person
from backend.people.queries import Community, may_name
from backend.volunteers.models import Volunteer

MOST = 20
"""Of each kind: one telephone may be that of a whole family."""


class NumberKind(Word):
    """By which number somebody is looked for."""

    ID_NUMBER = "id_number", "身份证号"
    PHONE = "phone", "电话"


class NumberUnreadable(Unprocessable):
    """Not a whole number of its kind; the sentence says what is wrong with it."""

    code: ClassVar[str] = "number_unreadable"
    detail = "号码不正确"


@dataclass(frozen=True, slots=True)
class PersonFound:
    """Somebody of this number, masked. `volunteer_number`: of who is a volunteer now."""

    id: UUID
    name: str
    community: Community
    volunteer_number: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """Who has the number: persons, and rows of the register of who is visited."""

    people: list[PersonFound]
    beneficiaries: list[BeneficiaryLine]


def may_find(viewer: Actor) -> bool:
    """Whether the viewer may look for somebody by a whole number."""
    return policy.allows(viewer, Permission.PERSON_FIND, Scope())


def require_may_find(viewer: Actor) -> None:
    """Let pass who may look for somebody by a whole number. Raises Forbidden."""
    policy.require(viewer, Permission.PERSON_FIND, Scope())


def find_by_number(actor: Actor, kind: NumberKind, number: str, *, now: datetime) -> Found:
    """Find who has this identity number or telephone, of those whom the actor could read in clear; of minors the street. It is written
    down, also when it finds nobody. Raises Forbidden, NumberUnreadable, TooManyToday."""
    require_may_find(actor)
    number = _read(kind, number, today=clock.shanghai_day(now))
    allowances.take(actor, Written.LOOKUP, now=now)
    persons = [_person(row) for row in _persons(actor, kind, number, now=now)]
    known = [person.id for person in persons]
    beneficiaries = beneficiaries_found(actor, _is_theirs(kind, number, known), most=MOST, now=now)
    found: list[UUID | None] = [*known, *(line.id for line in beneficiaries)]
    for subject_id in found or [None]:
        audit.record(actor, Permission.PERSON_FIND, subject_id, now=now, kind=kind.value, found=len(found))
    return Found(persons, beneficiaries)


def _read(kind: NumberKind, number: str, *, today: date) -> str:
    """The number as it is kept. Raises NumberUnreadable."""
    try:
        return identity_number(number, today=today).text if kind is NumberKind.ID_NUMBER else contact_phone(number)
    except NumberInvalid as error:
        raise NumberUnreadable(str(error), errors={"number": [str(error)]}) from None


def _persons(actor: Actor, kind: NumberKind, number: str, *, now: datetime) -> list[AnyRow]:
    by_id = kind is NumberKind.ID_NUMBER
    column, field = (Person.id_number_index, people.ID_NUMBER) if by_id else (Person.phone_index, people.PHONE)
    named = (Person.id, masked(Person.name), Area.id.label("area_id"), Area.name.label("area"), Volunteer.number)
    wanted = (
        select(*named)
        .join(Area, Area.id == Person.area_id)
        .outerjoin(Volunteer, and_(Volunteer.person_id == Person.id, Volunteer.is_live()))
        .where(one_of(column, keyring().indexes(number, field=field)), may_name(actor, now=now))
    )
    return list(db.session.execute(wanted.order_by(Person.id).limit(MOST)))


def _is_theirs(kind: NumberKind, number: str, person_ids: list[UUID]) -> ColumnElement[bool]:
    """Condition on a row of the register: it has the telephone, or it is that of a person who has the identity number."""
    if kind is NumberKind.PHONE:
        return one_of(Beneficiary.phone_index, keyring().indexes(number, field=demands.PHONE))
    return one_of(Beneficiary.person_id, person_ids)


def _person(row: AnyRow) -> PersonFound:
    return PersonFound(row.id, row.name, Community(row.area_id, row.area), row.number)
