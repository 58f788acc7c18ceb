"""What statistics may count of social organisations."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from backend.areas.transfers import lay_in, lies_as_known, stated_by_area, with_transfers
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
    organisations = contribution(
        source_id=Organisation.id,
        starts_on=_counted_on(known_at),
        ends_on=written_with(OrganisationStatus.ENDED, Organisation.ended_on, status, known_at),
        area_path=lies_as_known(Organisation.id, Organisation.area_path, known_at),
        dimension=Organisation.origin,
    ).where(status.in_((OrganisationStatus.VERIFIED, OrganisationStatus.ENDED)), Organisation.counted_on.is_not(None))
    return stated_by_area(organisations, known_at)


_MOVED = with_transfers(themselves)


ORGANISATIONS = Measure(
    name="organisations",
    source="社会组织登记",
    shape=Shape.INTERVALS,
    contributions=_verified,
    moved_by={
        "organisation.verified": _MOVED,
        "organisation.ended": _MOVED,
        "organisation.day_corrected": _MOVED,
        "organisation.transferred": _MOVED,
    },
    dimension=ORIGIN,
)
"""Social organisations, from the day of their agreement or record until they end, in the community in which they were then."""


def _entered(known_at: AsOf) -> Select[Any]:
    status = status_at(Organisation, OrganisationChange, known_at)
    counted_on = _counted_on(known_at)
    return contribution(
        source_id=Organisation.id,
        starts_on=counted_on,
        area_path=lay_in(Organisation.id, Organisation.area_path, counted_on, known_at),
        dimension=Organisation.origin,
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
    moved_by=dict.fromkeys(("organisation.verified", "organisation.day_corrected", "organisation.transferred"), themselves),
    dimension=ORIGIN,
)
"""Bodies on the day on which they were introduced or incubated, once in their life in a street: one that came back is no new one."""

MEASURES = (ORGANISATIONS, ORGANISATION_ENTRIES)
