"""What statistics may count of social organisations."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from backend.foundation.life import status_at, written_with
from backend.foundation.measures import AsOf, Dimension, Measure, Shape, contribution, themselves
from backend.organisations.models import DayCorrection, Organisation, OrganisationChange, OrganisationStatus, Origin

ORIGIN = Dimension("来源", Origin.names)


def _counted_on(known_at: AsOf) -> ColumnElement[date | None]:
    """The day from which it counts; as known at an instant, what stood before the first correction after that."""
    if known_at is None:
        return Organisation.counted_on.expression
    was = (
        select(DayCorrection.was)
        .where(DayCorrection.organisation_id == Organisation.id, DayCorrection.at > known_at)
        .order_by(DayCorrection.at, DayCorrection.id)
        .limit(1)
    )
    return func.coalesce(was.scalar_subquery(), Organisation.counted_on)


def _verified(known_at: AsOf) -> Select[Any]:
    status = status_at(Organisation, OrganisationChange, known_at)
    return contribution(
        source_id=Organisation.id,
        starts_on=_counted_on(known_at),
        ends_on=written_with(OrganisationStatus.ENDED, Organisation.ended_on, status, known_at),
        area_path=Organisation.area_path,
        dimension=Organisation.origin,
    ).where(status.in_((OrganisationStatus.VERIFIED, OrganisationStatus.ENDED)), Organisation.counted_on.is_not(None))


ORGANISATIONS = Measure(
    name="organisations",
    source="社会组织登记",
    shape=Shape.INTERVALS,
    contributions=_verified,
    moved_by={"organisation.verified": themselves, "organisation.ended": themselves, "organisation.day_corrected": themselves},
    dimension=ORIGIN,
)
"""Social organisations, from the day of their agreement or record until they end. Origin and community stand since they were verified."""


def _entered(known_at: AsOf) -> Select[Any]:
    status = status_at(Organisation, OrganisationChange, known_at)
    return contribution(
        source_id=Organisation.id, starts_on=_counted_on(known_at), area_path=Organisation.area_path, dimension=Organisation.origin
    ).where(
        status.in_((OrganisationStatus.VERIFIED, OrganisationStatus.ENDED)),
        Organisation.counted_on.is_not(None),
        Organisation.former_id.is_(None),
    )


ORGANISATION_ENTRIES = Measure(
    name="organisation_entries",
    source="社会组织登记",
    shape=Shape.EVENTS,
    contributions=_entered,
    moved_by={"organisation.verified": themselves, "organisation.day_corrected": themselves},
    dimension=ORIGIN,
)
"""Bodies on the day on which they were introduced or incubated, once in their life in a street: one that came back is no new one."""

MEASURES = (ORGANISATIONS, ORGANISATION_ENTRIES)
