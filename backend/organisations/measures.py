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
"""Social organisations, from the day they were verified until they end. Origin and community stand from that day on."""

MEASURES = (ORGANISATIONS,)
