"""Places given back: by who holds them or the community, or because their holder is no more.

A claim on which nobody has signed in is released until its window and grace are over. One that has served ends, and gives back what lies
ahead: what was served counts. A claim whose window is over stays held: it says who had taken the place, and the figures of that time rest
on it. While somebody is signed in on a claim, it stays held, too, and they sign out as usual; where its holder is no more by then, it ends
when the shift is closed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select

from backend.accounts import policy
from backend.accounts.models import Account, RoleGrant
from backend.accounts.policy import Permission, Scope
from backend.attendance.entitlement import served_at
from backend.attendance.models import Attendance, Shift, ShiftStatus
from backend.foundation import audit, outbox
from backend.foundation.actor import Actor, Role
from backend.foundation.database import Column, db, one_of
from backend.foundation.errors import Conflict, Forbidden, Missing
from backend.openings import service as openings
from backend.openings.events import PlaceReadAndMissed, PlaceReadAndReleased
from backend.openings.models import Claim, ClaimStatus, Opening
from backend.openings.service import ClaimReleased
from backend.organisations.models import Organisation, OrganisationStatus
from backend.reveals.models import Reveal
from backend.teams.models import Team, TeamStatus

TEAM_DISSOLVED = "服务队已解散"
ORGANISATION_ENDED = "社会组织已终止"
REGISTRATION_ENDED = "报到已结束"

UNSERVED = ~exists().where(Attendance.claim_id == Claim.id)
"""Condition on claims: nobody has signed in on it."""
_IN_SERVICE = exists().where(Attendance.claim_id == Claim.id, Attendance.is_open())
_OF_DISSOLVED_TEAMS = Claim.team_id.in_(select(Team.id).where(Team.status == TeamStatus.DISSOLVED))
_OF_ENDED_ORGANISATIONS = Claim.organisation_id.in_(select(Organisation.id).where(Organisation.status == OrganisationStatus.ENDED))


class ClaimInService(Conflict):
    """Somebody is signed in on the claim, or has served and nothing lies ahead: what has begun is not undone by giving the place back."""

    code: ClassVar[str] = "claim_in_service"
    detail = "已有人签到，不能取消认领"


class ClaimOver(Conflict):
    """Window and grace of the claim are over: whoever did not come held the place all the same."""

    code: ClassVar[str] = "claim_over"
    detail = "服务时间已过，不能取消认领"


def release_claim(actor: Actor, claim_id: UUID, *, reason: str, now: datetime) -> None:
    """Give the place back while its window is not over, or after a service what lies ahead of it; what is only asked for is withdrawn.

    Raises ClaimReleased, ClaimOver, ClaimInService, Missing, Forbidden.
    """
    require_release(actor, claim_id)
    if not _give_back(actor, [claim_id], reason=reason, now=now):
        seen = db.session.execute(select(Claim.status, _is_not_over(now).label("not_over")).where(Claim.id == claim_id)).one()
        if seen.status is not ClaimStatus.HELD:  # what is asked for was withdrawn
            raise ClaimReleased
        raise ClaimInService if seen.not_over else ClaimOver


def why_not_released(claim_id: UUID, *, now: datetime) -> type[Conflict] | None:
    """What stands in the way of giving the place of a claim back now (None: nothing)."""
    asked = select(
        Claim.takes_place().label("takes_place"),
        _is_not_over(now).label("not_over"),
        UNSERVED.label("unserved"),
        _has_more_ahead(now).label("more_ahead"),
    )
    seen = db.session.execute(asked.where(Claim.id == claim_id)).one()
    if not seen.takes_place:
        return ClaimReleased
    if seen.more_ahead or (seen.not_over and seen.unserved):
        return None
    return ClaimInService if seen.not_over else ClaimOver


def release_for_dissolved_teams(team_ids: Sequence[UUID], *, now: datetime) -> None:
    """Give back what these teams hold, as far as they are dissolved."""
    _release_of(Claim.team_id.in_(team_ids), _OF_DISSOLVED_TEAMS, reason=TEAM_DISSOLVED, now=now)


def release_for_ended_organisations(organisation_ids: Sequence[UUID], *, now: datetime) -> None:
    """Give back what these organisations hold, as far as they have ended."""
    _release_of(Claim.organisation_id.in_(organisation_ids), _OF_ENDED_ORGANISATIONS, reason=ORGANISATION_ENDED, now=now)


def places_of_team(team_id: UUID, *, now: datetime) -> int:
    """How many places a team would give back if it were dissolved now."""
    return _would_give_back(Claim.team_id == team_id, now)


def places_of_organisation(organisation_id: UUID, *, now: datetime) -> int:
    """How many places an organisation would give back if it ended now."""
    return _would_give_back(Claim.organisation_id == organisation_id, now)


def places_of_person(person_id: UUID, *, now: datetime) -> int:
    """How many places a person who took them as a serving Party member would give back if they were registered with no community now."""
    return _would_give_back(Claim.person_id == person_id, now)


def _would_give_back(which: ColumnElement[bool], now: datetime) -> int:
    given_back = and_(Claim.takes_place(), _is_not_over(now), or_(UNSERVED, _has_more_ahead(now)))
    claims = select(func.count()).select_from(Claim).join(Opening, Opening.id == Claim.opening_id).where(which, given_back)
    return db.session.scalar(claims) or 0


def release_of_opening(actor: Actor, opening_id: UUID, *, reason: str, now: datetime) -> None:
    """Give back what is claimed of an opening of which nothing lies ahead any more; a claim that has served stays. The caller has asked
    policy."""
    held = db.session.scalars(select(Claim.id).where(Claim.opening_id == opening_id, Claim.takes_place())).all()
    _give_back(actor, held, reason=reason, now=now)


def release_served(opening_ids: Sequence[UUID], *, reason: str, now: datetime) -> None:
    """Give back the places of these openings on which somebody has served and nobody is signed in, as long as their time is not over: what
    was served on them does not count, and somebody else may come."""
    held = select(Claim.id).where(one_of(Claim.opening_id, opening_ids), Claim.is_held(), _is_not_over(now))
    served = and_(~UNSERVED, ~_IN_SERVICE)
    openings.give_back(Actor.system(), db.session.scalars(held).all(), releasing=false(), ending=served, reason=reason, now=now)


def release_after_service(shift_ids: Sequence[UUID], *, now: datetime) -> None:
    """Give back what teams and organisations still held that came to an end while somebody was signed in for them at these shifts."""
    here = Claim.opening_id.in_(select(Shift.opening_id).where(Shift.id.in_(shift_ids)))
    _release_of(here, _OF_DISSOLVED_TEAMS, reason=TEAM_DISSOLVED, now=now)
    _release_of(here, _OF_ENDED_ORGANISATIONS, reason=ORGANISATION_ENDED, now=now)


def release_for_former_members(members: Sequence[tuple[UUID, str]], *, now: datetime) -> None:
    """Give back what these persons hold in the communities (person, area path) with which they are registered no longer; who is so with
    none any more, also what they hold elsewhere, as who was invited."""
    with_some = (
        select(RoleGrant.id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(Account.person_id == Claim.person_id, RoleGrant.role == Role.PARTY_MEMBER, RoleGrant.is_unended(now))
        .exists()
    )
    held = [
        and_(Claim.person_id == person_id, or_(Opening.area_path.startswith(area_path), ~with_some)) for person_id, area_path in members
    ]
    if held:
        _release_of(or_(*held), reason=REGISTRATION_ENDED, now=now)


def _release_of(*which: ColumnElement[bool], reason: str, now: datetime) -> None:
    claims = select(Claim.id).join(Opening, Opening.id == Claim.opening_id)
    held = db.session.scalars(claims.where(*which, Claim.takes_place(), _is_not_over(now))).all()
    if held:
        _give_back(Actor.system(), held, reason=reason, now=now)


def _give_back(actor: Actor, claim_ids: Sequence[UUID], *, reason: str, now: datetime) -> list[UUID]:
    ending = _has_more_ahead(now)
    given = openings.give_back(actor, claim_ids, releasing=UNSERVED & _is_not_over(now), ending=ending, reason=reason, now=now)
    _tell_of_read(actor, given, now=now)
    return given


def _tell_of_read(actor: Actor, claim_ids: Sequence[UUID], *, now: datetime) -> None:
    """Let the community know of places that were given back unserved after the address had been read: once is chance, often is harvest.

    Who had read it before the community changed time, places or words may leave for that, and nothing is told of it.
    """
    changed_since = exists().where(Opening.id == Claim.opening_id, Opening.changed_at >= Reveal.at).correlate(Claim, Reveal)
    read = exists().where(Reveal.claim_id == Claim.id, ~changed_since).correlate(Claim)
    released = select(Claim.id).where(one_of(Claim.id, claim_ids), Claim.status == ClaimStatus.RELEASED, read).order_by(Claim.id)
    for claim_id in db.session.scalars(released).all():
        outbox.record(PlaceReadAndReleased(claim_id), now=now)
        audit.record(actor, Permission.PLACE_RELEASE, claim_id, now=now, decision="read_and_released")


def tell_of_missed(shift_ids: Sequence[UUID], *, now: datetime) -> None:
    """Let the community know of whom nobody came, of those who had read the address, where these shifts were the last of their opening."""
    last = ~exists().where(Shift.opening_id == Claim.opening_id, Shift.status == ShiftStatus.PLANNED)
    read = exists().where(Reveal.claim_id == Claim.id)
    of_shifts = Claim.opening_id.in_(select(Shift.opening_id).where(one_of(Shift.id, shift_ids)))
    missed = select(Claim.id).where(of_shifts, Claim.is_held(), read, UNSERVED, last).order_by(Claim.id)
    for claim_id in db.session.scalars(missed).all():
        outbox.record(PlaceReadAndMissed(claim_id), now=now)
        audit.record(Actor.system(), Permission.SHIFT_CLOSE, claim_id, now=now, decision="read_and_missed")


def goes_on(opening_id: Column, *, now: datetime) -> ColumnElement[bool]:
    """Condition on what has an opening: the window of this is not over, or that of a shift with its grace, be it called off."""
    ahead = exists().where(Opening.id == opening_id, Opening.ends_at > now)
    may_sign_in = exists().where(Shift.opening_id == opening_id, Shift.is_not_over(now))
    return or_(ahead.correlate_except(Opening), may_sign_in.correlate_except(Shift))


def _is_not_over(now: datetime) -> ColumnElement[bool]:
    return goes_on(Claim.opening_id, now=now)


def _has_more_ahead(now: datetime) -> ColumnElement[bool]:
    """Condition on claims: nobody is signed in on it, and there is a shift to come at which nobody has signed in on it."""
    not_served = ~served_at(Shift.id).correlate(Claim, Shift)
    to_come = exists().where(Shift.opening_id == Claim.opening_id, Shift.status == ShiftStatus.PLANNED, Shift.is_not_over(now), not_served)
    return ~_IN_SERVICE & to_come.correlate(Claim)


def require_release(actor: Actor, claim_id: UUID) -> None:
    """Let pass who may give a place back: who holds it, or the community. Raises Missing, Forbidden."""
    claim = db.session.execute(
        select(Claim.team_id, Claim.organisation_id, Claim.work_unit_id, Claim.person_id, Opening.area_path, Opening.requester_person_id)
        .join(Opening, Opening.id == Claim.opening_id)
        .where(Claim.id == claim_id)
    ).one_or_none()
    if claim is None:
        raise Missing
    scope = Scope(
        area_path=claim.area_path,
        team_id=claim.team_id,
        organisation_id=claim.organisation_id,
        work_unit_id=claim.work_unit_id,
        person_id=claim.person_id,
    )
    if not policy.allows(actor, Permission.PLACE_RELEASE, scope):
        if policy.allows(actor, Permission.CLAIM_SEE, Scope(person_id=claim.requester_person_id)):
            raise Forbidden(policy.who_may(Permission.PLACE_RELEASE))
        policy.require(actor, Permission.PLACE_RELEASE, scope, seen_by=Permission.CLAIM_SEE)
