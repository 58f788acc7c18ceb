"""Whom or where a standing arrangement is for: a demand, somebody on record, or an area."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.areas.models import Area
from backend.brands import ClaimantKind
from backend.demands.models import Beneficiary
from backend.demands.service.bases import BeneficiaryEnded
from backend.demands.service.life import known_demand
from backend.demands.service.register import served_area
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Missing
from backend.openings import service as openings
from backend.openings.service import OpeningOver, PartyUnknown
from backend.registration.service import member_of_receipt


@dataclass(frozen=True, slots=True)
class RegisteredMember:
    """A serving Party member by the number of their registration and their name: no list of another community shows them."""

    receipt_number: str
    name: str


@dataclass(frozen=True, slots=True)
class WantedArrangement:
    """Who is to come, and exactly one of what it is for."""

    kind: ClaimantKind
    party: UUID | RegisteredMember
    cause: str
    ends_on: date
    demand_id: UUID | None = None
    beneficiary_id: UUID | None = None
    area_id: UUID | None = None


def arrange(actor: Actor, wanted: WantedArrangement, *, now: datetime) -> UUID:
    """Let a team or organisation claim without being asked about, or serving Party members at one demand. Returns the fact's id.

    Raises AreaNotServed, DataWithdrawn, ConsentNeeded,
    BeneficiaryEnded, OpeningOver, PartyUnknown, ArrangementTermInvalid, OwnClaim, Missing, Forbidden.
    """
    opening_id, home_id = None, None
    if wanted.demand_id is not None:
        demand = known_demand(actor, wanted.demand_id)
        area_id, area_path, opening_id = demand.area_id, demand.area_path, demand.opening_id
        if opening_id is None:
            raise OpeningOver("该需求还没有发布，不能邀请")
    elif wanted.beneficiary_id is not None:
        home = _home(actor, wanted.beneficiary_id)
        area_id, area_path, home_id = home.area_id, home.area_path, home.id
    else:
        area = _area(wanted.area_id)
        area_id, area_path = area.id, area.path
    made = openings.NewArrangement(
        wanted.kind, _party(wanted), area_id, area_path, wanted.cause, wanted.ends_on, opening_id=opening_id, home_id=home_id
    )
    return openings.make_arrangement(actor, made, now=now).fact_id


def _party(wanted: WantedArrangement) -> UUID:
    if isinstance(wanted.party, UUID):
        return wanted.party
    person_id = member_of_receipt(wanted.party.receipt_number, wanted.party.name)
    if person_id is None:
        raise PartyUnknown(errors={"party_member": [PartyUnknown.detail]})
    return person_id


def _home(actor: Actor, beneficiary_id: UUID) -> Beneficiary:
    home = db.session.get(Beneficiary, beneficiary_id)
    if home is None or not policy.allows(actor, Permission.ARRANGEMENT_MAKE, Scope(area_path=home.area_path)):
        raise Missing
    if home.ended_at is not None:
        raise BeneficiaryEnded
    return home


def _area(area_id: UUID | None) -> Area:
    if area_id is None:
        raise Missing
    return served_area(area_id)
