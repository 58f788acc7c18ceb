"""What is published can be changed: time, places and words. Who holds or asked for a place is told, and may give it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import select, update

from backend import brands
from backend.accounts import policy
from backend.accounts.policy import Permission
from backend.attendance import service as attendance
from backend.brands import Brand
from backend.demands.events import DemandChanged
from backend.demands.models import Demand, DemandStatus, PublicationChange
from backend.demands.service.life import DemandNotPublished, known_demand, scope_of
from backend.demands.service.publication import WindowInvalid, refuse_window
from backend.demands.service.register import refuse_named
from backend.demands.service.submission import refuse_places
from backend.foundation import audit, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import db
from backend.foundation.errors import Conflict, Unprocessable
from backend.foundation.ids import new_id
from backend.openings import service as openings

WORDS = ("title", "content", "place_in_words", "conditions", "risks", "safeguards")
"""What of a demand everybody reads; `places` and the window are the rest of what can be changed."""
_WINDOW = ("starts_at", "ends_at")
_PEOPLE = "people_per_place"
"""This alone stands with the opening, not with the demand."""


class NothingChanged(Unprocessable):
    """Everything stands already as it is asked for."""

    code: ClassVar[str] = "nothing_changed"
    detail = "没有要改动的内容"


class ChangeTooLate(Conflict):
    """The window is over, or, for another window, it has begun."""

    code: ClassVar[str] = "change_too_late"
    detail = "服务时间已过，不能再改动"


Standing = Mapping[str, str | int | datetime | None]


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be otherwise, and why. What is not given stays as it is."""

    reason: str
    title: str | None = None
    content: str | None = None
    place_in_words: str | None = None
    conditions: str | None = None
    risks: str | None = None
    safeguards: str | None = None
    places: int | None = None
    people_per_place: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def differing(self, standing: Standing) -> dict[str, str | int | datetime]:
        """What of it does not stand yet, by name."""
        wanted = {name: getattr(self, name) for name in standing}
        return {name: value for name, value in wanted.items() if value is not None and value != standing[name]}


def change_demand(actor: Actor, demand_id: UUID, change: Change, *, now: datetime) -> None:
    """Change what is published of a demand while its window is not over, by the rules of a publication. A shift at which somebody has
    signed in stays where it is, no claim is touched, and nobody who is there is one too many.

    Raises DemandNotPublished, NothingChanged, ChangeTooLate, WindowInvalid, TooManyPlaces, PlacesTaken, MorePeopleThere,
    NamesBeneficiary, ShiftInUse, ShiftNotPlanned, Missing, Forbidden.
    """
    policy.require(actor, Permission.DEMAND_REVIEW, scope_of(known_demand(actor, demand_id)))
    # In this order everywhere: demand, shift, role, claim. So what was before is what the change before this one left.
    held = select(Demand).where(Demand.id == demand_id).with_for_update().execution_options(populate_existing=True)
    demand = db.session.scalars(held).one()
    if demand.status is not DemandStatus.PUBLISHED or demand.opening_id is None or demand.starts_at is None or demand.ends_at is None:
        raise DemandNotPublished
    if demand.ends_at <= now:
        raise ChangeTooLate
    standing: dict[str, Any] = {name: getattr(demand, name) for name in (*WORDS, "places", *_WINDOW)}
    standing[_PEOPLE] = openings.people_per_place(demand.opening_id)
    after = change.differing(standing)
    if not after:
        raise NothingChanged
    brand = brands.brand(demand.brand)
    refuse_named(demand.beneficiary_id, {name: str(after[name]) for name in WORDS if name in after} | {"reason": change.reason})
    if "places" in after:
        refuse_places(brand, change.places or demand.places)
    window = (change.starts_at or demand.starts_at, change.ends_at or demand.ends_at)
    if any(name in after for name in _WINDOW):
        _refuse_move(brand, demand.starts_at, window, now=now)
        was = (demand.starts_at, demand.ends_at)
        attendance.move_shift(actor, demand.opening_id, demand.area_path, was=was, to=window, now=now)
    if change.people_per_place is not None and _PEOPLE in after:
        attendance.require_fewer_there(demand.opening_id, change.people_per_place)
    openings.change_opening(
        demand.opening_id,
        title=change.title or demand.title,
        slots=change.places or demand.places,
        people_per_place=change.people_per_place or standing[_PEOPLE],
        starts_at=window[0],
        ends_at=window[1],
        now=now,
    )
    if of_demand := {name: value for name, value in after.items() if name != _PEOPLE}:
        db.session.execute(update(Demand).where(Demand.id == demand_id).values(of_demand).execution_options(synchronize_session=False))
    _write_down(actor, demand_id, change.reason, {name: standing[name] for name in after}, after, now=now)


def _refuse_move(brand: Brand, begins_at: datetime, to: tuple[datetime, datetime], *, now: datetime) -> None:
    """Let pass what has not begun, and is to begin later. Raises ChangeTooLate, WindowInvalid."""
    if begins_at <= now:
        raise ChangeTooLate("服务已经开始，时间不能再改")
    refuse_window(brand, *to, now=now)
    if to[0] <= now:  # who holds a place is told of it before it begins
        raise WindowInvalid("改动后的开始时间应晚于现在", errors={"starts_at": ["应晚于现在"]})


def _write_down(
    actor: Actor,
    demand_id: UUID,
    reason: str,
    before: Standing,
    after: Mapping[str, str | int | datetime],
    *,
    now: datetime,
) -> None:
    change_id = new_id()
    written = PublicationChange(
        id=change_id,
        demand_id=demand_id,
        at=now,
        actor_account_id=actor.account_id,
        reason=reason,
        before=_plain(before),
        after=_plain(after),
    )
    db.session.add(written)
    db.session.flush()
    outbox.record(DemandChanged(change_id), now=now)
    audit.record(actor, Permission.DEMAND_REVIEW, demand_id, now=now, decision="changed", fields=",".join(after))


def _plain(values: Standing) -> dict[str, str | int | None]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
