"""What statistics may count of volunteers."""

from backend.foundation.measures import Measure, Shape, contribution, facts_of
from backend.volunteers.models import Volunteer

VOLUNTEERS = Measure(
    name="volunteers",
    source="志愿者注册登记",
    shape=Shape.INTERVALS,
    contributions=contribution(
        source_id=Volunteer.fact_id,
        starts_on=Volunteer.registered_on,
        ends_on=Volunteer.left_on,
        area_path=Volunteer.area_path,
        person_id=Volunteer.person_id,
    ).where(Volunteer.is_current()),
    moved_by={"volunteer.registered": facts_of(Volunteer), "volunteer.left": facts_of(Volunteer)},
    counts_people=True,
)
"""Registrations as a volunteer, until the person leaves."""

MEASURES = (VOLUNTEERS,)
