"""Who may take a place: the conditions of the statement that takes one (claims.py), and of the page that offers it (offers.py).

They take the values `now` and `today` when they are executed.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Text, and_, any_, bindparam, exists, false, func, literal, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from backend.accounts import policy
from backend.accounts.policy import Permission, ScopeColumns
from backend.brands import ClaimantKind
from backend.foundation.actor import Actor
from backend.foundation.database import Column
from backend.openings.models import Arrangement, Claim, Opening, OpeningRole
from backend.organisations.models import Organisation, OrganisationStatus
from backend.party.models import UnitMembership
from backend.teams.models import Team, TeamStatus

Id = Column | ColumnElement[Any] | InstrumentedAttribute[Any]
TODAY = bindparam("today", type_=Date)


def takes_claims() -> ColumnElement[bool]:
    """Condition on roles: nobody closed it, and its window is not over."""
    return and_(OpeningRole.is_open, OpeningRole.closes_at > bindparam("now"))


def may_take(kind: ClaimantKind, claimant_id: Id, *, held: bool = False) -> ColumnElement[bool]:
    """Condition on roles and their opening: there is a place for this claimant. Whether somebody may claim for them, policy says, and for a
    person `may_claim_as_person`. `held`: they stay what they are until this transaction ends."""
    return and_(
        takes_claims(),
        OpeningRole.taken < OpeningRole.slots,
        literal(kind.value, Text) == any_(Opening.claimant_kinds),
        is_active(kind, claimant_id, held=held),
        near_or_invited(kind, claimant_id),
    )


def may_claim_as_person(actor: Actor, person_id: Id) -> ColumnElement[bool]:
    """Condition on the opening: the person, who acts, is registered with its community, or with another one and invited."""
    registered = policy.visible(actor, Permission.PLACE_CLAIM, ScopeColumns(area_path=Opening.area_path))
    return or_(registered, arranged(ClaimantKind.PERSON, person_id)) if actor.grants else registered


def is_active(kind: ClaimantKind, claimant_id: Id, *, held: bool = False) -> ColumnElement[bool]:
    """Condition: the claimant may act. `held`: it stays so until this transaction ends, so that whoever dissolves the team meanwhile waits,
    and finds the claim (reactions.py)."""
    match kind:
        case ClaimantKind.TEAM:
            found = select(Team.id).where(Team.id == claimant_id, Team.status == TeamStatus.ACTIVE).correlate_except(Team)
        case ClaimantKind.ORGANISATION:
            verified = (Organisation.id == claimant_id, Organisation.status == OrganisationStatus.VERIFIED)
            found = select(Organisation.id).where(*verified).correlate_except(Organisation)
        case _:
            return true()
    return (found.with_for_update(read=True) if held else found).exists()


def arranged(kind: ClaimantKind, claimant_id: Id) -> ColumnElement[bool]:
    """Condition on the opening: the community agreed before that the claimant comes."""
    if kind is ClaimantKind.WORK_UNIT:
        return false()
    party = invites(claimant_id, TODAY) if kind is ClaimantKind.PERSON else getattr(Arrangement, f"{kind.value}_id") == claimant_id
    return exists().where(party, Arrangement.holds_on(TODAY), Arrangement.covers(Opening)).correlate_except(Arrangement)


def invites(person_id: Id, day: ColumnElement[date]) -> ColumnElement[bool]:
    """Condition on arrangements: with a person, or with the unit where they work on that day."""
    at_work = select(UnitMembership.work_unit_id).where(UnitMembership.person_id == person_id, UnitMembership.holds_on(day))
    return or_(Arrangement.person_id == person_id, Arrangement.work_unit_id.in_(at_work.correlate_except(UnitMembership)))


def near_or_invited(kind: ClaimantKind, claimant_id: Id) -> ColumnElement[bool]:
    """Condition on the opening: the claimant is of the area whose claimants need no invitation, or has one."""
    bodies: Mapping[ClaimantKind, Any] = {ClaimantKind.TEAM: Team, ClaimantKind.ORGANISATION: Organisation}
    body = bodies.get(kind)
    if body is None:
        return true()
    near = exists().where(body.id == claimant_id, func.starts_with(body.area_path, Opening.claimants_path)).correlate_except(body)
    return or_(Opening.claimants_path.is_(None), near, arranged(kind, claimant_id))


def holds_one(kind: ClaimantKind, claimant_id: Id) -> ColumnElement[bool]:
    """Condition on the opening: the claimant has a place of it, or asked for one."""
    held = exists().where(Claim.opening_id == Opening.id, getattr(Claim, f"{kind.value}_id") == claimant_id, Claim.takes_place())
    return held.correlate_except(Claim)
