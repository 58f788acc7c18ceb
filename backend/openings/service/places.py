"""Openings themselves: made when a demand is published, changed, closed, opened again, cancelled; and the recount that guards `taken`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, select, update

from backend.accounts.policy import COMMUNITY_DIGITS
from backend.brands import Brand, ClaimantKind, ClaimantsFrom
from backend.foundation.actor import Actor
from backend.foundation.database import allow_long_statements, db
from backend.foundation.errors import Conflict
from backend.foundation.ids import new_id
from backend.openings.models import Claim, ClaimChange, ClaimStatus, Opening, OpeningRole, OpeningStatus
from backend.openings.service.claims import Claimant, ClaimantNotAllowed
from backend.openings.service.life import RELEASE, given_back_at, hold
from backend.openings.service.requests import refuse_all

DONE = "该需求已办结"
STREET_DIGITS = 9
"""Of the path of what lies in a street."""


class PlacesInService(Conflict):
    """Somebody signed in on one of its claims: what was served is not undone by cancelling."""

    code: ClassVar[str] = "places_in_service"
    detail = "已有人签到服务，不能取消"


class PlacesTaken(Conflict):
    """More places of it are held or asked for: nobody loses one because there are to be fewer."""

    code: ClassVar[str] = "places_taken"
    detail = "已认领的名额比改动后的多，请先处理认领"


@dataclass(frozen=True, slots=True)
class Home:
    """Who is visited, and in which community or grid they live."""

    id: UUID
    area_path: str


def make_opening(
    *,
    brand: Brand,
    title: str,
    area_id: UUID,
    area_path: str,
    roles: Mapping[str, int],
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    requester_person_id: UUID | None = None,
    people_per_place: int | None = None,
    home: Home | None = None,
) -> UUID:
    """Open places by the brand's rules: so many of each role. The caller has asked policy and records its own event. Returns the opening's
    id."""
    opening_id = new_id()
    db.session.execute(
        insert(Opening).values(
            id=opening_id,
            brand=brand.code,
            title=title,
            area_id=area_id,
            area_path=area_path,
            status=OpeningStatus.OPEN,
            claimant_kinds=[kind.value for kind in brand.claimant_kinds],
            asks_first=brand.asks_first,
            requester_person_id=requester_person_id,
            people_per_place=people_per_place or brand.people_per_place,
            home_id=home.id if home else None,
            home_path=home.area_path if home else None,
            claimants_path=_claimants_path(brand, area_path),
            starts_at=starts_at,
            ends_at=ends_at,
            made_at=now,
        )
    )
    of_opening = {"opening_id": opening_id, "taken": 0, "is_open": True, "closes_at": ends_at}
    db.session.execute(insert(OpeningRole), [of_opening | {"id": new_id(), "name": name, "slots": slots} for name, slots in roles.items()])
    return opening_id


def people_per_place(opening_id: UUID) -> int | None:
    """How many people one claim on the opening brings at most; None: as many as come."""
    return db.session.scalar(select(Opening.people_per_place).where(Opening.id == opening_id))


def change_opening(
    opening_id: UUID, *, title: str, slots: int, people_per_place: int | None, starts_at: datetime, ends_at: datetime, now: datetime
) -> None:
    """Let an opening of one role be called otherwise, take place at another time, or have other places. Its claims stay as they are. The
    caller has asked policy, looked at who is there, and records its own event. Raises PlacesTaken."""
    enough = (OpeningRole.opening_id == opening_id, OpeningRole.taken <= slots)
    role = update(OpeningRole).where(*enough).values(slots=slots, closes_at=ends_at).returning(OpeningRole.id)
    if db.session.scalars(role.execution_options(synchronize_session=False)).one_or_none() is None:
        raise PlacesTaken
    told = {"title": title, "people_per_place": people_per_place, "starts_at": starts_at, "ends_at": ends_at, "changed_at": now}
    db.session.execute(update(Opening).where(Opening.id == opening_id).values(told).execution_options(synchronize_session=False))


def let_street_claim(opening_ids: Sequence[UUID]) -> None:
    """Let the teams and organisations of the whole street claim without an invitation where only those of the community did. The caller
    records it."""
    narrower = (Opening.id.in_(opening_ids), func.length(Opening.claimants_path) > STREET_DIGITS)
    street = func.left(Opening.claimants_path, STREET_DIGITS)
    db.session.execute(update(Opening).where(*narrower).values(claimants_path=street).execution_options(synchronize_session=False))


def leave_to_community(opening_id: UUID) -> None:
    """Let nobody see who claims but the community and they themselves, because who asked is gone. The caller records it."""
    opening = update(Opening).where(Opening.id == opening_id).values(requester_person_id=None)
    db.session.execute(opening.execution_options(synchronize_session=False))


def _claimants_path(brand: Brand, area_path: str) -> str | None:
    match brand.claims_from:
        case ClaimantsFrom.COMMUNITY:
            return area_path[:COMMUNITY_DIGITS]
        case ClaimantsFrom.STREET:
            return area_path[:STREET_DIGITS]
        case ClaimantsFrom.ANYWHERE:
            return None


def close_openings(opening_ids: Sequence[UUID], *, now: datetime) -> None:
    """Let these take no more claims; those held stay held, and what is only asked for is refused."""
    _set_open(opening_ids, is_open=False, status=OpeningStatus.CLOSED)
    refuse_all(Actor.system(), opening_ids, reason=DONE, now=now)


def reopen_openings(opening_ids: Sequence[UUID]) -> None:
    """Let these take claims again, until their window is over."""
    _set_open(opening_ids, is_open=True, status=OpeningStatus.OPEN)


def cancel_opening(actor: Actor, opening_id: UUID, *, unserved: ColumnElement[bool], reason: str, now: datetime) -> None:
    """Close it for good, release its claims and refuse what is asked for. The caller has asked policy, and hands in the condition on claims
    that nobody has served on them. Raises PlacesInService."""
    _set_open([opening_id], is_open=False, status=OpeningStatus.CANCELLED)
    refuse_all(actor, [opening_id], reason=reason, now=now)
    RELEASE.take_all(actor, hold(Claim.opening_id == opening_id), unserved, now=now, reason=reason, released_at=given_back_at(now))
    served = select(Claim.id).where(Claim.opening_id == opening_id, Claim.stands())
    if db.session.scalar(served.limit(1)) is not None:
        raise PlacesInService
    db.session.execute(
        update(OpeningRole).where(OpeningRole.opening_id == opening_id).values(taken=0).execution_options(synchronize_session=False)
    )


def _set_open(opening_ids: Sequence[UUID], *, is_open: bool, status: OpeningStatus) -> None:
    if not opening_ids:
        return
    # Roles first, in the order of their ids, as whoever claims takes them.
    roles = select(OpeningRole.id).where(OpeningRole.opening_id.in_(opening_ids)).order_by(OpeningRole.id).with_for_update()
    db.session.execute(
        update(OpeningRole)
        .where(OpeningRole.id.in_(db.session.scalars(roles).all()))
        .values(is_open=is_open)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(Opening).where(Opening.id.in_(opening_ids)).values(status=status).execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class TakenDiffers:
    """A role whose `taken` is not the number of the claims that take its places."""

    role_id: UUID
    taken: int
    held: int


def recount() -> list[TakenDiffers]:
    """Compare `taken` of every role with the claims that take its places, in one statement; an empty list is the only good answer.

    Nothing is repaired: a difference means that somebody changed rows by another way, and must be looked at.
    """
    allow_long_statements()
    held = select(Claim.role_id, func.count().label("held")).where(Claim.takes_place()).group_by(Claim.role_id).subquery()
    count = func.coalesce(held.c.held, 0)
    lines = db.session.execute(
        select(OpeningRole.id, OpeningRole.taken, count.label("held"))
        .outerjoin(held, held.c.role_id == OpeningRole.id)
        .where(OpeningRole.taken != count)
        .order_by(OpeningRole.id)
    )
    return [TakenDiffers(line.id, line.taken, line.held) for line in lines]


@dataclass(frozen=True, slots=True)
class PastClaims:
    """An opening that is over, and the claim of each for whom somebody served."""

    opening_id: UUID
    held_by: Mapping[Claimant, UUID]


def make_past_opening(
    *,
    brand: Brand,
    title: str,
    area_id: UUID,
    area_path: str,
    starts_at: datetime,
    ends_at: datetime,
    claimants: Collection[Claimant],
    now: datetime,
) -> PastClaims:
    """Places of what took place without having been published: nobody can claim one any more, and each for whom somebody served has a
    claim that ended with it. The caller has asked policy and records its own event. Raises ClaimantNotAllowed."""
    allowed = {*brand.claimant_kinds, ClaimantKind.PERSON}  # anybody may have come along
    if any(claimant.kind not in allowed for claimant in claimants):
        raise ClaimantNotAllowed
    opening_id = make_opening(
        brand=brand,
        title=title,
        area_id=area_id,
        area_path=area_path,
        roles={brand.role_name: len(claimants)},
        starts_at=starts_at,
        ends_at=ends_at,
        now=now,
    )
    _set_open([opening_id], is_open=False, status=OpeningStatus.CLOSED)
    role_id = db.session.scalars(select(OpeningRole.id).where(OpeningRole.opening_id == opening_id)).one()
    claims = {claimant: new_id() for claimant in claimants}
    ended = {"opening_id": opening_id, "role_id": role_id, "status": ClaimStatus.ENDED, "claimed_at": starts_at, "released_at": ends_at}
    for claimant, claim_id in claims.items():
        db.session.execute(insert(Claim).values(ended | {"id": claim_id, claimant.column: claimant.id}))
    step = {"from_status": None, "to_status": ClaimStatus.ENDED, "at": now}
    db.session.execute(insert(ClaimChange), [step | {"id": new_id(), "claim_id": claim_id} for claim_id in claims.values()])
    return PastClaims(opening_id, claims)
