"""What statistics may count of volunteers."""

from typing import Any

from sqlalchemy import Select

from backend.foundation.measures import AsOf, Measure, Shape, contribution, facts_of
from backend.volunteers.models import Volunteer


def _registered(known_at: AsOf) -> Select[Any]:
    return contribution(
        source_id=Volunteer.fact_id,
        starts_on=Volunteer.registered_on,
        ends_on=Volunteer.left_on,
        area_path=Volunteer.area_path,
        person_id=Volunteer.person_id,
    ).where(Volunteer.known_at(known_at))


VOLUNTEERS = Measure(
    name="volunteers",
    source="志愿者注册登记",
    shape=Shape.INTERVALS,
    contributions=_registered,
    moved_by={"volunteer.registered": facts_of(Volunteer), "volunteer.left": facts_of(Volunteer)},
    counts_people=True,
)
"""Registrations as a volunteer, until the person leaves."""

MEASURES = (VOLUNTEERS,)
