"""Of demands, of the claims on them and of their shifts: told to who asked, to who claimed, and to the community."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Text, Uuid, and_, any_, cast, exists, func, null, or_, select, union_all

from backend.accounts.policy import COMMUNITY_DIGITS, Permission
from backend.attendance.events import ShiftCalledOff, ShiftClosed
from backend.attendance.models import Confirmation, Confirmer, ServiceRecord, Shift
from backend.brands import ClaimantKind
from backend.demands.events import (
    DemandCancelled,
    DemandChanged,
    DemandCompleted,
    DemandHandedOver,
    DemandLongUnconfirmed,
    DemandLongUnreviewed,
    DemandNotCarriedOut,
    DemandOffered,
    DemandOfferedToNeighbours,
    DemandPublished,
    DemandReopened,
    DemandReturned,
    DemandSubmitted,
    DemandUnattended,
    DemandUnclaimed,
    DemandUnconfirmed,
    DemandUnreviewed,
    DemandWithdrawn,
)
from backend.demands.models import Demand, DemandChange, DemandPrompt, DemandStatus, PublicationChange
from backend.foundation.database import Column
from backend.foundation.outbox import Event
from backend.messages.occasions.occasion import About, Holders, Occasion, claimants, office, rows_of, while_there_is, whoever, whose
from backend.openings.events import (
    ArrangementEnded,
    ArrangementMade,
    PlaceAskedFor,
    PlaceClaimed,
    PlaceReadAndMissed,
    PlaceReadAndReleased,
    PlaceRefused,
    PlaceReleased,
    PlaceUnanswered,
    PlaceWithdrawn,
)
from backend.openings.models import Arrangement, Claim, ClaimChange, ClaimStatus, Opening
from backend.openings.service import STREET_DIGITS
from backend.organisations.models import Organisation, OrganisationStatus
from backend.party.models import UnitMembership
from backend.registration.models import MemberRegistration, RegistrationStatus
from backend.teams.models import Team, TeamStatus

_ASKED = whose(Permission.DEMAND_SEE)
_CLAIMANT = {name: getattr(Claim, name) for name in ("team_id", "organisation_id", "work_unit_id", "person_id")}


def _demands(subject_id: Column) -> Select[*tuple[Any, ...]]:
    """Demands, and who asked for them."""
    return rows_of(
        subject_id=subject_id,
        about_id=Demand.id,
        area_path=Demand.area_path,
        brand=Demand.brand,
        number=Demand.number,
        person_id=Demand.requester_person_id,
    )


def _step(event: type[Event], to: DemandStatus) -> Occasion:
    """A step of a demand, told to who asked for it and did not take the step."""
    doer = whoever(DemandChange, Demand.id, to).label("by_account_id")
    return Occasion(event, "requester", About.DEMAND, _ASKED, _demands(Demand.id).add_columns(doer))


def _by_itself(to: DemandStatus) -> Select[*tuple[Any, ...]]:
    """Demands that came to such a status by no officer."""
    return _demands(Demand.id).where(whoever(DemandChange, Demand.id, to).is_(None))


# With the last consent of who needed it.
_ENDED_BY_ITSELF = _by_itself(DemandStatus.CANCELLED)


def _unconfirmed(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Some record still waits for the word that makes it count."""
    confirmed = exists().where(Confirmation.record_fact_id == ServiceRecord.fact_id, Confirmation.is_current())
    return exists().where(ServiceRecord.is_current(), ~confirmed, *which)


def _claims(*to: ClaimStatus) -> Select[*tuple[Any, ...]]:
    """Claims, and who took them to such a status."""
    return (
        rows_of(
            subject_id=Claim.id,
            about_id=Claim.id,
            area_path=Opening.area_path,
            brand=Opening.brand,
            by_account_id=whoever(ClaimChange, Claim.id, *to),
            **_CLAIMANT,
        )
        .select_from(Claim)
        .join(Opening, Opening.id == Claim.opening_id)
    )


def _answered(event: type[Event], to: ClaimStatus) -> Occasion:
    """The end of a claim that was asked for, told to who asked."""
    return Occasion(event, "claimant", About.CLAIM, _CLAIMANTS, _claims(to))


_CLAIMANTS = claimants(Permission.PLACE_RELEASE)
_WAS_ASKED_FOR = exists().where(ClaimChange.claim_id == Claim.id, ClaimChange.to_status == ClaimStatus.ASKED)
# Of what is called off as a whole its own message says enough.
_STILL_OPEN = Demand.status == DemandStatus.PUBLISHED
_CLAIMED = _demands(Claim.id).join(Claim, Claim.opening_id == Demand.opening_id).where(_STILL_OPEN)
_CALLED_OFF = _demands(Shift.id).join(Shift, Shift.opening_id == Demand.opening_id).where(_STILL_OPEN)
_CALLED_OFF_FOR_CLAIMANTS = (
    rows_of(subject_id=Shift.id, about_id=Shift.id, area_path=Shift.area_path, brand=Shift.brand, **_CLAIMANT)
    .select_from(Shift)
    .join(Claim, Claim.opening_id == Shift.opening_id)
    .where(Claim.takes_place())
)
_HANDED_OVER = (
    rows_of(subject_id=Demand.id, about_id=Claim.id, area_path=Demand.area_path, brand=Demand.brand, **_CLAIMANT)
    .select_from(Demand)
    .join(Claim, Claim.opening_id == Demand.opening_id)
    .where(Claim.takes_place())
)
_NOT_CARRIED_OUT = (
    rows_of(
        subject_id=Demand.id,
        about_id=Claim.id,
        area_path=Demand.area_path,
        brand=Demand.brand,
        by_account_id=whoever(DemandChange, Demand.id, DemandStatus.NOT_CARRIED_OUT),
        **_CLAIMANT,
    )
    .select_from(Demand)
    .join(Claim, Claim.opening_id == Demand.opening_id)
    .where(Claim.is_held())
)
_CHANGED_FOR_REQUESTERS = (
    _demands(PublicationChange.id)
    .add_columns(PublicationChange.actor_account_id.label("by_account_id"))
    .join(PublicationChange, PublicationChange.demand_id == Demand.id)
)
_CHANGED_FOR_CLAIMANTS = (
    rows_of(
        subject_id=PublicationChange.id,
        about_id=Claim.id,
        area_path=Demand.area_path,
        brand=Demand.brand,
        by_account_id=PublicationChange.actor_account_id,
        **_CLAIMANT,
    )
    .select_from(PublicationChange)
    .join(Demand, Demand.id == PublicationChange.demand_id)
    .join(Claim, Claim.opening_id == Demand.opening_id)
    .where(Claim.takes_place())
)

_SERVED = _unconfirmed(ServiceRecord.shift_id == Shift.id)
_BY_REQUESTER = Shift.confirmers.contains([Confirmer.REQUESTER.value])
_SERVED_FOR_REQUESTERS = _demands(Shift.id).join(Shift, Shift.opening_id == Demand.opening_id).where(_SERVED, _BY_REQUESTER)
_SERVED_FOR_COMMUNITY = rows_of(subject_id=Shift.id, about_id=Shift.id, area_path=Shift.area_path, brand=Shift.brand).where(
    _SERVED, or_(~_BY_REQUESTER, Shift.requester_person_id.is_(None))
)

_ARRANGED = rows_of(
    subject_id=Arrangement.id,
    about_id=Arrangement.fact_id,
    area_path=Arrangement.area_path,
    by_account_id=Arrangement.actor_account_id,
    team_id=Arrangement.team_id,
    organisation_id=Arrangement.organisation_id,
    work_unit_id=Arrangement.work_unit_id,
    person_id=Arrangement.person_id,
)
_PARTIES = claimants(Permission.ARRANGEMENT_SEE)
# Who works at an invited unit and is registered hears of the demand to which they may come.
_INVITED_WITH_UNIT = (
    rows_of(
        subject_id=Arrangement.id,
        about_id=Demand.id,
        area_path=Arrangement.area_path,
        brand=Demand.brand,
        person_id=MemberRegistration.person_id,
    )
    .join(Demand, Demand.opening_id == Arrangement.opening_id)
    .join(UnitMembership, and_(UnitMembership.work_unit_id == Arrangement.work_unit_id, UnitMembership.is_live()))
    .join(MemberRegistration, MemberRegistration.person_id == UnitMembership.person_id)
    .where(MemberRegistration.is_current(), MemberRegistration.status == RegistrationStatus.ACCEPTED)
)

_PROMPTED = _demands(DemandPrompt.id).join(DemandPrompt, DemandPrompt.demand_id == Demand.id)
# The level above has the street's own path: the street's officers are asked, also where the community has somebody in office.
_PROMPTED_TO_STREET = rows_of(
    subject_id=DemandPrompt.id,
    about_id=Demand.id,
    area_path=func.left(Demand.area_path, STREET_DIGITS),
    brand=Demand.brand,
    number=Demand.number,
).join(DemandPrompt, DemandPrompt.demand_id == Demand.id)
# Who may be asked: a team by its category, an organisation by nothing, for it has none.
_GROUPS = union_all(
    select(
        Team.id.label("team_id"), cast(null(), Uuid).label("organisation_id"), Team.area_path, cast(Team.category, Text).label("category")
    ).where(Team.status == TeamStatus.ACTIVE),
    select(cast(null(), Uuid), Organisation.id, Organisation.area_path, cast(null(), Text)).where(
        Organisation.status == OrganisationStatus.VERIFIED
    ),
).subquery("groups")
_IN_COMMUNITY = func.starts_with(_GROUPS.c.area_path, func.left(Demand.area_path, COMMUNITY_DIGITS))
_IN_STREET = func.starts_with(_GROUPS.c.area_path, func.left(Demand.area_path, STREET_DIGITS))


def _offered(event: type[Event], *near: ColumnElement[bool]) -> Occasion:
    """Teams of the brand's categories, and organisations, to which an open demand is offered, as far as they may claim it."""
    may_claim = or_(
        and_(_GROUPS.c.category == any_(DemandPrompt.categories), _of_kind(ClaimantKind.TEAM)),
        and_(_GROUPS.c.organisation_id.is_not(None), _of_kind(ClaimantKind.ORGANISATION)),
    )
    to_groups = (
        rows_of(
            subject_id=DemandPrompt.id,
            about_id=Demand.id,
            area_path=Demand.area_path,
            brand=Demand.brand,
            number=Demand.number,
            team_id=_GROUPS.c.team_id,
            organisation_id=_GROUPS.c.organisation_id,
        )
        .select_from(DemandPrompt)
        .join(Demand, Demand.id == DemandPrompt.demand_id)
        .join(Opening, Opening.id == Demand.opening_id)
        .join(_GROUPS, and_(may_claim, *near))
        .where(_STILL_OPEN)
    )
    return Occasion(event, "invited", About.DEMAND, Holders(Permission.PLACE_CLAIM, ("team_id", "organisation_id")), to_groups)


def _of_kind(kind: ClaimantKind) -> ColumnElement[bool]:
    return any_(Opening.claimant_kinds) == kind.value


_TO_REVIEW = while_there_is(Demand.id, Demand.status == DemandStatus.SUBMITTED)
_TO_CONFIRM = while_there_is(Demand.id, _unconfirmed(ServiceRecord.opening_id == Demand.opening_id))

OCCASIONS = (
    Occasion(DemandUnreviewed, "community", About.DEMAND, office(Permission.DEMAND_REVIEW), _PROMPTED, waits=_TO_REVIEW),
    Occasion(DemandLongUnreviewed, "street", About.DEMAND, office(Permission.DEMAND_REVIEW), _PROMPTED_TO_STREET, waits=_TO_REVIEW),
    _offered(DemandOffered, _IN_COMMUNITY),
    _offered(DemandOfferedToNeighbours, _IN_STREET, ~_IN_COMMUNITY),
    Occasion(DemandOfferedToNeighbours, "community", About.DEMAND, office(Permission.DEMAND_REVIEW), _PROMPTED),
    Occasion(DemandUnclaimed, "street", About.DEMAND, office(Permission.DEMAND_REVIEW), _PROMPTED_TO_STREET),
    Occasion(DemandUnattended, "community", About.DEMAND, office(Permission.DEMAND_CANCEL), _PROMPTED),
    Occasion(DemandUnattended, "requester", About.DEMAND, _ASKED, _PROMPTED),
    Occasion(DemandUnconfirmed, "community", About.DEMAND, office(Permission.SERVICE_CONFIRM), _PROMPTED, waits=_TO_CONFIRM),
    Occasion(DemandLongUnconfirmed, "street", About.DEMAND, office(Permission.SERVICE_CONFIRM), _PROMPTED_TO_STREET, waits=_TO_CONFIRM),
    Occasion(ArrangementMade, "claimant", About.ARRANGEMENT, _PARTIES, _ARRANGED),
    Occasion(ArrangementMade, "member", About.DEMAND, whose(Permission.ARRANGEMENT_SEE), _INVITED_WITH_UNIT),
    Occasion(ArrangementEnded, "claimant", About.ARRANGEMENT, _PARTIES, _ARRANGED),
    Occasion(
        DemandSubmitted,
        "community",
        About.DEMAND,
        office(Permission.DEMAND_REVIEW),
        _demands(Demand.id),
        waits=while_there_is(Demand.id, Demand.status == DemandStatus.SUBMITTED),
    ),
    _step(DemandPublished, DemandStatus.PUBLISHED),
    _step(DemandReturned, DemandStatus.RETURNED),
    _step(DemandWithdrawn, DemandStatus.WITHDRAWN),
    Occasion(DemandCancelled, "community", About.DEMAND, office(Permission.DEMAND_CANCEL), _ENDED_BY_ITSELF),
    Occasion(DemandHandedOver, "community", About.DEMAND, office(Permission.DEMAND_REVIEW), _demands(Demand.id)),
    Occasion(DemandHandedOver, "claimant", About.CLAIM, _CLAIMANTS, _HANDED_OVER),
    _step(DemandCompleted, DemandStatus.COMPLETED),
    _step(DemandCancelled, DemandStatus.CANCELLED),
    _step(DemandNotCarriedOut, DemandStatus.NOT_CARRIED_OUT),
    Occasion(DemandNotCarriedOut, "claimant", About.CLAIM, _CLAIMANTS, _NOT_CARRIED_OUT),
    Occasion(DemandNotCarriedOut, "community", About.DEMAND, office(Permission.DEMAND_CANCEL), _by_itself(DemandStatus.NOT_CARRIED_OUT)),
    Occasion(DemandChanged, "claimant", About.CLAIM, _CLAIMANTS, _CHANGED_FOR_CLAIMANTS),
    Occasion(DemandChanged, "requester", About.DEMAND, _ASKED, _CHANGED_FOR_REQUESTERS),
    Occasion(DemandReopened, "requester", About.DEMAND, _ASKED, _demands(Demand.id)),
    Occasion(PlaceClaimed, "requester", About.DEMAND, _ASKED, _CLAIMED),
    Occasion(
        PlaceAskedFor,
        "community",
        About.CLAIM,
        office(Permission.CLAIM_REVIEW),
        _claims(ClaimStatus.ASKED),
        waits=while_there_is(Claim.id, Claim.status == ClaimStatus.ASKED, Opening.id == Claim.opening_id),
    ),
    Occasion(PlaceClaimed, "claimant", About.CLAIM, _CLAIMANTS, _claims(ClaimStatus.HELD).where(_WAS_ASKED_FOR)),
    _answered(PlaceRefused, ClaimStatus.REFUSED),
    _answered(PlaceUnanswered, ClaimStatus.REFUSED),
    _answered(PlaceWithdrawn, ClaimStatus.WITHDRAWN),
    Occasion(PlaceReadAndReleased, "community", About.CLAIM, office(Permission.CLAIM_REVIEW), _claims(ClaimStatus.RELEASED)),
    Occasion(PlaceReadAndMissed, "community", About.CLAIM, office(Permission.CLAIM_REVIEW), _claims()),
    Occasion(PlaceReleased, "claimant", About.CLAIM, _CLAIMANTS, _claims(ClaimStatus.RELEASED, ClaimStatus.ENDED)),
    Occasion(PlaceReleased, "requester", About.DEMAND, _ASKED, _CLAIMED),
    Occasion(ShiftCalledOff, "claimant", About.SHIFT, claimants(Permission.SHIFT_SEE), _CALLED_OFF_FOR_CLAIMANTS),
    Occasion(ShiftCalledOff, "requester", About.DEMAND, _ASKED, _CALLED_OFF),
    Occasion(
        ShiftClosed,
        "requester",
        About.DEMAND,
        whose(Permission.SERVICE_CONFIRM),
        _SERVED_FOR_REQUESTERS,
        waits=while_there_is(Demand.id, _unconfirmed(ServiceRecord.opening_id == Demand.opening_id)),
    ),
    Occasion(
        ShiftClosed,
        "community",
        About.SHIFT,
        office(Permission.SERVICE_CONFIRM),
        _SERVED_FOR_COMMUNITY,
        waits=while_there_is(Shift.id, _SERVED),
    ),
)
