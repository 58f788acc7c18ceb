"""For whom somebody could take a place now: what the page of an opening offers, by the conditions of taking one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, case, false, literal, not_, select, true, union_all
from sqlalchemy.orm import aliased

from backend.accounts import policy
from backend.accounts.policy import Permission
from backend.brands import ClaimantKind
from backend.foundation import clock
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.openings.models import Opening, OpeningRole
from backend.openings.service.claimable import arranged, holds_one, may_claim_as_person, may_take
from backend.openings.service.claims import Claimant
from backend.organisations.models import Organisation
from backend.people.models import Person
from backend.teams.models import Team

_MOST = 100
"""Teams and organisations of one person; who has more claims for the others by their ids."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One for whom the viewer could take a place. `asks_first`: the community is asked, so that it is not held at once."""

    claimant_kind: ClaimantKind
    claimant_id: UUID
    claimant_name: str
    asks_first: bool


def may_claim_as(viewer: Actor, opening_id: UUID, *, now: datetime) -> list[Offer]:
    """For whom the viewer could take a place of the opening now: themselves first, then the teams that they lead and the organisations for
    which they act, by name. What is asked of the one who claims, not of the place, they hear when they claim: the notice to agree to, the
    most of a day, another service at the same time."""
    wanted = [_offers(viewer, kind, ids) for kind, ids in _claimants(viewer).items() if ids]
    if not wanted:
        return []
    found = union_all(*(offers.where(Opening.id == opening_id) for offers in wanted)).limit(_MOST)
    rows = db.session.execute(found, {"now": now, "today": clock.shanghai_day(now)})
    order = [ClaimantKind.PERSON, ClaimantKind.TEAM, ClaimantKind.ORGANISATION]
    offers = [Offer(ClaimantKind(row.kind), row.id, row.name, row.asks_first) for row in rows]
    return sorted(offers, key=lambda offer: (order.index(offer.claimant_kind), offer.claimant_name, offer.claimant_id))


def _claimants(viewer: Actor) -> dict[ClaimantKind, Sequence[UUID]]:
    """For whom policy lets them claim at all; of themselves it depends on the opening."""
    named = [Claimant.team(grant.team_id) for grant in viewer.grants if grant.team_id]
    named += [Claimant.organisation(grant.organisation_id) for grant in viewer.grants if grant.organisation_id]
    allowed = [claimant for claimant in named if policy.allows(viewer, Permission.PLACE_CLAIM, claimant.scope)]
    of_kind = {
        kind: [claimant.id for claimant in allowed if claimant.kind is kind] for kind in (ClaimantKind.TEAM, ClaimantKind.ORGANISATION)
    }
    return {ClaimantKind.PERSON: [viewer.person_id] if viewer.person_id and viewer.grants else [], **of_kind}


def _offers(viewer: Actor, kind: ClaimantKind, ids: Sequence[UUID]) -> Select[*tuple[Any, ...]]:
    bodies: dict[ClaimantKind, Any] = {ClaimantKind.PERSON: Person, ClaimantKind.TEAM: Team, ClaimantKind.ORGANISATION: Organisation}
    who = aliased(bodies[kind])
    rightful: ColumnElement[bool] = may_claim_as_person(viewer, who.id) if kind is ClaimantKind.PERSON else true()
    waits = case((Opening.asks_first, not_(arranged(kind, who.id))), else_=false())
    return (
        select(literal(kind.value, Text).label("kind"), who.id.label("id"), who.name.label("name"), waits.label("asks_first"))
        .select_from(Opening)
        .join(OpeningRole, OpeningRole.opening_id == Opening.id)
        .join(who, who.id.in_(ids))
        .where(may_take(kind, who.id), rightful, ~holds_one(kind, who.id))
        .distinct()
    )
