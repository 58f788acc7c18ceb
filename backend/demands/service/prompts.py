"""Nothing stands still: what nobody reviews, claims, comes to or confirms goes on by itself, by the days of its brand (config/brands.toml).
Each step is taken once, written down and told; the last one is the end (endings.py)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import ColumnElement, and_, exists, func, literal, or_, select, true, union_all
from sqlalchemy.dialects.postgresql import insert

from backend import brands
from backend.accounts.policy import Permission
from backend.attendance import limits
from backend.attendance import service as attendance
from backend.attendance.models import Attendance, Confirmation, ServiceRecord, Shift
from backend.brands import Brand
from backend.demands.events import (
    DemandLongUnconfirmed,
    DemandLongUnreviewed,
    DemandOffered,
    DemandOfferedToNeighbours,
    DemandUnattended,
    DemandUnclaimed,
    DemandUnconfirmed,
    DemandUnreviewed,
)
from backend.demands.models import Demand, DemandChange, DemandPrompt, DemandStatus, NextStep
from backend.foundation import audit, outbox
from backend.foundation.actor import Actor
from backend.foundation.database import Column, db
from backend.foundation.ids import new_id
from backend.foundation.outbox import Event
from backend.openings import service as openings
from backend.openings.models import Claim

_AT_ONCE = 200
"""How many demands go on in one transaction, of one brand and step."""

Waiting = Callable[[datetime], ColumnElement[bool]]


class Phase(Enum):
    """Where a demand is that can stand still. Told from its own row, so that of the steps of other phases nobody asks."""

    SUBMITTED = "submitted"
    BEFORE_ITS_END = "published, and its time is not over"
    AFTER_ITS_END = "published, and its time is over"

    @classmethod
    def of(cls, demand: Demand, now: datetime) -> "Phase | None":
        """The phase of one demand; None of one that is over, or is to be amended."""
        if demand.status is DemandStatus.SUBMITTED:
            return cls.SUBMITTED
        if demand.status is not DemandStatus.PUBLISHED or demand.ends_at is None:
            return None
        return cls.BEFORE_ITS_END if demand.ends_at > now else cls.AFTER_ITS_END

    def condition(self, now: datetime) -> ColumnElement[bool]:
        """Condition: a demand is in this phase."""
        if self is Phase.SUBMITTED:
            return Demand.status == DemandStatus.SUBMITTED
        return and_(
            Demand.status == DemandStatus.PUBLISHED, Demand.ends_at > now if self is Phase.BEFORE_ITS_END else Demand.ends_at <= now
        )


@dataclass(frozen=True, slots=True)
class Prompt:
    """A step that a demand takes by itself: while it waits in a phase for what does not come, days of its brand since an instant."""

    step: NextStep
    event: type[Event]
    phase: Phase
    waits: Waiting
    since: Column

    def is_due(self, brand: Brand, now: datetime) -> ColumnElement[bool]:
        """Condition on the brand's demands: the days are over, and it was not taken."""
        return and_(
            Demand.brand == brand.code, self.phase.condition(now), self.waits(now), self.since <= now - self.after(brand), ~self.is_taken()
        )

    def after(self, brand: Brand) -> timedelta:
        """How long it waits."""
        return timedelta(days=getattr(brand.days, self.step.value))

    def is_taken(self) -> ColumnElement[bool]:
        """Condition: it was taken for what the demand waits for now."""
        of_this = (DemandPrompt.demand_id == Demand.id, DemandPrompt.step == self.step, DemandPrompt.since == self.since)
        return exists().where(*of_this).correlate(Demand)


def _unreviewed(_: datetime) -> ColumnElement[bool]:
    return true()


def _unclaimed(_: datetime) -> ColumnElement[bool]:
    return ~_claimed()


def _claimed() -> ColumnElement[bool]:
    return exists().where(Claim.opening_id == Demand.opening_id, or_(Claim.takes_place(), Claim.stands())).correlate(Demand)


def _unattended(now: datetime) -> ColumnElement[bool]:
    came = exists().where(Shift.opening_id == Demand.opening_id, Attendance.shift_id == Shift.id).correlate(Demand)
    return and_(~attendance.goes_on(Demand.opening_id, now=now), _claimed(), ~came)


def _unconfirmed(now: datetime) -> ColumnElement[bool]:
    confirmed = exists().where(Confirmation.record_fact_id == ServiceRecord.fact_id, Confirmation.is_current())
    waiting = exists().where(ServiceRecord.opening_id == Demand.opening_id, ServiceRecord.is_current(), ~confirmed)
    return and_(~attendance.goes_on(Demand.opening_id, now=now), waiting.correlate(Demand))


_SUBMITTED_AT = (
    select(func.max(DemandChange.at))
    .where(DemandChange.demand_id == Demand.id, DemandChange.to_status == DemandStatus.SUBMITTED)
    .correlate(Demand)
    .scalar_subquery()
)
PROMPTS = (
    Prompt(NextStep.REVIEW_TOLD, DemandUnreviewed, Phase.SUBMITTED, _unreviewed, _SUBMITTED_AT),
    Prompt(NextStep.REVIEW_STREET, DemandLongUnreviewed, Phase.SUBMITTED, _unreviewed, _SUBMITTED_AT),
    Prompt(NextStep.OFFERED, DemandOffered, Phase.BEFORE_ITS_END, _unclaimed, Demand.published_at),
    Prompt(NextStep.NEIGHBOURS, DemandOfferedToNeighbours, Phase.BEFORE_ITS_END, _unclaimed, Demand.published_at),
    Prompt(NextStep.STREET, DemandUnclaimed, Phase.BEFORE_ITS_END, _unclaimed, Demand.published_at),
    Prompt(NextStep.NOBODY_CAME, DemandUnattended, Phase.AFTER_ITS_END, _unattended, Demand.ends_at),
    Prompt(NextStep.CONFIRM_TOLD, DemandUnconfirmed, Phase.AFTER_ITS_END, _unconfirmed, Demand.ends_at),
    Prompt(NextStep.CONFIRM_STREET, DemandLongUnconfirmed, Phase.AFTER_ITS_END, _unconfirmed, Demand.ends_at),
)
"""Each step, said once; of one cause the earlier stands first."""


def go_on(*, now: datetime, at_most: int = _AT_ONCE) -> int:
    """Let some demands that stand still take the steps that are due. Returns how many were taken."""
    return sum(_take(brand, prompt, now=now, at_most=at_most) for brand in brands.current().values() for prompt in PROMPTS)


def _take(brand: Brand, prompt: Prompt, *, now: datetime, at_most: int) -> int:
    due = select(Demand.id, Demand.opening_id, prompt.since.label("since")).where(prompt.is_due(brand, now))
    demands = db.session.execute(due.order_by(Demand.id).limit(at_most).with_for_update(of=Demand, skip_locked=True)).all()
    if not demands:
        return 0
    step = {"step": prompt.step, "at": now, "categories": [category.value for category in brand.offered_to]}
    taking = insert(DemandPrompt).values([step | {"id": new_id(), "demand_id": each.id, "since": each.since} for each in demands])
    once = taking.on_conflict_do_nothing(index_elements=["demand_id", "step", "since"])
    taken = db.session.execute(once.returning(DemandPrompt.id, DemandPrompt.demand_id)).all()
    if prompt.step is NextStep.NEIGHBOURS:
        openings.let_street_claim([each.opening_id for each in demands])
    outbox.record_all([prompt.event(each.id) for each in taken], now=now)
    for each in taken:
        audit.record(Actor.system(), Permission.DEMAND_REVIEW, each.demand_id, now=now, decision=prompt.step.value)
    return len(taken)


def next_step(demand: Demand, *, now: datetime) -> tuple[NextStep, datetime] | None:
    """What happens next by itself to a demand, and when; nothing to one that is over, or is to be amended."""
    brand, phase = brands.current().get(demand.brand), Phase.of(demand, now)
    if brand is None or phase is None:
        return None
    waiting = [
        select(literal(prompt.step.value).label("step"), (prompt.since + prompt.after(brand)).label("on")).where(
            Demand.id == demand.id, prompt.waits(now), ~prompt.is_taken()
        )
        for prompt in PROMPTS
        if prompt.phase is phase
    ]
    to_come = [(row.on, NextStep(row.step)) for row in db.session.execute(union_all(*waiting))]
    if demand.ends_at is not None:
        held = db.session.scalar(select(_claimed()).where(Demand.id == demand.id))
        to_come.append((demand.ends_at + timedelta(days=limits.current().demands.decided_after_days if held else 0), NextStep.ENDS))
    return min(((step, on) for on, step in to_come), key=lambda each: each[1], default=None)
