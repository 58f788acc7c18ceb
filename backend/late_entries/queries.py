"""Reads of late entries, for the officers of their area. Names are masked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope, ScopeColumns
from backend.accounts.queries import accounts_of
from backend.areas.models import Area
from backend.areas.queries import lies_in
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Missing
from backend.foundation.files import File
from backend.foundation.masking import masked
from backend.foundation.paging import AnyRow, Order, Page, PageRequest
from backend.foundation.search import EVER, Days, as_asked, found
from backend.late_entries.models import LateEntry, LateEntryChange, LateEntryStatus, LatePerson, LateProof
from backend.organisations.models import Organisation
from backend.people.models import Person
from backend.teams.models import Team
from backend.volunteers.queries import people_sought

NEWEST_FIRST = Order((LateEntry.id,), latest_first=True)


@dataclass(frozen=True, slots=True)
class LateEntryDetails:
    """One entry with who served there, and the files that prove it."""

    line: AnyRow
    people: Sequence[AnyRow]
    proofs: Sequence[AnyRow]


@dataclass(frozen=True, slots=True)
class LateEntrySearch:
    """Which entries somebody looks for. `q`: the title; `person`: who served there, by number or name; `days`: on which it began."""

    q: str | None = None
    status: LateEntryStatus | None = None
    brand: str | None = None
    community_id: UUID | None = None
    team_id: UUID | None = None
    organisation_id: UUID | None = None
    person: str | None = None
    days: Days = EVER


def late_entries(viewer: Actor, search: LateEntrySearch, *, for_me: bool = False, now: datetime, page: PageRequest) -> Page[AnyRow]:
    """Those of the viewer's area, the newest first. `for_me`: only those that the viewer is to decide."""
    wanted = _lines().where(
        policy.visible(viewer, Permission.LATE_ENTRY_SEE, ScopeColumns(area_path=LateEntry.area_path)),
        found(search.q, LateEntry.title),
        search.days.hold(LateEntry.starts_at),
    )
    wanted = wanted.where(
        as_asked((LateEntry.status, search.status), (LateEntry.brand, search.brand)), lies_in(LateEntry.area_path, search.community_id)
    )
    served = select(LatePerson.entry_id)
    if search.team_id is not None:
        wanted = wanted.where(LateEntry.id.in_(served.where(LatePerson.team_id == search.team_id)))
    if search.organisation_id is not None:
        wanted = wanted.where(LateEntry.id.in_(served.where(LatePerson.organisation_id == search.organisation_id)))
    people = people_sought(viewer, search.person, now=now)
    if people is not None:
        wanted = wanted.where(LateEntry.id.in_(served.where(LatePerson.person_id.in_(people))))
    if for_me:
        wanted = wanted.where(is_to_decide(viewer))
    return NEWEST_FIRST.page(wanted, page)


def looks_after_some(viewer: Actor) -> bool:
    """Whether the viewer sees the late entries of some area."""
    return policy.could_by_area(viewer, Permission.LATE_ENTRY_SEE)


def areas_looked_after(viewer: Actor) -> list[str]:
    """The paths of the areas of which the viewer sees all late entries."""
    return policy.area_paths(viewer, Permission.LATE_ENTRY_SEE)


def is_to_decide(viewer: Actor) -> ColumnElement[bool]:
    """Condition: somebody else entered it, the viewer did not serve there, and is to approve or refuse it."""
    served = exists().where(LatePerson.entry_id == LateEntry.id, LatePerson.person_id == viewer.person_id)
    return and_(
        LateEntry.status == LateEntryStatus.SUBMITTED,
        policy.visible(viewer, Permission.LATE_ENTRY_DECIDE, ScopeColumns(area_path=LateEntry.area_path)),
        or_(LateEntry.entered_by.is_(None), LateEntry.entered_by.not_in(accounts_of(viewer.account_id))),
        ~served,
    )


def late_entry(viewer: Actor, entry_id: UUID) -> LateEntryDetails:
    """One of them. Raises Missing."""
    line = db.session.execute(_lines().where(LateEntry.id == entry_id)).one_or_none()
    if line is None or not policy.allows(viewer, Permission.LATE_ENTRY_SEE, Scope(area_path=line.area_path)):
        raise Missing
    served = (
        select(masked(Person.name), LatePerson.minutes, func.coalesce(Team.name, Organisation.name).label("served_for"))
        .join(Person, Person.id == LatePerson.person_id)
        .outerjoin(Team, Team.id == LatePerson.team_id)
        .outerjoin(Organisation, Organisation.id == LatePerson.organisation_id)
    )
    people = db.session.execute(served.where(LatePerson.entry_id == entry_id).order_by(Person.id)).all()
    files = (
        select(LateProof.id, File.media_type, File.size_bytes, LateProof.added_at)
        .join(File, File.id == LateProof.file_id)
        .where(LateProof.entry_id == entry_id)
        .order_by(LateProof.id)
    )
    return LateEntryDetails(line, people, db.session.execute(files).all())


def _lines() -> Select[*tuple[Any, ...]]:
    refused = select(LateEntryChange.reason).where(
        LateEntryChange.entry_id == LateEntry.id, LateEntryChange.to_status == LateEntryStatus.REFUSED
    )
    people = select(func.count()).where(LatePerson.entry_id == LateEntry.id)
    return select(
        LateEntry.id,
        LateEntry.brand,
        LateEntry.title,
        LateEntry.place_in_words,
        LateEntry.area_id,
        LateEntry.area_path,
        Area.name.label("area"),
        LateEntry.starts_at,
        LateEntry.ends_at,
        LateEntry.reason,
        LateEntry.proven_by,
        LateEntry.no_file_because,
        LateEntry.entered_at,
        LateEntry.status,
        LateEntry.shift_id,
        refused.scalar_subquery().label("refused_because"),
        people.scalar_subquery().label("people_served"),
    ).join(Area, Area.id == LateEntry.area_id)
