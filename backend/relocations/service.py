"""迁居: a person says that they live in another community now, and that community takes them in or refuses with a reason.

What the person has goes along: number, day of registration, points, stars, teams; a registration as serving Party member is asked for
anew where they live now. Where they lived keeps what was served and counted there.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import ClassVar
from uuid import UUID

from sqlalchemy import select

from backend.accounts import allowances, policy
from backend.accounts.limits import Written
from backend.accounts.policy import Permission, Scope
from backend.areas import service as areas
from backend.foundation.actor import Actor
from backend.foundation.database import db, flush_or_refuse
from backend.foundation.errors import Conflict, Forbidden, Missing
from backend.foundation.ids import new_id
from backend.foundation.life import Step
from backend.foundation.outbox import Happening
from backend.people import service as people
from backend.people.models import Person
from backend.registration import service as registration
from backend.relocations.events import RelocationAccepted, RelocationAsked, RelocationRefused, RelocationWithdrawn
from backend.relocations.models import Relocation, RelocationChange, RelocationStatus
from backend.volunteers import service as volunteers
from backend.volunteers.service import AlreadyHere


class RelocationOpen(Conflict):
    """The person has a wish that waits for an answer."""

    code: ClassVar[str] = "relocation_open"
    detail = "您已有一份迁居申请在等待答复，可以先撤回"


class RelocationDecided(Conflict):
    """It was accepted, refused or withdrawn already."""

    code: ClassVar[str] = "relocation_decided"
    detail = "该迁居申请已处理，请刷新后再试"


class OwnRelocation(Forbidden):
    """Nobody decides by their office where they live themselves."""

    code: ClassVar[str] = "own_relocation"
    detail = "不能审核本人的迁居申请，请由其他工作人员办理"


_ASKED = RelocationStatus.ASKED
_step = partial(Step, Relocation, RelocationChange)
ASK = _step(None, _ASKED, RelocationAsked, Permission.RELOCATION_ASK)
ACCEPT = _step(_ASKED, RelocationStatus.ACCEPTED, RelocationAccepted, Permission.RELOCATION_DECIDE, RelocationDecided, "accepted")
REFUSE = _step(_ASKED, RelocationStatus.REFUSED, RelocationRefused, Permission.RELOCATION_DECIDE, RelocationDecided, "refused")
WITHDRAW = _step(_ASKED, RelocationStatus.WITHDRAWN, RelocationWithdrawn, Permission.RELOCATION_WITHDRAW, RelocationDecided)


def ask_to_move(actor: Actor, *, community_id: UUID, now: datetime) -> UUID:
    """Ask the community in which one lives now to take one in. Returns the wish's id.

    Raises PersonNeeded, ConsentNeeded, DataWithdrawn, AlreadyHere, RelocationOpen, TooManyToday, areas.NotACommunity, Forbidden.
    """
    person = people.own_person(actor)
    policy.require(actor, Permission.RELOCATION_ASK, Scope(person_id=person.id))
    community = areas.community(community_id)
    people.require_standing(actor, person.id)
    if person.area_path == community.path:
        raise AlreadyHere
    allowances.take(actor, Written.RELOCATION, now=now)
    wish = Relocation(
        id=new_id(),
        person_id=person.id,
        from_area_id=person.area_id,
        from_path=person.area_path,
        area_id=community.id,
        area_path=community.path,
        status=_ASKED,
        asked_at=now,
    )
    db.session.add(wish)
    flush_or_refuse({"uq_relocations_open": RelocationOpen})
    ASK.begin(actor, wish.id, now=now)
    return wish.id


def accept_relocation(actor: Actor, relocation_id: UUID, *, now: datetime) -> None:
    """Take the person in, with all that they have. By an officer of the new community, and nobody themselves.

    Raises Missing, Forbidden, OwnRelocation, DataWithdrawn, ConsentNeeded, RelocationDecided, AlreadyHere, areas.NotACommunity,
    facts.AlreadyCorrected.
    """
    wish = _to_decide(actor, relocation_id)
    community = areas.community(wish.area_id)
    people.hold_person(wish.person_id)  # before all share the row: of two moves of one person the later one waits here
    people.require_standing(actor, wish.person_id)
    ACCEPT.take(actor, relocation_id, now=now, decided_at=now)
    if db.session.scalar(select(Person.area_path).where(Person.id == wish.person_id)) == community.path:
        raise AlreadyHere
    volunteers.settle(actor, wish.person_id, community, now=now)
    registration.carry_over(actor, wish.person_id, community, now=now)


def refuse_relocation(actor: Actor, relocation_id: UUID, *, reason: str, now: datetime) -> None:
    """Refuse to take the person in, with a reason that they read. Raises Missing, Forbidden, OwnRelocation, RelocationDecided."""
    _to_decide(actor, relocation_id)
    REFUSE.take(actor, relocation_id, now=now, reason=reason, decided_at=now)


def withdraw_relocation(actor: Actor, relocation_id: UUID, *, now: datetime) -> None:
    """Take one's own wish back before it is decided. Raises Missing, Forbidden, RelocationDecided."""
    wish = known_relocation(actor, relocation_id)
    policy.require(actor, Permission.RELOCATION_WITHDRAW, Scope(person_id=wish.person_id))
    WITHDRAW.take(actor, relocation_id, now=now, decided_at=now)


def withdraw_for_withdrawn(happenings: Sequence[Happening], *, now: datetime) -> None:
    """End what these people wished when they withdrew their last consent. What came after stands."""
    for happening in happenings:
        stood = select(Relocation.id).where(
            Relocation.person_id == happening.subject_id, Relocation.status == _ASKED, Relocation.asked_at <= happening.at
        )
        reason = people.why_ended(happening.subject_id, at=happening.at)
        WITHDRAW.take_all(Actor.system(), db.session.scalars(stood).all(), now=now, reason=reason, decided_at=now)


def _to_decide(actor: Actor, relocation_id: UUID) -> Relocation:
    wish = known_relocation(actor, relocation_id)
    policy.require(actor, Permission.RELOCATION_DECIDE, Scope(area_path=wish.area_path))
    if actor.person_id == wish.person_id:
        raise OwnRelocation
    return wish


def known_relocation(actor: Actor, relocation_id: UUID) -> Relocation:
    """The wish, for who may see it. Raises Missing."""
    wish = db.session.get(Relocation, relocation_id)
    if wish is None:
        raise Missing
    policy.require_seen(actor, Permission.RELOCATION_SEE, scope_of(wish))
    return wish


def scope_of(wish: Relocation) -> Scope:
    """Where a wish belongs, for policy: the community that is asked, and the person."""
    return Scope(area_path=wish.area_path, person_id=wish.person_id)
