"""What becomes of a place that was asked for: the community accepts or refuses it, or nobody answers in time.

A place is taken when it is asked for. So one row decides the race for it, once; whoever is accepted has it; and nobody waits for a
place that another was promised.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, exists, or_, select

from backend.accounts import policy
from backend.accounts.policy import Permission, Scope
from backend.foundation.actor import Actor
from backend.foundation.database import db, one_of
from backend.foundation.errors import Forbidden, Missing
from backend.openings.models import Claim, ClaimStatus, Opening
from backend.openings.service.life import ACCEPT, LAPSE, REFUSE, ClaimAnswered, free_places_of, given_back_at, hold, hold_roles_of

UNANSWERED = "社区未在服务开始前答复"
_AT_ONCE = 200
"""How many requests end in one transaction."""


class OwnClaim(Forbidden):
    """Who decides asked for the place, or may claim for whom it was asked for."""

    code: ClassVar[str] = "own_claim"
    detail = "本人或者本人代表的一方提出的认领，须由其他工作人员答复"


def accept_claim(actor: Actor, claim_id: UUID, *, now: datetime) -> None:
    """Let who asked for a place hold it. Raises ClaimAnswered, OwnClaim, Missing, Forbidden."""
    require_review(actor, claim_id)
    ACCEPT.take(actor, claim_id, ~is_too_late(now), now=now, claimed_at=now)


def refuse_claim(actor: Actor, claim_id: UUID, *, reason: str, now: datetime) -> None:
    """Refuse a place that was asked for; it is free again. Raises ClaimAnswered, OwnClaim, Missing, Forbidden."""
    require_review(actor, claim_id)
    hold_roles_of([claim_id])
    refused = REFUSE.take_all(actor, [claim_id], now=now, reason=reason, released_at=given_back_at(now))
    if not refused:
        raise ClaimAnswered
    free_places_of(refused)


def end_unanswered(*, now: datetime) -> int:
    """End some requests that nobody answered until the service began. Returns how many."""
    late = select(Claim.id).where(Claim.status == ClaimStatus.ASKED, is_too_late(now)).order_by(Claim.id).limit(_AT_ONCE)
    claim_ids = db.session.scalars(late).all()
    hold_roles_of(claim_ids)
    ended = LAPSE.take_all(Actor.system(), claim_ids, now=now, reason=UNANSWERED, released_at=given_back_at(now))
    free_places_of(ended)
    return len(ended)


def refuse_all(actor: Actor, opening_ids: Sequence[UUID], *, reason: str, now: datetime) -> None:
    """Refuse what is asked for of these openings. The caller has asked policy, and holds the roles."""
    free_places_of(
        REFUSE.take_all(actor, hold(one_of(Claim.opening_id, opening_ids)), now=now, reason=reason, released_at=given_back_at(now))
    )


def is_too_late(now: datetime) -> ColumnElement[bool]:
    """Condition on claims: the service has begun; where it had begun when the place was asked for, it is over."""
    begun = and_(Opening.starts_at <= now, Claim.claimed_at < Opening.starts_at)
    return exists().where(Opening.id == Claim.opening_id, or_(begun, Opening.ends_at <= now)).correlate(Claim)


def require_review(actor: Actor, claim_id: UUID) -> None:
    """Let pass who answers a claim as the community. Raises OwnClaim, Missing, Forbidden."""
    claim = _seen(claim_id)
    if claim is None:
        raise Missing
    claimant = Scope(
        team_id=claim.team_id, organisation_id=claim.organisation_id, work_unit_id=claim.work_unit_id, person_id=claim.person_id
    )
    if not policy.allows(actor, Permission.CLAIM_REVIEW, Scope(area_path=claim.area_path)):
        concerned = (claimant, Scope(person_id=claim.requester_person_id))
        if any(policy.allows(actor, Permission.CLAIM_SEE, scope) for scope in concerned):
            raise Forbidden(policy.who_may(Permission.CLAIM_REVIEW))
        policy.require(actor, Permission.CLAIM_REVIEW, Scope(area_path=claim.area_path), seen_by=Permission.CLAIM_SEE)
    acts_for_it = policy.allows(actor, Permission.PLACE_CLAIM, claimant)
    if not actor.is_system and (acts_for_it or (claim.person_id is not None and claim.person_id == actor.person_id)):
        raise OwnClaim


def _seen(claim_id: UUID) -> Row[*tuple[Any, ...]] | None:
    return db.session.execute(
        select(
            Claim.team_id,
            Claim.organisation_id,
            Claim.work_unit_id,
            Claim.person_id,
            Opening.area_path,
            Opening.requester_person_id,
        )
        .join(Opening, Opening.id == Claim.opening_id)
        .where(Claim.id == claim_id)
    ).one_or_none()
