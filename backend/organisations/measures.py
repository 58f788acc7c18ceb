"""What statistics may count of social organisations."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select

from backend.foundation.life import status_at, written_with
from backend.foundation.measures import AsOf, Dimension, Measure, Shape, contribution, themselves
from backend.organisations.models import Organisation, OrganisationChange, OrganisationStatus, Origin

_ORIGIN_NAMES: Mapping[str, str] = {Origin.INTRODUCED.value: "引进", Origin.INCUBATED.value: "培育"}

ORIGIN = Dimension("来源", lambda: _ORIGIN_NAMES)


def _verified(known_at: AsOf) -> Select[Any]:
    status = status_at(Organisation, OrganisationChange, known_at)
    return contribution(
        source_id=Organisation.id,
        starts_on=Organisation.counted_on,
        ends_on=written_with(OrganisationStatus.ENDED, Organisation.ended_on, status, known_at),
        area_path=Organisation.area_path,
        dimension=Organisation.origin,
    ).where(status.in_((OrganisationStatus.VERIFIED, OrganisationStatus.ENDED)), Organisation.counted_on.is_not(None))


ORGANISATIONS = Measure(
    name="organisations",
    source="社会组织登记",
    shape=Shape.INTERVALS,
    contributions=_verified,
    moved_by={"organisation.verified": themselves, "organisation.ended": themselves},
    dimension=ORIGIN,
)
"""Social organisations, from the day of their agreement or record until they end. Origin and community stand since they were verified."""


def _entered(known_at: AsOf) -> Select[Any]:
    status = status_at(Organisation, OrganisationChange, known_at)
    return contribution(
        source_id=Organisation.id, starts_on=Organisation.counted_on, area_path=Organisation.area_path, dimension=Organisation.origin
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
    moved_by={"organisation.verified": themselves},
    dimension=ORIGIN,
)
"""Bodies on the day on which they were introduced or incubated, once in their life in a street: one that came back is no new one."""

MEASURES = (ORGANISATIONS, ORGANISATION_ENTRIES)
