"""Reads of demands. Lists say number, how somebody is called, age band, community and title: never an address or an illness."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Row, Select, Text, Uuid, and_, cast, exists, func, or_, select, true

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope, ScopeColumns
from backend.accounts.queries import accounts_of
from backend.areas.models import Area
from backend.attendance.positions import Around
from backend.attendance.queries import openings_around, shifts_seen
from backend.demands.models import Beneficiary, Demand, DemandChange, DemandStatus, NextStep, PublicationChange
from backend.demands.queries.beneficiaries import age_band
from backend.demands.service.commands import DemandCommand, commands_on, require_command
from backend.demands.service.life import PUBLIC, known_demand, scope_of
from backend.demands.service.prompts import next_step
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Forbidden
from backend.foundation.life import StepLine, steps_of
from backend.foundation.masking import masked
from backend.foundation.paging import Order, Page, PageRequest, TimeSort
from backend.foundation.sealed_text import read_text
from backend.foundation.search import EVER, Days, as_asked, holds, words_of
from backend.foundation.terms import Word
from backend.openings.models import Claim, Opening, OpeningRole
from backend.openings.offer_queries import Offer, may_claim_as
from backend.openings.queries import CLAIMANT, ClaimLine, Openings, own_claim
from backend.people.models import Person

LATEST_PUBLISHED = Order((Demand.published_at, Demand.id), latest_first=True, name="latest")
SOONEST_FIRST = Order((Demand.starts_at, Demand.id), name="start")
OLDEST_FIRST, NEWEST_FIRST = Order((Demand.id,)), Order((Demand.id,), latest_first=True)
LATEST_CHANGED = Order((PublicationChange.id,), latest_first=True)


class DemandSort(Word):
    """In which order open demands are listed: the latest published first, or the soonest first."""

    LATEST = "latest", "新发布的在前"
    START = "start", "先开始的在前"


@dataclass(frozen=True, slots=True)
class DemandSearch:
    """Which demands somebody looks for. `q`: number and title; `days`: on which they begin, of what is published."""

    q: str | None = None
    number: str | None = None
    brand: str | None = None
    community_id: UUID | None = None
    days: Days = EVER


@dataclass(frozen=True, slots=True)
class DemandLine:
    """A demand as every list shows it. The last four say nothing before it is published."""

    id: UUID
    number: str
    brand: str
    title: str
    called: str | None
    age_band: str | None
    community_id: UUID
    community: str
    status: DemandStatus
    submitted_at: datetime
    places: int
    published_at: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    opening_id: UUID | None
    role_id: UUID | None
    taken: int | None


@dataclass(frozen=True, slots=True)
class DemandNear(DemandLine):
    """The same, and how far from a place."""

    distance_m: int


@dataclass(frozen=True, slots=True)
class DemandView(DemandLine):
    """One demand. What is announced is for everybody, once it is published. Details, requester (masked) and the reason of the last step are
    None to whom they do not concern. The last three are about the viewer: the claim of theirs, for whom they could claim now, and the
    shifts that they may open."""

    content: str | None
    place_in_words: str | None
    conditions: str | None
    risks: str | None
    safeguards: str | None
    asks_first: bool | None
    people_per_place: int | None
    details: str | None
    requester: str | None
    reason: str | None
    former_demand_id: UUID | None
    next_step: NextStep | None
    next_step_on: date | None
    my_claim: ClaimLine | None
    may_claim_as: list[Offer]
    shift_ids: list[UUID]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What was changed of a published demand: what was before and after, by the names of its fields."""

    id: UUID
    at: datetime
    reason: str
    changed: Sequence[str]
    before: Mapping[str, str | int | None]
    after: Mapping[str, str | int | None]


def open_demands(
    viewer: Actor, search: DemandSearch, *, sort: DemandSort, with_room: bool, now: datetime, page: PageRequest
) -> Page[DemandLine]:
    """What is published; with room left and its window not over, unless that is not asked."""
    policy.require(viewer, Permission.DEMAND_BROWSE, Scope())
    wanted = _open(search, with_room=with_room, now=now)
    return _page(SOONEST_FIRST if sort is DemandSort.START else LATEST_PUBLISHED, wanted, page, now)


def _open(search: DemandSearch, *, with_room: bool, now: datetime) -> Select[*tuple[Any, ...]]:
    wanted = _searched(search, search.days.hold(Demand.starts_at)).where(Demand.status == DemandStatus.PUBLISHED)
    return wanted.where(_has_room(now)) if with_room else wanted


def demands_near(viewer: Actor, community_ids: Collection[UUID], *, now: datetime, page: PageRequest) -> Page[DemandLine]:
    """What is published and has room in these communities, the soonest first; where none is named, in the viewer's own, or anywhere for
    who has said to nobody where they live."""
    policy.require(viewer, Permission.DEMAND_BROWSE, Scope())
    near: ColumnElement[bool] = true()
    if community_ids:
        near = Demand.area_id.in_(community_ids)
    elif viewer.person_id is not None:
        near = Demand.area_id == select(Person.area_id).where(Person.id == viewer.person_id).scalar_subquery()
    return _page(SOONEST_FIRST, _lines().where(Demand.status == DemandStatus.PUBLISHED, _has_room(now), near), page, now)


def demands_around(
    viewer: Actor, around: Around, search: DemandSearch, *, with_room: bool, now: datetime, page: PageRequest
) -> Page[DemandNear]:
    """What is published and takes place around somebody, the nearest first. What is done at homes has no place that anybody is told.

    Raises PositionOutOfBounds, CursorInvalid.
    """
    policy.require(viewer, Permission.DEMAND_BROWSE, Scope())
    near = openings_around(around, now=now).subquery()
    wanted = _open(search, with_room=with_room, now=now).join(near, near.c.opening_id == Demand.opening_id)
    rows = Order((near.c.distance_m, Demand.id)).page(wanted.add_columns(near.c.distance_m), page)
    today = clock.shanghai_day(now)
    return rows.map(lambda row: DemandNear(**_values(row, today)))


def demands_in_care(
    viewer: Actor,
    search: DemandSearch,
    *,
    status: DemandStatus | None,
    beneficiary_id: UUID | None = None,
    for_me: bool = False,
    now: datetime,
    page: PageRequest,
) -> Page[DemandLine]:
    """What the viewer's communities have in one state (None: in any), the longest waiting first: the review list is those submitted. Those
    of one on the register are found by who may look into it. The days are those of submission. `for_me`: only those that wait for the
    viewer."""
    wanted = _searched(search, search.days.hold(Demand.submitted_at)).where(
        as_asked((Demand.status, status)), policy.visible(viewer, Permission.DEMAND_SEE, ScopeColumns(area_path=Demand.area_path))
    )
    if beneficiary_id is not None:
        of_register = policy.visible(viewer, Permission.BENEFICIARY_SEE, ScopeColumns(area_path=Beneficiary.area_path))
        wanted = wanted.where(Demand.beneficiary_id == beneficiary_id, of_register)
    if for_me:
        wanted = wanted.where(or_(is_to_review(viewer), is_to_close(viewer, now=now)))
    return _page(OLDEST_FIRST, wanted, page, now)


def is_to_review(viewer: Actor) -> ColumnElement[bool]:
    """Condition: the demand was submitted, and the viewer is to publish or return it."""
    mine = policy.visible(viewer, Permission.DEMAND_REVIEW, ScopeColumns(area_path=Demand.area_path))
    return and_(Demand.status == DemandStatus.SUBMITTED, mine)


def is_to_close(viewer: Actor, *, now: datetime) -> ColumnElement[bool]:
    """Condition: the time of what is published is over, and the viewer is to see what came of it, until it ends by itself."""
    mine = policy.visible(viewer, Permission.DEMAND_COMPLETE, ScopeColumns(area_path=Demand.area_path))
    return and_(Demand.status == DemandStatus.PUBLISHED, Demand.ends_at <= now, mine)


def is_to_amend(viewer: Actor) -> ColumnElement[bool]:
    """Condition: what the viewer asked for, or somebody for whom they act, was returned."""
    mine = policy.visible(viewer, Permission.DEMAND_AMEND, ScopeColumns(person_id=Demand.requester_person_id))
    return and_(Demand.status == DemandStatus.RETURNED, mine)


def my_demands(
    viewer: Actor,
    search: DemandSearch,
    *,
    status: DemandStatus | None,
    sort: TimeSort = TimeSort.LATEST,
    for_me: bool = False,
    now: datetime,
    page: PageRequest,
) -> Page[DemandLine]:
    """What the viewer asked for, for themselves or for others, and what was asked for whom they are the proxy of. The days are those of
    submission. `for_me`: only those that the viewer is to amend."""
    of_theirs = policy.visible(viewer, Permission.DEMAND_SEE, ScopeColumns(person_id=Demand.requester_person_id))
    in_reach = policy.visible(viewer, Permission.DEMAND_SEE, ScopeColumns(area_path=Demand.area_path))
    # What a proxy or a grid worker submitted is out of their sight when they are that no longer.
    submitted = and_(Demand.submitted_by.in_(accounts_of(viewer.account_id)), or_(Demand.status.in_(PUBLIC), in_reach))
    wanted = _searched(search, search.days.hold(Demand.submitted_at)).where(or_(of_theirs, submitted))
    if status is not None:
        wanted = wanted.where(Demand.status == status)
    if for_me:
        wanted = wanted.where(is_to_amend(viewer))
    return _page(NEWEST_FIRST.sorted_by(sort), wanted, page, now)


def demand_to_claim(viewer: Actor, demand_id: UUID, *, now: datetime, refused: bool = False) -> DemandView:
    """One demand, for who could take a place of it now; `refused`: also for who could a moment ago. Raises Missing, Forbidden."""
    found = demand(viewer, demand_id, now=now)
    if not found.may_claim_as and not refused:
        policy.require(viewer, Permission.PLACE_CLAIM, Scope())  # for nobody whom they may claim for: says who may
    return found


def demand(viewer: Actor, demand_id: UUID, *, now: datetime) -> DemandView:
    """One demand. Raises Missing."""
    known = known_demand(viewer, demand_id)
    line = _line(db.session.execute(_lines().where(Demand.id == demand_id)).one(), clock.shanghai_day(now))
    concerned = _concerns(viewer, known)
    reason = select(DemandChange.reason).where(DemandChange.demand_id == demand_id).order_by(DemandChange.id.desc()).limit(1)
    name = db.session.scalar(select(masked(Person.name)).where(Person.id == known.requester_person_id)) if concerned else None
    opening = db.session.get(Opening, known.opening_id) if known.opening_id else None
    by_itself = next_step(known, now=now) if concerned else None
    published = known.status is DemandStatus.PUBLISHED
    return DemandView(
        **{field: getattr(line, field) for field in DemandLine.__slots__},
        content=known.content,
        place_in_words=known.place_in_words,
        conditions=known.conditions,
        risks=known.risks,
        safeguards=known.safeguards,
        asks_first=opening.asks_first if opening else None,
        people_per_place=opening.people_per_place if opening else None,
        details=read_text(Demand.details_sealed, known) if concerned else None,
        requester=name,
        reason=db.session.scalar(reason) if concerned else None,
        former_demand_id=known.former_demand_id if concerned else None,
        next_step=by_itself[0] if by_itself else None,
        next_step_on=clock.shanghai_day(by_itself[1]) if by_itself else None,
        my_claim=own_claim(viewer, opening.id, now=now) if opening else None,
        may_claim_as=may_claim_as(viewer, opening.id, now=now) if opening and published else [],
        shift_ids=shifts_seen(viewer, [opening.id], now=now).get(opening.id, []) if opening else [],
    )


def may_submit_some(viewer: Actor) -> bool:
    """Whether there is an area in which the viewer may ask for a service for others, or for nobody in particular."""
    return policy.could_by_area(viewer, Permission.DEMAND_SUBMIT)


def areas_to_submit_for(viewer: Actor) -> list[str]:
    """The paths of the areas in which the viewer may ask for others. Raises Forbidden where there is none."""
    return policy.require_areas(viewer, Permission.DEMAND_SUBMIT)


def looks_after_some(viewer: Actor) -> bool:
    """Whether the viewer sees the demands of some area, beside their own."""
    return policy.could_by_area(viewer, Permission.DEMAND_SEE)


def demand_commands(viewer: Actor, demand_id: UUID, *, now: datetime) -> dict[DemandCommand, type[Conflict] | None]:
    """What the viewer may do with a demand, and of each what stands in its way now (None: nothing). Raises Missing."""
    return commands_on(viewer, known_demand(viewer, demand_id), now=now)


def demand_to(viewer: Actor, demand_id: UUID, command: DemandCommand, *, now: datetime, refused: bool = False) -> DemandLine:
    """The demand with which the viewer is about to do something, or was `refused` it just now, whatever stands in the way. Raises Missing,
    Forbidden, and unless it was refused already what stands in the way."""
    known = known_demand(viewer, demand_id)
    require_command(viewer, known, command, now=now, refused=refused)
    return _line(db.session.execute(_lines().where(Demand.id == demand_id)).one(), clock.shanghai_day(now))


def _has_room(now: datetime) -> ColumnElement[bool]:
    takes_claims = (OpeningRole.is_open, OpeningRole.closes_at > now, OpeningRole.taken < OpeningRole.slots)
    return exists().where(OpeningRole.opening_id == Demand.opening_id, *takes_claims)


def changes_of_demand(viewer: Actor, demand_id: UUID, *, page: PageRequest) -> Page[ChangeLine]:
    """What was changed of a demand since its publication, the latest first, for everybody who may know of it. Raises Missing."""
    known_demand(viewer, demand_id)
    columns = (PublicationChange.id, PublicationChange.at, PublicationChange.reason, PublicationChange.before, PublicationChange.after)
    wanted = select(*columns).where(PublicationChange.demand_id == demand_id)
    return LATEST_CHANGED.page(wanted, page).map(
        lambda row: ChangeLine(row.id, row.at, row.reason, sorted(row.after), row.before, row.after)
    )


def steps_of_demand(viewer: Actor, demand_id: UUID, *, page: PageRequest) -> Page[StepLine]:
    """What became of a demand so far, the latest first: for the community, who asked, and who holds a claim. Raises Missing, Forbidden."""
    if not _concerns(viewer, known_demand(viewer, demand_id)):
        raise Forbidden(policy.who_may(Permission.DEMAND_SEE))
    return steps_of(DemandChange, demand_id, page=page)


def claims_seen(viewer: Actor, demand_id: UUID) -> UUID | None:
    """The opening of a demand whose claims the viewer may list: its community and who asked. Raises Missing, Forbidden."""
    known = known_demand(viewer, demand_id)
    policy.require(viewer, Permission.CLAIM_SEE, scope_of(known))
    return known.opening_id


def may_list_claims(viewer: Actor, demand_id: UUID) -> bool:
    """Whether `claims_seen` lets the viewer list them. Raises Missing."""
    return policy.allows(viewer, Permission.CLAIM_SEE, scope_of(known_demand(viewer, demand_id)))


def demands_of_openings(opening_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Opening → the demand that it was made for."""
    lines = db.session.execute(select(Demand.opening_id, Demand.id).where(Demand.opening_id.in_(opening_ids)))
    return {line.opening_id: line.id for line in lines}


def _concerns(viewer: Actor, known: Demand) -> bool:
    return policy.allows(viewer, Permission.DEMAND_SEE, scope_of(known)) or _holds_claim(viewer, known.opening_id)


def openings_numbered(part: str | None, demand_id: UUID | None = None) -> Openings | None:
    """The openings of the demands whose number has this part (None: whatever it is), or of this one demand, for lists of what hangs on
    openings."""
    if part is None and demand_id is None:
        return None
    numbered = (holds(_as_written(word), Demand.number) for word in words_of(part))
    return select(Demand.opening_id).where(as_asked((Demand.id, demand_id)), *numbered)


def _holds_claim(viewer: Actor, opening_id: UUID | None) -> bool:
    held = select(Claim.id).where(Claim.opening_id == opening_id, Claim.is_held())
    return db.session.scalar(held.where(policy.visible(viewer, Permission.DEMAND_SEE, CLAIMANT)).limit(1)) is not None


def _searched(search: DemandSearch, in_days: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    wanted = _lines().where(in_days)
    wanted = wanted.where(as_asked((Demand.brand, search.brand), (Demand.area_id, search.community_id)))
    if search.number is not None:
        wanted = wanted.where(Demand.number == _as_written(search.number))
    return wanted.where(*(holds(_as_written(word), Demand.number, Demand.title) for word in words_of(search.q)))


def _as_written(number: str) -> str:
    # On a keyboard without Chinese 需2026-000123 is typed XQ2026-000123.
    return re.sub("^xq", "需", number, flags=re.IGNORECASE)


def _page(order: Order, wanted: Select[*tuple[Any, ...]], page: PageRequest, now: datetime) -> Page[DemandLine]:
    today = clock.shanghai_day(now)
    return order.page(wanted, page).map(lambda row: _line(row, today))


def _lines() -> Select[*tuple[Any, ...]]:
    # The places of all roles together; and of the roles the first that has room, else the first. PostgreSQL 16 knows no min() of UUIDs.
    first = func.min(cast(OpeningRole.id, Text))
    claimable = func.coalesce(first.filter(OpeningRole.taken < OpeningRole.slots), first)
    roles = (
        select(cast(claimable, Uuid).label("role_id"), cast(func.sum(OpeningRole.taken), BigInteger).label("taken"))
        .where(OpeningRole.opening_id == Demand.opening_id)
        .lateral("roles")
    )
    return (
        select(
            Demand.id,
            Demand.number,
            Demand.brand,
            Demand.title,
            Beneficiary.called,
            Beneficiary.born_in,
            Demand.area_id.label("community_id"),
            Area.name.label("community"),
            Demand.status,
            Demand.submitted_at,
            Demand.places,
            Demand.published_at,
            Demand.starts_at,
            Demand.ends_at,
            Demand.opening_id,
            roles.c.role_id,
            roles.c.taken,
        )
        .join(Area, Area.id == Demand.area_id)
        .outerjoin(Beneficiary, Beneficiary.id == Demand.beneficiary_id)
        .join(roles, true())
    )


def _line(row: Row[Any], today: date) -> DemandLine:
    return DemandLine(**_values(row, today))


def _values(row: Row[Any], today: date) -> dict[str, Any]:
    values = dict(row._mapping)
    return values | {"age_band": age_band(values.pop("born_in"), today)}
