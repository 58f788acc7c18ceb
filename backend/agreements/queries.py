"""The minors for whom somebody agreed, as the guardian sees them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, and_, case, func, literal, or_, select

from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.identifiers import latest_birth
from backend.foundation.masking import masked
from backend.foundation.paging import Order, Page, PageRequest
from backend.people import minors
from backend.people import queries as people_queries
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


NEWEST_FIRST = Order((Guardianship.id,), latest_first=True)


def own_wards(actor: Actor, *, for_me: bool = False, now: datetime, page: PageRequest) -> Page[WardLine]:
    """The minors for whom the actor agreed, grown-up ones too. `for_me`: only those for whom they are to agree anew. Raises PersonNeeded,
    CursorInvalid."""
    wanted = (
        select(
            Guardianship,
            Guardianship.id,
            masked(Person.name),
            Volunteer.number,
            and_(Guardianship.ended_on.is_(None), ~_lacks_consent(now)).label("in_force"),
        )
        .join(Person, Person.id == Guardianship.ward_person_id)
        .outerjoin(Volunteer, and_(Volunteer.person_id == Person.id, Volunteer.is_live()))
        .where(Guardianship.guardian_person_id == people.person_of(actor), Guardianship.is_current())
    )
    if for_me:
        wanted = wanted.where(is_to_renew(actor, now=now))
    return NEWEST_FIRST.page(wanted, page).map(
        lambda row: WardLine(
            id=row.Guardianship.fact_id,
            name=row.name,
            relation=row.Guardianship.relation,
            since=row.Guardianship.since,
            ended_on=row.Guardianship.ended_on,
            volunteer_number=row.number,
            in_force=row.in_force,
        )
    )


def is_to_renew(viewer: Actor, *, now: datetime) -> ColumnElement[bool]:
    """Condition on guardianships with their ward: the viewer's word stands for a minor, to a notice that changed since."""
    stands = and_(Guardianship.guardian_person_id == viewer.person_id, Guardianship.is_current(), Guardianship.ended_on.is_(None))
    return and_(stands, _is_younger(minors.AGE_OF_MAJORITY, now), _lacks_consent(now))


def to_renew_since(now: datetime) -> ColumnElement[Any]:
    """Since when a guardian is asked for their word anew: since the day of the notice, or since it was written down after that."""
    began = {name: literal(people_queries.in_force_since(name, now), DateTime(timezone=True)) for name in NoticeName}
    of_notice = case((_agrees(NoticeName.MINOR), began[NoticeName.VOLUNTEER]), else_=began[NoticeName.MINOR])
    return func.greatest(Guardianship.recorded_at, of_notice)


def _lacks_consent(now: datetime) -> ColumnElement[bool]:
    """Condition: nobody agrees for the ward by the notices in force."""
    child = _is_younger(minors.current().special_rule_under, now)
    return or_(~_agrees(NoticeName.MINOR), and_(child, ~_agrees(NoticeName.VOLUNTEER)))


def _agrees(name: NoticeName) -> ColumnElement[bool]:
    return people.consents_to(Person.__table__.c.id, name)


def _is_younger(age: int, now: datetime) -> ColumnElement[bool]:
    return Person.born_on > latest_birth(age, clock.shanghai_day(now))
