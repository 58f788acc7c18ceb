"""What statistics may count of demands: published, claimed, completed, not carried out, gone on by themselves, each demand once, on the day
on which it came to be so; and who was served.

The brand of a demand stands from its publication on; where it lay on the day counts.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.sql.selectable import FromClause

from backend.areas.transfers import lay_in
from backend.attendance.measures import COUNTED_BY
from backend.attendance.models import ServiceRecord
from backend.attendance.queries import counting_records
from backend.demands.models import Demand, DemandChange, DemandPrompt, DemandReassignment, DemandStatus, NextStep
from backend.foundation.database import Column, one_of
from backend.foundation.life import status_at
from backend.foundation.measures import AsOf, Measure, Shape, contribution, day_of, themselves
from backend.openings.measures import BRAND
from backend.openings.models import Claim, ClaimChange, ClaimStatus


def _published(known_at: AsOf) -> Select[Any]:
    steps = _steps_to(DemandStatus.PUBLISHED, func.min(DemandChange.at), known_at)
    return _counted_from(steps.lateral("published"), known_at)


def _claimed(known_at: AsOf) -> Select[Any]:
    status = status_at(Claim, ClaimChange, known_at)
    kept = and_(status == ClaimStatus.RELEASED, _year_of(Claim.released_at) > _year_of(Claim.claimed_at))
    counts = or_(status.in_([ClaimStatus.HELD, ClaimStatus.ENDED]), kept)
    first = select(func.min(Claim.claimed_at).label("at")).where(Claim.opening_id == Demand.opening_id, counts)
    return _counted_from(first.lateral("claimed"), known_at)


def _year_of(instant: Column) -> Column:
    return func.date_part("year", day_of(instant))


def _completed(known_at: AsOf) -> Select[Any]:
    return _ended_as(DemandStatus.COMPLETED, known_at)


def _not_carried_out(known_at: AsOf) -> Select[Any]:
    return _ended_as(DemandStatus.NOT_CARRIED_OUT, known_at)


def _ended_as(status: DemandStatus, known_at: AsOf) -> Select[Any]:
    steps = _steps_to(status, func.max(DemandChange.at), known_at)
    return _counted_from(steps.lateral("ended"), known_at).where(status_at(Demand, DemandChange, known_at) == status)


def _steps_to(status: DemandStatus, when: ColumnElement[Any], known_at: AsOf) -> Select[Any]:
    """When the demand took a step to this status, once it did."""
    steps = select(when.label("at")).where(DemandChange.demand_id == Demand.id, DemandChange.to_status == status)
    return steps if known_at is None else steps.where(DemandChange.at <= known_at)


def _counted_from(step: FromClause, known_at: AsOf) -> Select[Any]:
    """Each demand that took the step, on the day it did, where it was then."""
    day = day_of(step.c.at)
    return (
        contribution(
            source_id=Demand.id, starts_on=day, area_path=lay_in(Demand.id, Demand.area_path, day, known_at), dimension=Demand.brand
        )
        .join(step, true())
        .where(step.c.at.is_not(None))
    )


def _of_steps(name: str, steps: Mapping[str, NextStep]) -> Measure:
    """Of demands that took one of these steps by themselves (event → step), on the first such day."""

    def contributions(known_at: AsOf) -> Select[Any]:
        prompts = DemandPrompt.demand_id == Demand.id, DemandPrompt.step.in_(steps.values())
        taken = select(func.min(DemandPrompt.at).label("at")).where(*prompts)
        return _counted_from((taken if known_at is None else taken.where(DemandPrompt.at <= known_at)).lateral("taken"), known_at)

    return Measure(
        name=name,
        source="服务需求到期处理记录",
        shape=Shape.EVENTS,
        contributions=contributions,
        moved_by=dict.fromkeys(steps, _of_prompts) | {"demand.transferred": themselves},
        dimension=BRAND,
        seldom=True,
    )


def _of_prompts(prompt_ids: Sequence[UUID]) -> Select[Any]:
    return select(DemandPrompt.demand_id).where(one_of(DemandPrompt.id, prompt_ids))


def _of_claims(claim_ids: Sequence[UUID]) -> Select[Any]:
    return select(Demand.id).join(Claim, Claim.opening_id == Demand.opening_id).where(one_of(Claim.id, claim_ids))


def _served(known_at: AsOf) -> Select[Any]:
    record, whose = counting_records(known_at).subquery("counting"), Demand.beneficiary_id
    return (
        contribution(
            source_id=record.c.fact_id,
            starts_on=record.c.served_on,
            area_path=record.c.area_path,
            dimension=record.c.brand,
            person_id=whose if known_at is None else func.coalesce(_whose_then(known_at), whose),
        )
        .join(Demand, Demand.opening_id == record.c.opening_id)
        .where(whose.is_not(None))
    )


def _whose_then(known_at: datetime) -> Column:
    """To which row of the register a demand belonged before the first merge after this instant; NULL where there was none."""
    since = select(DemandReassignment.former_beneficiary_id).where(
        DemandReassignment.demand_id == Demand.id, DemandReassignment.at > known_at
    )
    return since.order_by(DemandReassignment.at, DemandReassignment.id).limit(1).scalar_subquery()


def _of_beneficiaries(beneficiary_ids: Sequence[UUID]) -> Select[Any]:
    served = select(ServiceRecord.fact_id).join(Demand, Demand.opening_id == ServiceRecord.opening_id)
    return served.where(one_of(Demand.beneficiary_id, beneficiary_ids), ServiceRecord.is_current())


DEMANDS_PUBLISHED = Measure(
    name="demands_published",
    source="服务需求办理记录",
    shape=Shape.EVENTS,
    contributions=_published,
    moved_by={"demand.published": themselves, "demand.transferred": themselves},
    dimension=BRAND,
)
"""Demands on the day of their first publication; one that is cancelled later was published all the same."""

DEMANDS_CLAIMED = Measure(
    name="demands_claimed",
    source="服务需求认领记录",
    shape=Shape.EVENTS,
    contributions=_claimed,
    moved_by={"place.claimed": _of_claims, "place.released": _of_claims, "demand.transferred": themselves},
    dimension=BRAND,
)
"""Demands of which a place is held or was served, on the day of the first such claim: when all are released, the demand is not claimed.
A claim that is given back in a later year than that of its day counts all the same: that year is over."""

DEMANDS_COMPLETED = Measure(
    name="demands_completed",
    source="服务需求办理记录",
    shape=Shape.EVENTS,
    contributions=_completed,
    moved_by={"demand.completed": themselves, "demand.reopened": themselves, "demand.not_carried_out": themselves},
    dimension=BRAND,
)
"""Demands that are completed, on the day of the latest completion: one that was reopened, or came to be not carried out, is not."""

DEMANDS_NOT_CARRIED_OUT = Measure(
    name="demands_not_carried_out",
    source="服务需求办理记录",
    shape=Shape.EVENTS,
    contributions=_not_carried_out,
    moved_by={"demand.not_carried_out": themselves, "demand.completed": themselves},
    dimension=BRAND,
)
"""Demands whose time was over without a service that counts, on the day on which that was written down; one that is completed by a
service entered later is none of them any more."""

DEMANDS_OFFERED = _of_steps("demands_offered", {"demand.offered": NextStep.OFFERED})
"""Demands that nobody claimed, on the day on which they were offered to the groups of their community."""

DEMANDS_OFFERED_TO_NEIGHBOURS = _of_steps("demands_offered_to_neighbours", {"demand.offered_to_neighbours": NextStep.NEIGHBOURS})
"""The same, of those that nobody there claimed either."""

DEMANDS_UNCONFIRMED = _of_steps("demands_unconfirmed", {"demand.unconfirmed": NextStep.CONFIRM_TOLD})
"""Demands of whose services some waited for a confirmation longer than the brand allows, on the day on which the community was told."""

DEMANDS_SHOWN_TO_STREET = _of_steps(
    "demands_shown_to_street", {"demand.unclaimed": NextStep.STREET, "demand.long_unconfirmed": NextStep.CONFIRM_STREET}
)
"""Published demands of which the street was told that nobody claims them, or confirms what was served; on the first such day."""

BENEFICIARIES_SERVED = Measure(
    name="beneficiaries_served",
    source="经确认的服务记录、服务对象登记册",
    shape=Shape.EVENTS,
    contributions=_served,
    moved_by={**COUNTED_BY, "beneficiary.merged": _of_beneficiaries},
    dimension=BRAND,
    counts_people=True,
    seldom=True,
    of_register=True,
)
"""Services that count, of demands for somebody in the register: its distinct persons are those who were served. What is erased of a row
leaves the row, and so the figure; a merge is a word that two were one."""

MEASURES = (
    DEMANDS_PUBLISHED,
    DEMANDS_CLAIMED,
    DEMANDS_COMPLETED,
    DEMANDS_NOT_CARRIED_OUT,
    DEMANDS_OFFERED,
    DEMANDS_OFFERED_TO_NEIGHBOURS,
    DEMANDS_UNCONFIRMED,
    DEMANDS_SHOWN_TO_STREET,
    BENEFICIARIES_SERVED,
)
