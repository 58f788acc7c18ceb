"""A demand until the community decides: submitted, returned and amended, withdrawn."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import or_, select

from backend import brands
from backend.accounts import allowances, policy
from backend.accounts.limits import Written
from backend.accounts.models import Account
from backend.accounts.policy import Permission, Scope
from backend.areas import service as areas
from backend.areas.models import Area
from backend.brands import Brand
from backend.demands.models import DEMAND_NUMBERS, Beneficiary, Demand, DemandChange, DemandStatus
from backend.demands.service.bases import require_usable
from backend.demands.service.life import AMEND, RETURN, SUBMIT, WITHDRAW, WITHDRAW_RETURNED, DemandNotReturned, known_demand, scope_of
from backend.demands.service.register import BeneficiaryDetails, known_or_put_on_record, tied_to
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Unprocessable
from backend.foundation.ids import new_id
from backend.foundation.sealed_text import seal_text
from backend.people.models import Person
from backend.people.service import person_of, require_standing


class TooManyPlaces(Unprocessable):
    """More than a demand of the brand may offer."""

    code: ClassVar[str] = "too_many_places"
    detail = "名额超过该品牌的上限"


class BeneficiaryNeeded(Unprocessable):
    """A home visit names whom it is for: one on record, or one described with the demand, and not both."""

    code: ClassVar[str] = "beneficiary_needed"
    detail = "请填写服务对象（选择已登记的，或新填一位）"


class BeneficiaryNotAsked(Unprocessable):
    """The brand is no home visit, and keeps no address without need."""

    code: ClassVar[str] = "beneficiary_not_asked"
    detail = "该品牌不需要填写服务对象"


class BeneficiaryUnknown(Unprocessable):
    """Nobody of this id is on record in the demand's community, or the actor may not know."""

    code: ClassVar[str] = "beneficiary_unknown"
    detail = "没有找到该服务对象"


class RequesterUnknown(Unprocessable):
    """No person of this id lives in the demand's community."""

    code: ClassVar[str] = "requester_unknown"
    detail = "没有找到该居民"


@dataclass(frozen=True, slots=True)
class NewDemand:
    """What somebody asks for. Without a named requester it is the actor's own need, or, from an officer or grid worker, nobody's.

    A proxy names whom they act for.
    """

    brand: str
    title: str
    details: str
    community_id: UUID
    places: int = 1
    requester_person_id: UUID | None = None
    beneficiary_id: UUID | None = None
    beneficiary: BeneficiaryDetails | None = None


@dataclass(frozen=True, slots=True)
class Amendment:
    """What is to be otherwise of a demand that was returned. What is not given stays as it is."""

    title: str | None = None
    details: str | None = None
    places: int | None = None
    beneficiary_id: UUID | None = None
    beneficiary: BeneficiaryDetails | None = None


def submit_demand(actor: Actor, wanted: NewDemand, *, now: datetime) -> UUID:
    """Ask for a service in a community. Returns the demand's id.

    Raises BrandUnknown, NotACommunity, TooManyPlaces, BeneficiaryNeeded, BeneficiaryNotAsked, BeneficiaryUnknown, RequesterUnknown,
    BeneficiaryEnded, AddressErased, BasisMissing, PhoneInvalid, BirthYearInvalid, NamesBeneficiary, BeneficiarySimilar, AgeUnknown,
    BasisUnfit, NoticeOutdated, PersonNeeded, ConsentNeeded, DataWithdrawn, TooManyToday, TooManyOpen, Forbidden.
    """
    brand = brands.brand(wanted.brand)
    community = areas.community(wanted.community_id)
    requester_id = _requester(actor, wanted, community)
    if requester_id is not None:
        require_standing(actor, requester_id)
    refuse_places(brand, wanted.places)
    _count(actor, now=now)
    demand_id = new_id()
    db.session.add(
        Demand(
            id=demand_id,
            number=next_number(now),
            brand=brand.code,
            title=wanted.title,
            details_sealed=seal_text(Demand.details_sealed, wanted.details, demand_id),
            area_id=community.id,
            area_path=community.path,
            requester_person_id=requester_id,
            beneficiary_id=_beneficiary(
                actor, brand, wanted.beneficiary_id, wanted.beneficiary, community=community, requester_id=requester_id, now=now
            ),
            submitted_by=actor.account_id,
            submitted_at=now,
            status=DemandStatus.SUBMITTED,
            places=wanted.places,
        )
    )
    db.session.flush()
    scope = Scope(area_path=community.path, person_id=requester_id)
    SUBMIT.begin(actor, demand_id, now=now, on_behalf_of=policy.on_behalf_of(actor, Permission.DEMAND_SUBMIT, scope))
    return demand_id


def _requester(actor: Actor, wanted: NewDemand, community: Area) -> UUID | None:
    named = wanted.requester_person_id
    if policy.allows(actor, Permission.DEMAND_SUBMIT, Scope(area_path=community.path)):
        if named is not None and named != actor.person_id:
            lives_here = select(Person.id).where(Person.id == named, Person.area_path.startswith(community.path, autoescape=True))
            if db.session.scalar(lives_here) is None:
                raise RequesterUnknown(errors={"requester_person_id": [RequesterUnknown.detail]})
        return named
    requester_id = named or person_of(actor)
    policy.require(actor, Permission.DEMAND_SUBMIT, Scope(person_id=requester_id))
    return requester_id


def _count(actor: Actor, *, now: datetime) -> None:
    waiting = select(Demand.id).where(Demand.submitted_by == actor.account_id, Demand.status == DemandStatus.SUBMITTED)
    allowances.take(actor, Written.DEMAND, waiting=waiting, now=now)


def _beneficiary(
    actor: Actor,
    brand: Brand,
    chosen: UUID | None,
    described: BeneficiaryDetails | None,
    *,
    community: Area,
    requester_id: UUID | None,
    now: datetime,
) -> UUID | None:
    """Whom it is for: described, chosen, or, where neither, who asks and is on record as somebody to be visited."""
    given = (chosen is not None) + (described is not None)
    if not brand.needs_beneficiary:
        if given:
            raise BeneficiaryNotAsked(errors={"beneficiary": [BeneficiaryNotAsked.detail]})
        return None
    own = select(Beneficiary.id).where(tied_to(requester_id), Beneficiary.area_path.startswith(community.path, autoescape=True))
    tied = db.session.scalar(own.where(Beneficiary.ended_at.is_(None)))
    if given > 1 or (given == 0 and tied is None):
        raise BeneficiaryNeeded(errors={"beneficiary": [BeneficiaryNeeded.detail]})
    if described is not None:
        return known_or_put_on_record(actor, described, community, requester_id, now=now)
    if tied is not None and chosen in (None, tied):
        require_usable(tied)
        return tied
    area_path = db.session.scalar(select(Beneficiary.area_path).where(Beneficiary.id == chosen))
    if (
        chosen is None
        or area_path is None
        or not area_path.startswith(community.path)
        or not policy.allows(actor, Permission.BENEFICIARY_ADD, Scope(area_path=area_path))
    ):
        raise BeneficiaryUnknown(errors={"beneficiary_id": [BeneficiaryUnknown.detail]})
    require_usable(chosen)
    return chosen


def refuse_places(brand: Brand, places: int) -> None:
    """Raises TooManyPlaces."""
    if places > brand.most_places:
        raise TooManyPlaces(f"该品牌每个需求最多{brand.most_places}个名额", errors={"places": [f"最多{brand.most_places}个"]})


def demand_number(year: int, running: int) -> str:
    """需求编号 as people read it: 需, the year it was submitted in, at least six digits that never start over: 需2026-000123. A gap means
    nothing."""
    return f"需{year}-{running:06d}"


def next_number(now: datetime) -> str:
    """The number of a demand that is just made."""
    return demand_number(clock.shanghai_day(now).year, db.session.scalars(DEMAND_NUMBERS.next_value().select()).one())


def return_demand(actor: Actor, demand_id: UUID, *, reason: str, now: datetime) -> None:
    """Give a submitted demand back with a reason. Raises DemandNotSubmitted, Missing, Forbidden."""
    demand = known_demand(actor, demand_id)
    policy.require(actor, Permission.DEMAND_REVIEW, scope_of(demand))
    RETURN.take(actor, demand_id, now=now, reason=reason)


def amend_demand(actor: Actor, demand_id: UUID, amended: Amendment, *, now: datetime) -> None:
    """Send a returned demand again, changed or not: who asked, or the community, where somebody in its service wrote the demand down.

    Raises DemandNotReturned, NotACommunity, TooManyPlaces, BeneficiaryNeeded, BeneficiaryNotAsked, BeneficiaryUnknown, BeneficiaryEnded,
    AddressErased, BasisMissing, PhoneInvalid, BirthYearInvalid, NamesBeneficiary, BeneficiarySimilar, AgeUnknown, BasisUnfit,
    NoticeOutdated, ConsentNeeded, DataWithdrawn, TooManyToday, TooManyOpen, Missing, Forbidden.
    """
    demand = known_demand(actor, demand_id)
    scope = Scope(area_path=demand.area_path if _by_community(demand) else None, person_id=demand.requester_person_id)
    policy.require(actor, Permission.DEMAND_AMEND, scope)
    if demand.status is not DemandStatus.RETURNED:
        raise DemandNotReturned
    if demand.requester_person_id is not None:
        require_standing(actor, demand.requester_person_id)
    brand, community = brands.brand(demand.brand), areas.community(demand.area_id)
    refuse_places(brand, amended.places or demand.places)
    _count(actor, now=now)
    values: dict[str, Any] = {name: value for name, value in (("title", amended.title), ("places", amended.places)) if value is not None}
    if amended.details is not None:
        values |= {"details_sealed": seal_text(Demand.details_sealed, amended.details, demand_id), "details": None}
    if amended.beneficiary_id is not None or amended.beneficiary is not None:
        values["beneficiary_id"] = _beneficiary(
            actor,
            brand,
            amended.beneficiary_id,
            amended.beneficiary,
            community=community,
            requester_id=demand.requester_person_id,
            now=now,
        )
    AMEND.take(actor, demand_id, now=now, on_behalf_of=policy.on_behalf_of(actor, Permission.DEMAND_AMEND, scope), **values)


def _by_community(demand: Demand) -> bool:
    """Whether an officer or grid worker wrote it down: what a resident or their proxy asked for, nobody words for them."""
    if demand.requester_person_id is None:
        return True
    took_over = select(Account.merged_into_id).where(Account.id == demand.submitted_by).scalar_subquery()
    accounts_of_then = or_(Account.id == demand.submitted_by, Account.id == took_over)
    theirs = select(Account.id).where(accounts_of_then, Account.person_id == demand.requester_person_id)
    of_first_step = (DemandChange.demand_id == demand.id, DemandChange.from_status.is_(None))
    by_proxy = select(DemandChange.id).where(*of_first_step, DemandChange.on_behalf_of.is_not(None))
    return not any(db.session.scalar(asked.limit(1)) for asked in (theirs, by_proxy))


def withdraw_demand(actor: Actor, demand_id: UUID, *, now: datetime) -> None:
    """Take a demand back before it is published, also one that was returned: who asked, or for a demand of nobody in particular the grid
    workers of the community.

    Raises DemandNotSubmitted, Missing, Forbidden.
    """
    demand = known_demand(actor, demand_id)
    nobodys = demand.requester_person_id is None
    scope = Scope(area_path=demand.area_path if nobodys else None, person_id=demand.requester_person_id)
    policy.require(actor, Permission.DEMAND_WITHDRAW, scope)
    step = WITHDRAW_RETURNED if demand.status is DemandStatus.RETURNED else WITHDRAW
    step.take(actor, demand_id, now=now, on_behalf_of=policy.on_behalf_of(actor, Permission.DEMAND_WITHDRAW, scope))
