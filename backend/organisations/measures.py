"""What statistics may count of social organisations."""

from collections.abc import Mapping

from backend.foundation.measures import Dimension, Measure, Shape, contribution, themselves
from backend.organisations.models import Organisation, OrganisationStatus, Origin

_ORIGIN_NAMES: Mapping[str, str] = {Origin.INTRODUCED.value: "引进", Origin.INCUBATED.value: "培育"}

ORIGIN = Dimension("来源", lambda: _ORIGIN_NAMES)

ORGANISATIONS = Measure(
    name="organisations",
    source="社会组织登记",
    shape=Shape.INTERVALS,
    contributions=contribution(
        source_id=Organisation.id,
        starts_on=Organisation.counted_on,
        ends_on=Organisation.ended_on,
        area_path=Organisation.area_path,
        dimension=Organisation.origin,
    ).where(Organisation.status.in_((OrganisationStatus.VERIFIED, OrganisationStatus.ENDED)), Organisation.counted_on.is_not(None)),
    moved_by={"organisation.verified": themselves, "organisation.ended": themselves},
    dimension=ORIGIN,
)
"""Social organisations, from the day they were verified until they end."""

MEASURES = (ORGANISATIONS,)
