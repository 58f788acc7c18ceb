"""Who read a person's data in clear, as the person sees it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from backend.areas.models import Area
from backend.foundation.actor import Actor, Role
from backend.foundation.database import db
from backend.foundation.paging import Order, Page, PageRequest, TimeSort
from backend.foundation.sealing import keyring
from backend.people import minors
from backend.people import service as people
from backend.people.models import Guardianship, Person
from backend.reveals import purposes
from backend.reveals.models import REVEAL_NOTE, Reveal
from backend.reveals.purposes import PersonalField

LATEST_FIRST = Order((Reveal.id,), latest_first=True)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of somebody's data: by whom in which role, not by name, and by which claim, where it was for a visit."""

    id: UUID
    revealed_at: datetime
    role: Role
    area: str | None
    fields: list[PersonalField]
    purpose: str
    note: str | None
    claim_id: UUID | None


@dataclass(frozen=True, slots=True)
class RevealLine(Reading):
    """The same, as who is concerned sees it."""

    of_beneficiary: bool
    """Whether it was of whom the person had asked a service for, not of themselves."""
    of_ward: bool
    """Whether it was of a minor whose guardian the person is, of somebody for whom they act, or of whom one of these had asked for."""


def own_reveals(actor: Actor, *, sort: TimeSort, now: datetime, page: PageRequest) -> Page[RevealLine]:
    """Who read the data in clear of the actor, of minors whose guardian they are, or of those for whom they act.

    Raises PersonNeeded, CursorInvalid.
    """
    person_id = people.person_of(actor)
    wanted = (
        select(Reveal, Reveal.id, Area.name)
        .outerjoin(Area, Area.path == Reveal.area_path)
        .where(Reveal.person_id.in_([person_id, *_minors_of(person_id, now=now), *_elders_of(actor)]))
    )
    return LATEST_FIRST.sorted_by(sort).page(wanted, page).map(lambda row: _line(row.Reveal, row.name, person_id))


def _minors_of(guardian_id: UUID, *, now: datetime) -> list[UUID]:
    """Of whom a person is the guardian today: the youngest have no account of their own to look with (未成年人网络保护条例 art. 34)."""
    held = (
        select(Person.id, Person.born_on)
        .join(Guardianship, Guardianship.ward_person_id == Person.id)
        .where(Guardianship.guardian_person_id == guardian_id, Guardianship.is_current(), Guardianship.ended_on.is_(None))
    )
    return [ward.id for ward in db.session.execute(held) if minors.is_minor_at(ward.born_on, now)]


def _elders_of(actor: Actor) -> list[UUID]:
    """For whom somebody acts: who has no phone looks through theirs."""
    return [grant.person_id for grant in actor.grants if grant.role is Role.PROXY and grant.person_id is not None]


def line(reveal: Reveal, area: str | None) -> Reading:
    """A row as it is told; `area`: the name of that of the reader's role."""
    return Reading(**_told(reveal, area))


def _line(reveal: Reveal, area: str | None, own_id: UUID) -> RevealLine:
    return RevealLine(**_told(reveal, area), of_beneficiary=reveal.beneficiary_id is not None, of_ward=reveal.person_id != own_id)


def _told(reveal: Reveal, area: str | None) -> dict[str, Any]:
    purpose = purposes.current().purposes.get(reveal.purpose)
    sealed = reveal.note_sealed
    return {
        "id": reveal.id,
        "revealed_at": reveal.at,
        "role": reveal.role,
        "area": area,
        "fields": [PersonalField(field) for field in reveal.fields],
        "purpose": purpose.name if purpose is not None else reveal.purpose,
        "note": None if sealed is None else keyring().unseal_if_possible(sealed, field=REVEAL_NOTE, row=reveal.id),
        "claim_id": reveal.claim_id,
    }
