"""Reads of openings: claims as lists show them. A person's name is masked here, save for who must call
them, so that no list can forget it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, select, true

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope, ScopeColumns
from backend.areas.models import Area
from backend.brands import ClaimantKind
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Missing
from backend.foundation.masking import shown
from backend.foundation.paging import Order, Page, PageRequest, TimeSort
from backend.foundation.search import EVER, Days, as_asked, found
from backend.foundation.terms import Word
from backend.openings.models import Claim, ClaimChange, ClaimStatus, Opening, OpeningRole
from backend.organisations.models import Organisation
from backend.party.models import WorkUnit
from backend.people.models import Person
from backend.people.queries import name_for
from backend.teams.models import Team

CLAIMANT = ScopeColumns(
    team_id=Claim.team_id, organisation_id=Claim.organisation_id, work_unit_id=Claim.work_unit_id, person_id=Claim.person_id
)
OLDEST_FIRST, NEWEST_FIRST = Order((Claim.id,)), Order((Claim.id,), latest_first=True)
SOONEST_FIRST = Order((Opening.starts_at, Claim.id), name="start")


class ClaimSort(Word):
    """In which order one's own claims are listed: the newest or the oldest first, or by when the service begins."""

    LATEST = "latest", "新认领的在前"
    EARLIEST = "earliest", "先认领的在前"
    START = "start", "先开始的在前"


Openings = Select[UUID | None]
"""Openings that somebody above named, as a statement that reads their ids."""


@dataclass(frozen=True, slots=True)
class ClaimSearch:
    """Which claims somebody looks for. `q`: the title; `days`: on which the service begins; `openings`: on one of these."""

    q: str | None = None
    status: ClaimStatus | None = None
    brand: str | None = None
    community_id: UUID | None = None
    team_id: UUID | None = None
    organisation_id: UUID | None = None
    openings: Openings | None = None
    days: Days = EVER


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A claim with what it is on and who holds it."""

    id: UUID
    opening_id: UUID
    role_id: UUID
    role_name: str
    brand: str
    title: str
    community: str
    starts_at: datetime
    ends_at: datetime
    status: ClaimStatus
    claimant_kind: ClaimantKind
    claimant_id: UUID
    claimant_name: str
    claimed_at: datetime
    released_at: datetime | None
    reason: str | None


def looks_after_some(viewer: Actor) -> bool:
    """Whether the viewer sees the claims of some area, beside those that concern themselves."""
    return policy.could_by_area(viewer, Permission.CLAIM_SEE)


def may_claim_some(viewer: Actor) -> bool:
    """Whether there may be something that the viewer can claim: for a team, an organisation, or as a registered Party member."""
    return policy.could(viewer, Permission.PLACE_CLAIM)


def areas_looked_after(viewer: Actor) -> list[str]:
    """The paths of the areas of which the viewer sees all claims."""
    return policy.area_paths(viewer, Permission.CLAIM_SEE)


def my_claims(
    viewer: Actor, search: ClaimSearch, *, sort: ClaimSort = ClaimSort.LATEST, page: PageRequest, now: datetime
) -> Page[ClaimLine]:
    """Claims of the teams that the viewer leads, the organisations they act for, and their own."""
    order = SOONEST_FIRST if sort is ClaimSort.START else NEWEST_FIRST.sorted_by(TimeSort(sort))
    return order.page(_searched(viewer, search, now).where(policy.visible(viewer, Permission.CLAIM_SEE, CLAIMANT)), page).map(_line)


def own_claim(viewer: Actor, opening_id: UUID, *, now: datetime) -> ClaimLine | None:
    """The claim that takes a place of an opening and is among the viewer's (`my_claims`): one of their own first, then the oldest."""
    mine = policy.visible(viewer, Permission.CLAIM_SEE, CLAIMANT)
    wanted = _lines(viewer, now).where(Claim.opening_id == opening_id, Claim.takes_place(), mine)
    row = db.session.execute(wanted.order_by(Claim.person_id.is_(None), Claim.id).limit(1)).one_or_none()
    return None if row is None else _line(row)


def claims_of_opening(
    viewer: Actor, opening_id: UUID | None, *, status: ClaimStatus | None, page: PageRequest, now: datetime
) -> Page[ClaimLine]:
    """Who holds and who held the places of an opening (None: there is none yet), newest first. The caller has asked policy."""
    wanted = _searched(viewer, ClaimSearch(status=status), now).where(Claim.opening_id == opening_id)
    return NEWEST_FIRST.page(wanted, page).map(_line)


def claimant_names(claim_ids: Collection[UUID], *, reader_id: UUID | None = None) -> dict[UUID, str]:
    """Claim → who claimed; the name of a person other than the reader is masked."""
    person = shown(Person.name, in_full=Person.id.is_not_distinct_from(reader_id))
    lines = db.session.execute(
        select(Claim.id, func.coalesce(Team.name, Organisation.name, WorkUnit.name).label("body_name"), person.label("person_name"))
        .outerjoin(Team, Team.id == Claim.team_id)
        .outerjoin(Organisation, Organisation.id == Claim.organisation_id)
        .outerjoin(WorkUnit, WorkUnit.id == Claim.work_unit_id)
        .outerjoin(Person, Person.id == Claim.person_id)
        .where(Claim.id.in_(claim_ids))
    )
    return {line.id: line.body_name or line.person_name for line in lines}


def claims_waiting(viewer: Actor, search: ClaimSearch, *, for_me: bool = False, page: PageRequest, now: datetime) -> Page[ClaimLine]:
    """Claims that wait for the answer of the viewer's communities, the longest waiting first. `for_me`: only those that the viewer is to
    answer."""
    seen = policy.visible(viewer, Permission.CLAIM_SEE, ScopeColumns(area_path=Opening.area_path))
    wanted = _searched(viewer, search, now).where(Claim.status == ClaimStatus.ASKED, seen)
    if for_me:
        wanted = wanted.where(is_to_answer(viewer))
    return OLDEST_FIRST.page(wanted, page).map(_line)


def is_to_answer(viewer: Actor) -> ColumnElement[bool]:
    """Condition on claims with their opening: somebody else asked for the place, for nobody for whom the viewer claims, and the viewer
    is to say yes or no."""
    return and_(
        Claim.status == ClaimStatus.ASKED,
        policy.visible(viewer, Permission.CLAIM_REVIEW, ScopeColumns(area_path=Opening.area_path)),
        policy.visible(viewer, Permission.PLACE_CLAIM, CLAIMANT).is_not(True),
        Claim.person_id.is_distinct_from(viewer.person_id) if viewer.person_id else true(),
    )


def claim(viewer: Actor, claim_id: UUID, *, now: datetime) -> ClaimLine:
    """One claim, for its holder, the community and who asked for the service. Raises Missing."""
    wanted = _lines(viewer, now).add_columns(Opening.area_path, Opening.requester_person_id).where(Claim.id == claim_id)
    row = db.session.execute(wanted).one_or_none()
    if row is None:
        raise Missing
    scope = Scope(
        area_path=row.area_path,
        team_id=row.team_id,
        organisation_id=row.organisation_id,
        work_unit_id=row.work_unit_id,
        person_id=row.person_id,
    )
    if not policy.allows(viewer, Permission.CLAIM_SEE, scope):
        policy.require_seen(viewer, Permission.CLAIM_SEE, Scope(person_id=row.requester_person_id))
    return _line(row)


def _searched(viewer: Actor, search: ClaimSearch, now: datetime) -> Select[*tuple[Any, ...]]:
    wanted = _lines(viewer, now).where(found(search.q, Opening.title), search.days.hold(Opening.starts_at))
    wanted = wanted.where(
        as_asked(
            (Claim.status, search.status),
            (Opening.brand, search.brand),
            (Opening.area_id, search.community_id),
            (Claim.team_id, search.team_id),
            (Claim.organisation_id, search.organisation_id),
        )
    )
    if search.openings is not None:
        wanted = wanted.where(Claim.opening_id.in_(search.openings))
    return wanted


def _lines(viewer: Actor, now: datetime) -> Select[*tuple[Any, ...]]:
    of_claim = select(ClaimChange.reason).where(ClaimChange.claim_id == Claim.id)
    reason = of_claim.order_by(ClaimChange.at.desc(), ClaimChange.id.desc()).limit(1).scalar_subquery()
    return (
        select(
            Claim.id,
            Claim.opening_id,
            Claim.role_id,
            OpeningRole.name.label("role_name"),
            Opening.brand,
            Opening.title,
            Area.name.label("community"),
            Opening.starts_at,
            Opening.ends_at,
            Claim.status,
            Claim.team_id,
            Claim.organisation_id,
            Claim.work_unit_id,
            Claim.person_id,
            func.coalesce(Team.name, Organisation.name, WorkUnit.name).label("body_name"),
            name_for(viewer, ScopeColumns(area_path=Opening.area_path), now=now).label("person_name"),
            Claim.claimed_at,
            Claim.released_at,
            reason.label("reason"),
        )
        .join(Opening, Opening.id == Claim.opening_id)
        .join(OpeningRole, OpeningRole.id == Claim.role_id)
        .join(Area, Area.id == Opening.area_id)
        .outerjoin(Team, Team.id == Claim.team_id)
        .outerjoin(Organisation, Organisation.id == Claim.organisation_id)
        .outerjoin(WorkUnit, WorkUnit.id == Claim.work_unit_id)
        .outerjoin(Person, Person.id == Claim.person_id)
    )


def _line(row: Row[Any]) -> ClaimLine:
    claimant = {
        ClaimantKind.TEAM: row.team_id,
        ClaimantKind.ORGANISATION: row.organisation_id,
        ClaimantKind.WORK_UNIT: row.work_unit_id,
        ClaimantKind.PERSON: row.person_id,
    }
    kind = next(kind for kind, claimant_id in claimant.items() if claimant_id is not None)
    return ClaimLine(
        id=row.id,
        opening_id=row.opening_id,
        role_id=row.role_id,
        role_name=row.role_name,
        brand=row.brand,
        title=row.title,
        community=row.community,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        status=row.status,
        claimant_kind=kind,
        claimant_id=claimant[kind],
        claimant_name=row.person_name if kind is ClaimantKind.PERSON else row.body_name,
        claimed_at=row.claimed_at,
        released_at=row.released_at,
        reason=row.reason,
    )
