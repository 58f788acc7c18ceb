"""Standing arrangements and invitations: the community says before which team or organisation comes, and is not asked about it again.

An invitation is an arrangement for one opening; others are for a home, or for a community or grid. A serving Party member whom another
community took in, or all of a work unit, are invited only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.brands import ClaimantKind
from backend.foundation import audit, clock, facts, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Missing, Unprocessable
from backend.foundation.outbox import Happening
from backend.openings.events import ArrangementEnded, ArrangementMade
from backend.openings.models import Arrangement, Opening, OpeningStatus
from backend.openings.service.requests import OwnClaim
from backend.organisations.models import Organisation, OrganisationStatus
from backend.party.models import UnitMembership, WorkUnit
from backend.people.models import Person
from backend.people.service import require_standing, why_ended
from backend.teams.models import Team, TeamStatus

LONGEST_TERM = timedelta(days=366)


class PartyUnknown(Unprocessable):
    """No active team, verified organisation or work unit of this id, or no registered Party member of this number and name."""

    code: ClassVar[str] = "party_unknown"
    detail = "没有找到这支队伍、组织、单位或者报到党员，或者尚未成立、核实或者接收"


class ArrangementTermInvalid(Unprocessable):
    """It would be over already, or hold for more than a year."""

    code: ClassVar[str] = "arrangement_term_invalid"
    detail = "期限应在今天之后，最长一年，到期可以重新约定"


class OpeningOver(Conflict):
    """The visit takes no claims any more."""

    code: ClassVar[str] = "opening_over"
    detail = "该需求已停止认领，不能再邀请"


class ArrangementOver(Conflict):
    """Somebody ended it, or its term ran out."""

    code: ClassVar[str] = "arrangement_over"
    detail = "该约定已经结束"


@dataclass(frozen=True, slots=True)
class NewArrangement:
    """Who comes without being asked about: to an opening, to a home, or in all of the area, until a day."""

    kind: ClaimantKind
    party_id: UUID
    area_id: UUID
    area_path: str
    cause: str
    ends_on: date
    opening_id: UUID | None = None
    home_id: UUID | None = None


def make_arrangement(actor: Actor, wanted: NewArrangement, *, now: datetime) -> Arrangement:
    """Agree with a team or organisation, also of another community, or invite serving Party members. Nobody does so with one for which they
    claim themselves.

    Raises PartyUnknown, ArrangementTermInvalid, OpeningOver, OwnClaim, DataWithdrawn, ConsentNeeded, Forbidden.
    """
    policy.require(actor, Permission.ARRANGEMENT_MAKE, Scope(area_path=wanted.area_path))
    today = clock.shanghai_day(now)
    _require_party(actor, wanted.kind, wanted.party_id, today=today)
    if not today <= wanted.ends_on <= today + LONGEST_TERM:
        raise ArrangementTermInvalid(errors={"ends_on": [ArrangementTermInvalid.detail]})
    takes_claims = select(Opening.id).where(Opening.id == wanted.opening_id, Opening.status == OpeningStatus.OPEN, Opening.ends_at > now)
    if wanted.opening_id is not None and db.session.scalar(takes_claims) is None:
        raise OpeningOver
    made = facts.state(
        Arrangement,
        actor,
        now=now,
        team_id=wanted.party_id if wanted.kind is ClaimantKind.TEAM else None,
        organisation_id=wanted.party_id if wanted.kind is ClaimantKind.ORGANISATION else None,
        work_unit_id=wanted.party_id if wanted.kind is ClaimantKind.WORK_UNIT else None,
        person_id=wanted.party_id if wanted.kind is ClaimantKind.PERSON else None,
        opening_id=wanted.opening_id,
        home_id=wanted.home_id,
        area_id=wanted.area_id,
        area_path=wanted.area_path,
        cause=wanted.cause,
        begins_on=today,
        ends_on=wanted.ends_on,
    )
    outbox.record(ArrangementMade(made.id), now=now)
    audit.record(actor, Permission.ARRANGEMENT_MAKE, made.id, now=now, party=f"{wanted.kind.value}:{wanted.party_id}")
    return made


def end_arrangement(actor: Actor, fact_id: UUID, *, reason: str, now: datetime) -> None:
    """End it before its time; what is claimed stays claimed. Raises ArrangementOver, AlreadyCorrected, Missing, Forbidden."""
    seen = db.session.scalars(select(Arrangement).where(Arrangement.fact_id == fact_id, Arrangement.is_current())).one_or_none()
    if seen is None:
        raise Missing
    scope = Scope(
        area_path=seen.area_path,
        team_id=seen.team_id,
        organisation_id=seen.organisation_id,
        work_unit_id=seen.work_unit_id,
        person_id=seen.person_id,
    )
    policy.require(actor, Permission.ARRANGEMENT_MAKE, scope, seen_by=Permission.ARRANGEMENT_SEE)
    if seen.ended_at is not None or seen.ends_on < clock.shanghai_day(now):
        raise ArrangementOver
    _end(actor, seen, reason=reason, now=now)


def end_invitations_of_withdrawn(happenings: Sequence[Happening], *, now: datetime) -> None:
    """End the invitations of these people from before they withdrew their last consent."""
    for happening in happenings:
        invitations = select(Arrangement).where(
            Arrangement.person_id == happening.subject_id,
            Arrangement.is_current(),
            Arrangement.ended_at.is_(None),
            Arrangement.recorded_at <= happening.at,
        )
        for seen in db.session.scalars(invitations.order_by(Arrangement.id)).all():
            _end(Actor.system(), seen, reason=why_ended(happening.subject_id, at=happening.at), now=now)


def end_invitations_of_unit(actor: Actor, work_unit_id: UUID, *, reason: str, now: datetime) -> None:
    """End the invitations of a unit's members; what they claimed stays claimed. The caller has asked policy. Raises AlreadyCorrected."""
    invitations = select(Arrangement).where(
        Arrangement.work_unit_id == work_unit_id, Arrangement.is_current(), Arrangement.ended_at.is_(None)
    )
    for seen in db.session.scalars(invitations.order_by(Arrangement.id)).all():
        _end(actor, seen, reason=reason, now=now)


def _end(actor: Actor, seen: Arrangement, *, reason: str, now: datetime) -> None:
    ended = facts.revise(seen, actor, now=now, reason=reason, ended_at=now)
    outbox.record(ArrangementEnded(ended.id), now=now)
    audit.record(actor, Permission.ARRANGEMENT_MAKE, ended.id, now=now, ended=True)


def _require_party(actor: Actor, kind: ClaimantKind, party_id: UUID, *, today: date) -> None:
    """Raises PartyUnknown, OwnClaim, DataWithdrawn."""
    match kind:
        case ClaimantKind.TEAM:
            found = select(Team.id).where(Team.id == party_id, Team.status == TeamStatus.ACTIVE)
            own = policy.allows(actor, Permission.PLACE_CLAIM, Scope(team_id=party_id))
        case ClaimantKind.ORGANISATION:
            found = select(Organisation.id).where(Organisation.id == party_id, Organisation.status == OrganisationStatus.VERIFIED)
            own = policy.allows(actor, Permission.PLACE_CLAIM, Scope(organisation_id=party_id))
        case ClaimantKind.WORK_UNIT:
            found = select(WorkUnit.id).where(WorkUnit.id == party_id, WorkUnit.is_live())
            own = policy.allows(actor, Permission.PLACE_CLAIM, Scope(work_unit_id=party_id)) or party_id in _employers(actor, today)
        case ClaimantKind.PERSON:
            require_standing(actor, party_id)
            found, own = select(Person.id).where(Person.id == party_id), actor.person_id == party_id
    if db.session.scalar(found) is None:
        raise PartyUnknown(errors={f"{kind.value}_id": [PartyUnknown.detail]})
    if own and not actor.is_system:
        raise OwnClaim("本人或者本人代表的一方，须由其他工作人员约定")


def _employers(actor: Actor, today: date) -> Sequence[UUID]:
    """Where who acts works."""
    at_work = select(UnitMembership.work_unit_id).where(UnitMembership.person_id == actor.person_id, UnitMembership.holds_on(today))
    return db.session.scalars(at_work).all()
