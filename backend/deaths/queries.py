"""Deaths on record, as the community sees them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, select

from backend.accounts import policy
from backend.accounts import service as accounts
from backend.accounts.policy import Permission, ScopeColumns
from backend.areas.queries import lies_in
from backend.deaths.models import Death, DeathChange, DeathProof, DeathStatus
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Missing
from backend.foundation.life import StepLine, steps_of
from backend.foundation.masking import masked
from backend.foundation.paging import Order, Page, PageRequest
from backend.foundation.search import as_asked
from backend.people.models import Person
from backend.volunteers.queries import PeopleSearch, person_sought

NEWEST_FIRST = Order((Death.id,), latest_first=True)


@dataclass(frozen=True, slots=True)
class DeathLine:
    """One of them."""

    id: UUID
    status: DeathStatus
    proof: DeathProof
    died_on: date
    reported_at: datetime
    confirmed_at: datetime | None
    person_id: UUID
    person_name: str


def deaths(
    viewer: Actor, search: PeopleSearch, *, status: DeathStatus | None, for_me: bool = False, now: datetime, page: PageRequest
) -> Page[DeathLine]:
    """Those of people of the viewer's communities, the newest first. The days are those of the report; `for_me`: only those that wait for
    the viewer.

    Raises paging.CursorInvalid.
    """
    wanted = _lines(viewer).where(person_sought(viewer, search.q, now=now), search.days.hold(Death.reported_at))
    wanted = wanted.where(as_asked((Death.status, status)), lies_in(Death.area_path, search.community_id))
    if for_me:
        wanted = wanted.where(is_to_confirm(viewer, now=now))
    return NEWEST_FIRST.page(wanted, page).map(_line)


def is_to_confirm(viewer: Actor, *, now: datetime) -> ColumnElement[bool]:
    """Condition: the death was reported, and the viewer is to agree as a second officer."""
    return and_(
        Death.status == DeathStatus.REPORTED,
        policy.visible(viewer, Permission.DEATH_DECIDE, ScopeColumns(area_path=Death.area_path)),
        Death.person_id.is_distinct_from(viewer.person_id),
        accounts.may_second(viewer, Death.reported_by, now=now),
    )


def death(viewer: Actor, death_id: UUID) -> DeathLine:
    """One of them. Raises Missing if the viewer may not see it."""
    row = db.session.execute(_lines(viewer).where(Death.id == death_id)).one_or_none()
    if row is None:
        raise Missing
    return _line(row)


def looks_after_some(viewer: Actor) -> bool:
    """Whether the viewer sees the deaths reported of some area."""
    return policy.could_by_area(viewer, Permission.DEATH_SEE)


def areas_looked_after(viewer: Actor) -> list[str]:
    """The paths of the areas of which the viewer sees all of them."""
    return policy.area_paths(viewer, Permission.DEATH_SEE)


def steps_of_death(death_id: UUID, *, page: PageRequest) -> Page[StepLine]:
    """What became of a report so far, the latest first. The caller has asked for the report as the viewer sees it."""
    return steps_of(DeathChange, death_id, page=page)


def _lines(viewer: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(Death, Death.id, masked(Person.name))
        .join(Person, Person.id == Death.person_id)
        .where(policy.visible(viewer, Permission.DEATH_SEE, ScopeColumns(area_path=Death.area_path)))
    )


def _line(row: Row[Any]) -> DeathLine:
    of: Death = row.Death
    return DeathLine(of.id, of.status, of.proof, of.died_on, of.reported_at, of.confirmed_at, of.person_id, row.name)
