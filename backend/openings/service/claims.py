"""Taking a place. The row of the role is contended: it comes first, as in giving back, so that no two of them can deadlock."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, case, false, select, update
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import ReturningUpdate

from backend.accounts import allowances, policy
from backend.accounts import service as accounts
from backend.accounts.limits import Written
from backend.accounts.policy import Permission, Scope
from backend.areas.models import Area
from backend.brands import ClaimantKind
from backend.foundation import audit, clock, outbox
from backend.foundation.actor import Actor, Role
from backend.foundation.database import db, run_one, run_one_and_give_up, write_at_commit
from backend.foundation.errors import Conflict, Forbidden, Missing
from backend.foundation.ids import new_id
from backend.foundation.refusals import never
from backend.foundation.statements import Prepared
from backend.openings.events import PlaceAskedFor, PlaceClaimed
from backend.openings.models import Claim, ClaimChange, ClaimStatus, Opening, OpeningRole
from backend.openings.service.claimable import (
    arranged,
    holds_one,
    is_active,
    may_claim_as_person,
    may_take,
    near_or_invited,
    takes_claims,
)
from backend.people.service import DataWithdrawn, person_of, require_standing

_CLAIMANT = bindparam("of_claimant", type_=Uuid)


class OpeningFull(Conflict):
    """Every place of the role is held: `closes_at` says until when one may come free."""

    code: ClassVar[str] = "opening_full"
    detail = "名额已满；有人取消认领时会重新开放，需要增加名额的，请联系需求所在社区"


class OpeningClosed(Conflict):
    """It takes no claims: its window is over, or it was completed or cancelled."""

    code: ClassVar[str] = "opening_closed"
    detail = "该需求已停止认领：服务开始、办结或者取消以后不再接受，有疑问请联系需求所在社区"


class AlreadyClaimed(Conflict):
    """The claimant holds or asked for a place of this opening. One claim holds one place, whatever number of people it sends."""

    code: ClassVar[str] = "already_claimed"
    detail = "已认领过，不能重复认领"


class ClaimantNotAllowed(Conflict):
    """The brand's places are not for this kind of claimant."""

    code: ClassVar[str] = "claimant_not_allowed"
    detail = "该需求不接受这类认领方"


class ClaimantNotActive(Conflict):
    """The team is not active, or the organisation not verified."""

    code: ClassVar[str] = "claimant_not_active"
    detail = "认领方尚未成立或核实，或者已停止活动"


class ClaimantNotInvited(Conflict):
    """A home visit is for teams and organisations of its own community (`claimants_from` of the brand), and for those it invites."""

    code: ClassVar[str] = "claimant_not_invited"
    detail = "该上门服务由本社区的队伍和组织认领，其他的须先受社区邀请"


class ClaimsOverlap(Conflict):
    """The person holds or asked for a place of another opening at the same time: `claim_id`, `starts_at` and `ends_at` say which. One who
    means it says so with `overlap_confirmed`."""

    code: ClassVar[str] = "claims_overlap"
    detail = "您在同一时间已认领另一项服务；确定都能参加的，请再次确认"


class ClaimReleased(Conflict):
    """The claim takes no place any more."""

    code: ClassVar[str] = "claim_released"
    detail = "该认领已取消"


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who is to hold the place: a team, an organisation, or the acting person as a serving Party member."""

    kind: ClaimantKind
    id: UUID

    @classmethod
    def team(cls, team_id: UUID) -> "Claimant":
        """A team, for which its leader claims."""
        return cls(ClaimantKind.TEAM, team_id)

    @classmethod
    def organisation(cls, organisation_id: UUID) -> "Claimant":
        """An organisation, for which its staff claim."""
        return cls(ClaimantKind.ORGANISATION, organisation_id)

    @classmethod
    def person(cls, actor: Actor) -> "Claimant":
        """The acting person, whose registration the opening's own community accepted, or another one where this one invited them. Raises
        PersonNeeded."""
        return cls(ClaimantKind.PERSON, person_of(actor))

    @property
    def column(self) -> str:
        """Its column in `claims`."""
        return f"{self.kind}_id"

    @property
    def scope(self) -> Scope:
        """Whose right it is to claim for it; a person's right depends on the area of the opening instead."""
        match self.kind:
            case ClaimantKind.TEAM:
                return Scope(team_id=self.id)
            case ClaimantKind.ORGANISATION:
                return Scope(organisation_id=self.id)
            case ClaimantKind.WORK_UNIT:
                return Scope(work_unit_id=self.id)
            case ClaimantKind.PERSON:
                return Scope(person_id=self.id)


@dataclass(frozen=True, slots=True)
class MadeClaim:
    """A place that was just taken: held, or asked for."""

    id: UUID
    opening_id: UUID
    role_id: UUID
    status: ClaimStatus
    claimed_at: datetime
    claimant: Claimant


def claim_place(actor: Actor, role_id: UUID, claimant: Claimant, *, overlap_confirmed: bool = False, now: datetime) -> MadeClaim:
    """Take one place of the role, or refuse with the rule that stands in the way. Where the community is asked first, it is held only when
    that accepts it (requests.py), unless it was arranged with the claimant before (arrangements.py). A person is asked once about two
    services at the same time; a team or an organisation sends others.

    Raises OpeningFull, OpeningClosed, ClaimsOverlap, ClaimantNotAllowed, ClaimantNotActive, ClaimantNotInvited, TooManyToday,
    TooManyOpen, Missing, Forbidden; at the commit AlreadyClaimed.
    """
    rightful = _whose_right(actor, claimant, now=now)
    taken = _take(rightful, role_id, claimant, now=now)
    if taken is None:
        raise _why_not(rightful, role_id, claimant, now=now)
    if claimant.kind is ClaimantKind.PERSON and not overlap_confirmed:
        _refuse_overlap(claimant.id, taken.opening_id)
    if taken.asks_first:
        allowances.take(actor, Written.CLAIM, of=claimant.id, waiting=_asked_for(claimant, now=now), now=now)
    waits = taken.asks_first and not taken.is_arranged
    status, event = (ClaimStatus.ASKED, PlaceAskedFor) if waits else (ClaimStatus.HELD, PlaceClaimed)
    made = MadeClaim(new_id(), taken.opening_id, role_id, status, now, claimant)
    _write(actor, made)
    outbox.record(event(made.id), now=now)
    audit.record(actor, Permission.PLACE_CLAIM, made.id, now=now, claimant=f"{claimant.column}:{claimant.id}")
    return made


def _refuse_overlap(person_id: UUID, opening_id: UUID) -> None:
    other, this = aliased(Opening), aliased(Opening)
    meets = (
        select(Claim.id, other.starts_at, other.ends_at)
        .join(other, other.id == Claim.opening_id)
        .join(this, (this.id == opening_id) & (this.id != other.id))
        .where(Claim.person_id == person_id, Claim.takes_place(), other.starts_at < this.ends_at, other.ends_at > this.starts_at)
        .order_by(Claim.id)
    )
    found = db.session.execute(meets.limit(1)).one_or_none()
    if found is not None:
        span = {"starts_at": found.starts_at, "ends_at": found.ends_at}
        raise ClaimsOverlap(
            claim_id=str(found.id), **{name: instant.astimezone(clock.SHANGHAI).isoformat() for name, instant in span.items()}
        )


def _asked_for(claimant: Claimant, *, now: datetime) -> Select[UUID]:
    """The claimant's claims on places of which the community is asked first, asked for or held, as long as there is something ahead."""
    return (
        select(Claim.id)
        .join(Opening, Opening.id == Claim.opening_id)
        .join(OpeningRole, OpeningRole.id == Claim.role_id)
        .where(getattr(Claim, claimant.column) == claimant.id, Claim.takes_place(), Opening.asks_first, OpeningRole.closes_at > now)
    )


@never(DataWithdrawn, because="who claims as a person does it for themselves")
def _whose_right(actor: Actor, claimant: Claimant, *, now: datetime) -> Actor:
    """The actor as policy is to judge them. A person's right to claim stands until the claim is committed: whoever ends the registration
    waits, and finds the claim (registration.reactions). The person's row comes before their grants, as for whoever ends what is theirs.

    Raises Forbidden for another person, ConsentNeeded."""
    if claimant.kind is not ClaimantKind.PERSON:
        return actor
    if not actor.is_system and claimant.id != actor.person_id:
        raise Forbidden(policy.who_may(Permission.PLACE_CLAIM))
    require_standing(actor, claimant.id)
    return accounts.holding_still(actor, Role.PARTY_MEMBER, now=now)


def _take(rightful: Actor, role_id: UUID, claimant: Claimant, *, now: datetime) -> Any | None:
    """Decide the race for the last place: what claiming asks of the opening whose place was taken, or None. Raises Forbidden."""
    values = {"of_role": role_id, "of_claimant": claimant.id, "now": now, "today": clock.shanghai_day(now)}
    if claimant.kind is ClaimantKind.PERSON:
        # A person's right depends on the opening's area; who may claim for a team or organisation is known before any row is read.
        allowed = may_claim_as_person(rightful, _CLAIMANT)
        return db.session.execute(_taking(claimant.kind).where(allowed), values).one_or_none()
    policy.require(rightful, Permission.PLACE_CLAIM, claimant.scope)
    return run_one(_prepared_taking(claimant.kind), **values)


@cache
def _prepared_taking(kind: ClaimantKind) -> Prepared:
    return Prepared(_taking(kind))


def _taking(kind: ClaimantKind) -> ReturningUpdate[UUID, bool]:
    """The conditional change that decides the race for the last place."""
    return (
        update(OpeningRole)
        .where(OpeningRole.id == bindparam("of_role"), Opening.id == OpeningRole.opening_id, may_take(kind, _CLAIMANT, held=True))
        .values(taken=OpeningRole.taken + 1)
        .returning(
            OpeningRole.opening_id,
            Opening.asks_first,
            case((Opening.asks_first, arranged(kind, _CLAIMANT)), else_=false()).label("is_arranged"),
        )
    )


_COLUMNS = ("team_id", "organisation_id", "work_unit_id", "person_id")


def _write(actor: Actor, made: MadeClaim) -> None:
    """Have claim and first step written. Whoever has taken a place of the opening already is refused then, and the place goes back."""
    of_claimant = made.claimant.column
    claim = {
        "id": made.id,
        "opening_id": made.opening_id,
        "role_id": made.role_id,
        "status": made.status,
        "claimed_at": made.claimed_at,
        "claimed_by": actor.account_id,
        **{column: made.claimant.id if column == of_claimant else None for column in _COLUMNS},
    }
    step = {
        "id": new_id(),
        "claim_id": made.id,
        "to_status": made.status,
        "at": made.claimed_at,
        "actor_account_id": actor.account_id,
    }
    write_at_commit({Claim: [claim], ClaimChange: [step]}, {"uq_claims_held": AlreadyClaimed})


def _why_not(actor: Actor, role_id: UUID, claimant: Claimant, *, now: datetime) -> Conflict | Forbidden | Missing:
    """Only after a refusal a second look: missing, closed, not for this claimant, held already, or full."""
    today = clock.shanghai_day(now)
    seen = run_one_and_give_up(_second_look(claimant.kind), of_role=role_id, of_claimant=claimant.id, now=now, today=today)
    if seen is None:
        return Missing()
    is_invited = bool(actor.grants) and seen.invited
    if (
        claimant.kind is ClaimantKind.PERSON
        and not is_invited
        and not policy.allows(actor, Permission.PLACE_CLAIM, Scope(area_path=seen.area_path))
    ):
        return Forbidden("须先到该社区报到并获接收；在其他社区报到的，须先受该社区邀请")
    if claimant.kind.value not in seen.claimant_kinds:
        return ClaimantNotAllowed()
    if not seen.active:
        return ClaimantNotActive()
    if not seen.takes_claims:
        # One that was completed or cancelled stopped before its window did.
        since = f"该需求已于{clock.moment(seen.closes_at)}停止认领，有疑问请联系{seen.community}"
        return OpeningClosed(since if seen.is_open else None)
    if not seen.near_or_invited:
        return ClaimantNotInvited()
    return AlreadyClaimed() if seen.holds_one else _full(seen.closes_at, seen.community)


def _full(closes_at: datetime, community: str) -> OpeningFull:
    # Where else there is a place, the list of demands tells: a rush, in which most are refused, does not wait for that.
    told = f"名额已满；{clock.moment(closes_at)}前有人取消认领的，会重新开放；需要增加名额的，请联系{community}"
    return OpeningFull(told, closes_at=closes_at.astimezone(clock.SHANGHAI).isoformat())


@cache
def _second_look(kind: ClaimantKind) -> Prepared:
    return Prepared(
        select(
            Opening.area_path,
            Opening.claimant_kinds,
            OpeningRole.is_open,
            OpeningRole.closes_at,
            Area.name.label("community"),
            takes_claims().label("takes_claims"),
            select(is_active(kind, _CLAIMANT)).scalar_subquery().label("active"),
            holds_one(kind, _CLAIMANT).label("holds_one"),
            near_or_invited(kind, _CLAIMANT).label("near_or_invited"),
            arranged(kind, _CLAIMANT).label("invited"),
        )
        .join(Opening, Opening.id == OpeningRole.opening_id)
        .join(Area, Area.id == Opening.area_id)
        .where(OpeningRole.id == bindparam("of_role"))
    )
