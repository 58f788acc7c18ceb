"""A demand from its publication on: places and shift are made, and it ends by completion or by being called off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update

from backend import brands
from backend.accounts import policy
from backend.accounts.policy import Permission
from backend.areas import service as areas
from backend.attendance import limits as services
from backend.attendance import service as attendance
from backend.attendance.models import Confirmation, ServiceFlag, ServiceRecord
from backend.attendance.positions import refuse_outside
from backend.attendance.queries import counting_records
from backend.attendance.service import Place
from backend.brands import Brand, Completion
from backend.demands.models import Beneficiary, Demand, DemandStatus
from backend.demands.service.bases import require_usable
from backend.demands.service.life import (
    CANCEL,
    COMPLETE,
    COMPLETE_LATE,
    LAPSE_LATE,
    PUBLISH,
    REOPEN,
    DemandNotPublished,
    known_demand,
    scope_of,
)
from backend.demands.service.register import refuse_named
from backend.demands.service.submission import refuse_places
from backend.foundation import outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Unprocessable
from backend.foundation.refusals import never
from backend.openings import service as openings

SERVICE_WITHDRAWN = "计入的服务记录已撤销"


class WindowInvalid(Unprocessable):
    """The window ends before it starts, is over already, or is longer than the brand allows."""

    code: ClassVar[str] = "window_invalid"
    detail = "服务时间不正确"


class PlaceNotAsked(Unprocessable):
    """The brand keeps no position: a home visit would give the address away."""

    code: ClassVar[str] = "place_not_asked"
    detail = "该品牌不登记服务地点坐标"


class DemandOver(Conflict):
    """Its window and grace are over: what was published then stays, and ends as what became of it."""

    code: ClassVar[str] = "demand_over"
    detail = "服务时间已过，不能取消；有人服务的请补录、确认后办结，没有开展的请登记为未开展"


class NoCountingService(Conflict):
    """Nothing has been done yet: no service record of it is confirmed."""

    code: ClassVar[str] = "no_counting_service"
    detail = "还没有已确认的服务记录，不能办结"


@dataclass(frozen=True, slots=True)
class Announcement:
    """What everybody who may claim has to know (志愿服务条例 art. 12, 15–17). Where content, conditions, risks or safeguards are not
    given, those of the brand stand."""

    content: str | None = None
    place_in_words: str | None = None
    conditions: str | None = None
    risks: str | None = None
    safeguards: str | None = None

    def texts(self, brand: Brand) -> dict[str, str | None]:
        """All of it, by the names of the columns."""
        return {
            "content": self.content or brand.content,
            "place_in_words": self.place_in_words,
            "conditions": self.conditions or brand.conditions,
            "risks": self.risks or brand.risks,
            "safeguards": self.safeguards or brand.safeguards,
        }


@dataclass(frozen=True, slots=True)
class Publication:
    """What the community decides when it publishes.

    `places`: as many as were asked for, unless it says otherwise. `title`: its wording for everybody to see, without names, addresses
    or illness. A place of service in GCJ-02 degrees, where the brand keeps one.
    """

    starts_at: datetime
    ends_at: datetime
    places: int | None = None
    people_per_place: int | None = None
    title: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    announcement: Announcement = Announcement()


@never(attendance.ShiftTooLong, because="brands.toml lets no window and its graces pass a day")
def publish_demand(actor: Actor, demand_id: UUID, publication: Publication, *, now: datetime) -> None:
    """Open the places of a submitted demand for claims, and plan its shift.

    Raises DemandNotSubmitted, TooManyPlaces, WindowInvalid, PlaceNotAsked, PositionOutOfBounds, NamesBeneficiary, BeneficiaryEnded,
    AddressErased, BasisMissing, Missing, Forbidden.
    """
    demand = known_demand(actor, demand_id)
    policy.require(actor, Permission.DEMAND_REVIEW, scope_of(demand))
    announced = to_announce(demand, publication, now=now)
    PUBLISH.take(actor, demand_id, now=now, **announced)
    open_places(actor, demand_id, publication, now=now)


def to_announce(demand: Demand, publication: Publication, *, now: datetime) -> dict[str, Any]:
    """What a demand is published with, by the names of its columns.

    Raises TooManyPlaces, WindowInvalid, PlaceNotAsked, PositionOutOfBounds, NamesBeneficiary, BeneficiaryEnded, AddressErased,
    BasisMissing.
    """
    brand = brands.brand(demand.brand)
    places = publication.places or demand.places
    refuse_places(brand, places)
    refuse_window(brand, publication.starts_at, publication.ends_at, now=now)
    _place(brand, publication)
    words = {"title": publication.title or demand.title} | publication.announcement.texts(brand)
    refuse_named(demand.beneficiary_id, words)
    if demand.beneficiary_id is not None:
        require_usable(demand.beneficiary_id)
    when = {"starts_at": publication.starts_at, "ends_at": publication.ends_at, "published_at": now}
    return words | when | {"places": places}


def open_places(actor: Actor, demand_id: UUID, publication: Publication, *, now: datetime) -> None:
    """Make the opening of a demand that was just published, and plan its shift. The caller has asked policy."""
    demand = db.session.scalars(select(Demand).where(Demand.id == demand_id).execution_options(populate_existing=True)).one()
    brand = brands.brand(demand.brand)
    opening_id = openings.make_opening(
        brand=brand,
        title=demand.title,
        area_id=demand.area_id,
        area_path=demand.area_path,
        roles={brand.role_name: demand.places},
        starts_at=publication.starts_at,
        ends_at=publication.ends_at,
        now=now,
        requester_person_id=demand.requester_person_id,
        people_per_place=publication.people_per_place,
        home=_home(demand.beneficiary_id),
    )
    db.session.execute(
        update(Demand).where(Demand.id == demand_id).values(opening_id=opening_id).execution_options(synchronize_session=False)
    )
    attendance.plan_shift(
        actor,
        opening_id=opening_id,
        brand=brand.code,
        area_id=demand.area_id,
        area_path=demand.area_path,
        requester_person_id=demand.requester_person_id,
        confirmers=brand.confirmers,
        starts_at=publication.starts_at,
        ends_at=publication.ends_at,
        grace_minutes=brand.grace_minutes,
        place=_place(brand, publication),
        home_id=demand.beneficiary_id,
        now=now,
    )


def _home(beneficiary_id: UUID | None) -> openings.Home | None:
    area_path = db.session.scalar(select(Beneficiary.area_path).where(Beneficiary.id == beneficiary_id))
    return openings.Home(beneficiary_id, area_path) if beneficiary_id and area_path else None


def refuse_window(brand: Brand, starts_at: datetime, ends_at: datetime, *, now: datetime) -> None:
    """Let pass when a service may take place. Raises WindowInvalid."""
    if ends_at <= starts_at:
        raise WindowInvalid("结束时间应晚于开始时间", errors={"ends_at": ["应晚于开始时间"]})
    if ends_at <= now:
        raise WindowInvalid("服务时间已经过去", errors={"ends_at": ["已经过去"]})
    if ends_at - starts_at > timedelta(hours=brand.longest_window_hours):
        sentence = f"一次服务最长{brand.longest_window_hours}小时"
        raise WindowInvalid(sentence, errors={"ends_at": [sentence]})


def _place(brand: Brand, publication: Publication) -> Place | None:
    if publication.latitude is None or publication.longitude is None:
        return None
    if brand.radius_m is None:
        raise PlaceNotAsked(errors={"latitude": [PlaceNotAsked.detail]})
    refuse_outside(publication.latitude, publication.longitude, services.current().place.bounds)
    return Place(publication.latitude, publication.longitude, brand.radius_m)


def cancel_demand(actor: Actor, demand_id: UUID, *, reason: str, now: datetime) -> None:
    """Call off a published demand while its time is not over: its shift is cancelled, its claims are released.

    Raises DemandNotPublished, DemandOver, PlacesInService (somebody signed in), Missing, Forbidden.
    """
    demand = known_demand(actor, demand_id)
    policy.require(actor, Permission.DEMAND_CANCEL, scope_of(demand))
    goes_on = attendance.goes_on(Demand.opening_id, now=now)
    if demand.opening_id is None or not CANCEL.take_all(actor, [demand_id], goes_on, now=now, reason=reason):
        still = db.session.scalar(select(Demand.status).where(Demand.id == demand_id))
        raise DemandOver if still is DemandStatus.PUBLISHED else DemandNotPublished
    # In this order everywhere: demand, shift, role, claim. Whoever signs in holds the shift and then takes the claim.
    attendance.cancel_shifts(actor, demand.opening_id, reason=reason, now=now)
    openings.cancel_opening(actor, demand.opening_id, unserved=attendance.UNSERVED, reason=reason, now=now)


def complete_demand(actor: Actor, demand_id: UUID, *, now: datetime) -> None:
    """Say that what was asked for has been done; it takes no more claims.

    Raises DemandNotPublished, NoCountingService, Missing, Forbidden.
    """
    demand = known_demand(actor, demand_id)
    policy.require(actor, Permission.DEMAND_COMPLETE, scope_of(demand))
    if demand.opening_id is None or not COMPLETE.take_all(actor, [demand_id], was_served(), now=now):
        still = db.session.scalar(select(Demand.status).where(Demand.id == demand_id))
        raise NoCountingService if still is DemandStatus.PUBLISHED else DemandNotPublished
    openings.close_openings([demand.opening_id], now=now)


def was_served() -> ColumnElement[bool]:
    """Condition on demands: a service of it counts."""
    return counting_records().where(ServiceRecord.opening_id == Demand.opening_id).correlate(Demand).exists()


def settle_by_records(revision_ids: Sequence[UUID], *, now: datetime) -> None:
    """Settle the demands behind these revisions of service records."""
    of_records = select(ServiceRecord.opening_id).where(ServiceRecord.id.in_(revision_ids))
    _settle(db.session.scalars(of_records.distinct()).all(), now=now)


def settle_by_confirmations(revision_ids: Sequence[UUID], *, now: datetime) -> None:
    """Settle the demands behind these revisions of confirmations."""
    of_confirmations = (
        select(ServiceRecord.opening_id)
        .join(Confirmation, Confirmation.record_fact_id == ServiceRecord.fact_id)
        .where(Confirmation.id.in_(revision_ids))
    )
    _settle(db.session.scalars(of_confirmations.distinct()).all(), now=now)


def settle_by_flags(revision_ids: Sequence[UUID], *, now: datetime) -> None:
    """Settle the demands behind these revisions of flags."""
    of_flags = select(ServiceRecord.opening_id).join(ServiceFlag, ServiceFlag.record_fact_id == ServiceRecord.fact_id)
    _settle(db.session.scalars(of_flags.where(ServiceFlag.id.in_(revision_ids)).distinct()).all(), now=now)


def _settle(opening_ids: Sequence[UUID], *, now: datetime) -> None:
    """Complete what the first confirmed service completes, and reopen what it no longer does: by how the facts stand, in any order. What
    was not carried out is completed by a service that comes to count later. Where the community is gone nobody would come any more: what
    would be reopened was not carried out."""
    completing = [brand.code for brand in brands.current().values() if brand.completion is Completion.FIRST_CONFIRMED_SERVICE]
    # Locked before the records are read: whoever settles last has seen every record that was committed before.
    demands = db.session.execute(
        select(Demand.id, Demand.opening_id, Demand.status, Demand.area_id)
        .where(
            Demand.opening_id.in_(opening_ids),
            or_(
                Demand.brand.in_(completing) & Demand.status.in_([DemandStatus.PUBLISHED, DemandStatus.COMPLETED]),
                Demand.status == DemandStatus.NOT_CARRIED_OUT,
            ),
        )
        .order_by(Demand.id)
        .with_for_update()
    ).all()
    counting = counting_records().where(ServiceRecord.opening_id.in_([demand.opening_id for demand in demands])).subquery()
    served = set(db.session.scalars(select(counting.c.opening_id).distinct()))
    now = outbox.no_sooner_than_told(now)
    done = [demand for demand in demands if demand.status is DemandStatus.PUBLISHED and demand.opening_id in served]
    undone = [demand for demand in demands if demand.status is DemandStatus.COMPLETED and demand.opening_id not in served]
    COMPLETE.take_all(Actor.system(), [demand.id for demand in done], now=now)
    openings.close_openings([demand.opening_id for demand in done], now=now)
    late = [demand for demand in demands if demand.status is DemandStatus.NOT_CARRIED_OUT and demand.opening_id in served]
    COMPLETE_LATE.take_all(Actor.system(), [demand.id for demand in late], now=now)
    kept = {area_id for area_id in sorted({demand.area_id for demand in undone}) if areas.area_to_begin_in(area_id) is not None}
    gone = [demand.id for demand in undone if demand.area_id not in kept]
    LAPSE_LATE.take_all(Actor.system(), gone, now=now, reason=SERVICE_WITHDRAWN)
    again = [demand for demand in undone if demand.area_id in kept]
    REOPEN.take_all(Actor.system(), [demand.id for demand in again], now=now, reason=SERVICE_WITHDRAWN)
    reopened = [demand.opening_id for demand in again]
    openings.reopen_openings(reopened)
    attendance.release_served(reopened, reason=SERVICE_WITHDRAWN, now=now)
