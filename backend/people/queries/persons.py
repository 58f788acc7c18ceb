"""Persons as they see themselves: the name in clear, numbers masked. Also all of them in order, for a rebuild."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from backend.areas.models import Area
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.masking import masked, masked_id_number, masked_phone
from backend.foundation.sealing import keyring
from backend.people.models import ID_NUMBER, PHONE, Person
from backend.people.service.identity import clear_name


@dataclass(frozen=True, slots=True)
class Community:
    """Where somebody lives or is registered."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class OwnPerson:
    """Who one is on the platform: the name in clear, numbers masked."""

    id: UUID
    name: str
    id_number: str
    phone: str | None
    community: Community


def own_name(viewer: Actor) -> str | None:
    """The viewer's own, masked as on every screen (None: nobody's papers go with the account)."""
    return db.session.scalar(select(masked(Person.name)).where(Person.id == viewer.person_id)) if viewer.person_id else None


def own_card(person_id: UUID) -> OwnPerson:
    """What a person sees of their own. The person must exist."""
    row = db.session.execute(
        select(Person, Area.id.label("area_id"), Area.name.label("area_name"))
        .join(Area, Area.id == Person.area_id)
        .where(Person.id == person_id)
    ).one()
    person: Person = row.Person
    phone = person.phone_sealed
    return OwnPerson(
        id=person.id,
        name=clear_name(person),
        id_number=masked_id_number(keyring().unseal_if_possible(person.id_number_sealed, field=ID_NUMBER, row=person.id)),
        phone=None if phone is None else masked_phone(keyring().unseal_if_possible(phone, field=PHONE, row=person.id)),
        community=Community(row.area_id, row.area_name),
    )


def person_ids(*, after: UUID | None, limit: int) -> list[UUID]:
    """Persons in the order of their ids, some at a time: the steps of a rebuild."""
    wanted = select(Person.id).order_by(Person.id).limit(limit)
    return list(db.session.scalars(wanted if after is None else wanted.where(Person.id > after)))


def how_many() -> int:
    """How many persons there are."""
    return db.session.scalar(select(func.count()).select_from(Person)) or 0
