"""The minors for whom somebody agreed, as the guardian sees them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, select

from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.masking import masked
from backend.people import minors
from backend.people import service as people
from backend.people.models import Guardianship, Person, Relation
from backend.people.notices import NoticeName
from backend.volunteers.models import Volunteer


@dataclass(frozen=True, slots=True)
class WardLine:
    """A minor for whom somebody agreed, as the guardian sees them."""

    id: UUID
    name: str
    relation: Relation
    since: date
    ended_on: date | None
    volunteer_number: str | None
    in_force: bool


def own_wards(actor: Actor, *, now: datetime) -> list[WardLine]:
    """The minors for whom the actor agreed, grown-up ones too. Raises PersonNeeded."""
    ward_id = Person.__table__.c.id
    found = db.session.execute(
        select(
            Guardianship,
            masked(Person.name),
            Person.born_on,
            Volunteer.number,
            people.consents_to(ward_id, NoticeName.MINOR).label("agreed"),
            people.consents_to(ward_id, NoticeName.VOLUNTEER).label("agreed_as_volunteer"),
        )
        .join(Person, Person.id == Guardianship.ward_person_id)
        .outerjoin(Volunteer, and_(Volunteer.person_id == Person.id, Volunteer.is_live()))
        .where(Guardianship.guardian_person_id == people.person_of(actor), Guardianship.is_current())
        .order_by(Guardianship.id.desc())
        .limit(100)
    )
    return [
        WardLine(
            id=held.fact_id,
            name=name,
            relation=held.relation,
            since=held.since,
            ended_on=held.ended_on,
            volunteer_number=number,
            in_force=held.ended_on is None and agreed and (as_volunteer or not minors.is_under_special_rule(born_on, now)),
        )
        for held, name, born_on, number, agreed, as_volunteer in found
    ]
