"""Reads of standing arrangements and invitations."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select

from backend.accounts import policy
from backend.accounts.policy import Permission, ScopeColumns
from backend.areas.models import Area
from backend.areas.queries import lies_in
from backend.brands import ClaimantKind
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Missing
from backend.foundation.masking import masked
from backend.foundation.paging import Order, Page, PageRequest
from backend.foundation.search import EVER, Days, as_asked
from backend.openings.models import Arrangement, Claim, Opening, OpeningRole
from backend.openings.queries import Openings
from backend.organisations.models import Organisation
from backend.party.models import WorkUnit
from backend.people.models import Person
from backend.teams.models import Team

NEWEST_FIRST = Order((Arrangement.id,), latest_first=True)


@dataclass(frozen=True, slots=True)
class ArrangementLine:
    """Who comes without being asked about, and how long. `opening_id`: an invitation; `home_id`: a beneficiary; neither: the area."""

    id: UUID
    party_kind: ClaimantKind
    party_id: UUID
    party: str
    area_id: UUID
    area: str
    opening_id: UUID | None
    title: str | None
    home_id: UUID | None
    cause: str
    begins_on: date
    ends_on: date
    ended_at: datetime | None
    end_reason: str | None
    holds: bool


@dataclass(frozen=True, slots=True)
class ArrangementSearch:
    """Which arrangements somebody looks for. `holding`: only those that hold today; `openings`: to one of these; `days`: the last ones of
    their terms."""

    holding: bool = True
    area_id: UUID | None = None
    team_id: UUID | None = None
    organisation_id: UUID | None = None
    work_unit_id: UUID | None = None
    openings: Openings | None = None
    days: Days = EVER


def arrangements(
    viewer: Actor, search: ArrangementSearch, *, for_me: bool = False, now: datetime, page: PageRequest
) -> Page[ArrangementLine]:
    """Those of the viewer's communities, teams, organisations and units, and their own, the newest first. `for_me`: only invitations that
    wait for the viewer."""
    wanted = _seen(viewer, now=now).where(search.days.hold(Arrangement.ends_on))
    wanted = wanted.where(
        as_asked(
            (Arrangement.team_id, search.team_id),
            (Arrangement.organisation_id, search.organisation_id),
            (Arrangement.work_unit_id, search.work_unit_id),
        ),
        lies_in(Arrangement.area_path, search.area_id),
    )
    if search.openings is not None:
        wanted = wanted.where(Arrangement.opening_id.in_(search.openings))
    if for_me:
        wanted = wanted.where(is_to_take_up(viewer, now=now))
    if search.holding:
        wanted = wanted.where(Arrangement.holds_on(clock.shanghai_day(now)))
    return NEWEST_FIRST.page(wanted, page).map(_line)


def is_to_take_up(viewer: Actor, *, now: datetime) -> ColumnElement[bool]:
    """Condition on arrangements with their opening: an invitation of the viewer, or of whom they claim for, to a place that is still free
    and that those invited have not taken."""
    of = ScopeColumns(team_id=Arrangement.team_id, organisation_id=Arrangement.organisation_id, work_unit_id=Arrangement.work_unit_id)
    mine = or_(policy.visible(viewer, Permission.PLACE_CLAIM, of), Arrangement.person_id == viewer.person_id)
    free = exists().where(
        OpeningRole.opening_id == Opening.id, OpeningRole.is_open, OpeningRole.closes_at > now, OpeningRole.taken < OpeningRole.slots
    )
    columns = ("team_id", "organisation_id", "work_unit_id", "person_id")
    same = or_(*(getattr(Claim, name) == getattr(Arrangement, name) for name in columns))
    taken = exists().where(Claim.opening_id == Arrangement.opening_id, Claim.takes_place(), same)
    return and_(Arrangement.holds_on(clock.shanghai_day(now)), Arrangement.opening_id.is_not(None), mine, free, ~taken)


def arrangement(viewer: Actor, fact_id: UUID, *, now: datetime) -> ArrangementLine:
    """One of them. Raises Missing."""
    row = db.session.execute(_seen(viewer, now=now).where(Arrangement.fact_id == fact_id)).one_or_none()
    if row is None:
        raise Missing
    return _line(row)


def _seen(viewer: Actor, *, now: datetime) -> Select[*tuple[Any, ...]]:
    of = ScopeColumns(
        area_path=Arrangement.area_path,
        team_id=Arrangement.team_id,
        organisation_id=Arrangement.organisation_id,
        work_unit_id=Arrangement.work_unit_id,
        person_id=Arrangement.person_id,
    )
    return (
        select(
            Arrangement,
            Arrangement.id,
            func.coalesce(Team.name, Organisation.name, WorkUnit.name).label("party"),
            masked(Person.name),
            Area.name.label("area"),
            Opening.title,
            Arrangement.holds_on(clock.shanghai_day(now)).label("holds"),
        )
        .join(Area, Area.id == Arrangement.area_id)
        .outerjoin(Team, Team.id == Arrangement.team_id)
        .outerjoin(Organisation, Organisation.id == Arrangement.organisation_id)
        .outerjoin(WorkUnit, WorkUnit.id == Arrangement.work_unit_id)
        .outerjoin(Person, Person.id == Arrangement.person_id)
        .outerjoin(Opening, Opening.id == Arrangement.opening_id)
        .where(Arrangement.is_current(), policy.visible(viewer, Permission.ARRANGEMENT_SEE, of))
    )


def _line(row: Row[Any]) -> ArrangementLine:
    fact: Arrangement = row.Arrangement
    parties = ((kind, getattr(fact, f"{kind.value}_id")) for kind in ClaimantKind)
    kind, party_id = next(party for party in parties if party[1] is not None)
    return ArrangementLine(
        id=fact.fact_id,
        party_kind=kind,
        party_id=party_id,
        party=row.party or row.name,
        area_id=fact.area_id,
        area=row.area,
        opening_id=fact.opening_id,
        title=row.title,
        home_id=fact.home_id,
        cause=fact.cause,
        begins_on=fact.begins_on,
        ends_on=fact.ends_on,
        ended_at=fact.ended_at,
        end_reason=fact.reason if fact.ended_at is not None else None,
        holds=row.holds,
    )
