"""Wishes to move, as the community that decides and the person see them. Names are masked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select, true
from sqlalchemy.orm import aliased

from backend.accounts import policy
from backend.accounts.policy import Permission, ScopeColumns
from backend.areas.models import Area
from backend.areas.queries import lies_in
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Missing
from backend.foundation.life import StepLine, steps_of
from backend.foundation.masking import masked
from backend.foundation.paging import AnyRow, Order, Page, PageRequest
from backend.foundation.search import as_asked
from backend.people.models import Person
from backend.people.queries import Community
from backend.relocations.models import Relocation, RelocationChange, RelocationStatus
from backend.volunteers.models import Volunteer
from backend.volunteers.queries import PeopleSearch, is_sought

NEWEST_FIRST = Order((Relocation.id,), latest_first=True)


@dataclass(frozen=True, slots=True)
class RelocationLine:
    """One wish: who, from where, where to, and what became of it."""

    id: UUID
    status: RelocationStatus
    person_id: UUID
    person_name: str
    volunteer_number: str | None
    former_community: Community
    community: Community
    asked_at: datetime
    decided_at: datetime | None
    reason: str | None


def relocations(
    viewer: Actor, search: PeopleSearch, *, status: RelocationStatus | None, for_me: bool = False, now: datetime, page: PageRequest
) -> Page[RelocationLine]:
    """Those that ask the viewer's communities, and the viewer's own; the newest first. The days are those on which they were asked;
    `for_me`: only those that the viewer is to answer.

    Raises paging.CursorInvalid.
    """
    wanted = _lines(viewer).where(is_sought(viewer, search.q, now=now), search.days.hold(Relocation.asked_at))
    wanted = wanted.where(as_asked((Relocation.status, status)), lies_in(Relocation.area_path, search.community_id))
    if for_me:
        wanted = wanted.where(is_to_answer(viewer))
    return NEWEST_FIRST.page(wanted, page).map(_line)


def is_to_answer(viewer: Actor) -> ColumnElement[bool]:
    """Condition: somebody else asks to move here, and the viewer is to say yes or no."""
    mine = policy.visible(viewer, Permission.RELOCATION_DECIDE, ScopeColumns(area_path=Relocation.area_path))
    return and_(Relocation.status == RelocationStatus.ASKED, Relocation.person_id.is_distinct_from(viewer.person_id), mine)


def relocation(viewer: Actor, relocation_id: UUID) -> RelocationLine:
    """One of them. Raises Missing if the viewer may not see it."""
    row = db.session.execute(_lines(viewer).where(Relocation.id == relocation_id)).one_or_none()
    if row is None:
        raise Missing
    return _line(row)


def looks_after_some(viewer: Actor) -> bool:
    """Whether the viewer sees the wishes to move to some area, beside their own."""
    return policy.could_by_area(viewer, Permission.RELOCATION_SEE)


def areas_looked_after(viewer: Actor) -> list[str]:
    """The paths of the areas of which the viewer sees all wishes."""
    return policy.area_paths(viewer, Permission.RELOCATION_SEE)


def steps_of_relocation(relocation_id: UUID, *, page: PageRequest) -> Page[StepLine]:
    """What became of a wish so far, the latest first. The caller has asked for the wish as the viewer sees it."""
    return steps_of(RelocationChange, relocation_id, page=page)


def _lines(viewer: Actor) -> Select[*tuple[Any, ...]]:
    former = aliased(Area)
    decision = (
        select(RelocationChange.reason)
        .where(RelocationChange.relocation_id == Relocation.id, RelocationChange.to_status != RelocationStatus.ASKED)
        .limit(1)
        .lateral("decision")
    )
    return (
        select(
            Relocation.id,
            Relocation.status,
            Relocation.person_id,
            masked(Person.name),
            Volunteer.number,
            former.id.label("former_id"),
            former.name.label("former_name"),
            Area.id.label("area_id"),
            Area.name.label("area_name"),
            Relocation.asked_at,
            Relocation.decided_at,
            decision.c.reason,
        )
        .select_from(Relocation)
        .join(Person, Person.id == Relocation.person_id)
        .join(former, former.id == Relocation.from_area_id)
        .join(Area, Area.id == Relocation.area_id)
        .outerjoin(Volunteer, and_(Volunteer.person_id == Relocation.person_id, Volunteer.is_live()))
        .outerjoin(decision, true())
        .where(
            policy.visible(viewer, Permission.RELOCATION_SEE, ScopeColumns(area_path=Relocation.area_path, person_id=Relocation.person_id))
        )
    )


def _line(row: AnyRow) -> RelocationLine:
    return RelocationLine(
        id=row.id,
        status=row.status,
        person_id=row.person_id,
        person_name=row.name,
        volunteer_number=row.number,
        former_community=Community(row.former_id, row.former_name),
        community=Community(row.area_id, row.area_name),
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        reason=row.reason,
    )
