"""What statistics may count of volunteers."""

from typing import Any

from sqlalchemy import Select, func

from backend.foundation.measures import AsOf, Measure, Shape, contribution, facts_of
from backend.volunteers.models import Volunteer


def _registered(known_at: AsOf) -> Select[Any]:
    return contribution(
        source_id=Volunteer.fact_id,
        starts_on=func.coalesce(Volunteer.since, Volunteer.registered_on),
        ends_on=Volunteer.left_on,
        area_path=Volunteer.area_path,
        person_id=Volunteer.person_id,
    ).where(Volunteer.known_at(known_at))


VOLUNTEERS = Measure(
    name="volunteers",
    source="志愿者注册登记",
    shape=Shape.INTERVALS,
    contributions=_registered,
    moved_by={
        "volunteer.registered": facts_of(Volunteer),
        "volunteer.moved": facts_of(Volunteer),
        "volunteer.moved_away": facts_of(Volunteer),
        "volunteer.left": facts_of(Volunteer),
        "volunteer.undone": facts_of(Volunteer),
    },
    counts_people=True,
)
"""Registrations as a volunteer in a community, until the person leaves or moves."""


def _new(known_at: AsOf) -> Select[Any]:
    return contribution(
        source_id=Volunteer.fact_id, starts_on=Volunteer.registered_on, area_path=Volunteer.area_path, person_id=Volunteer.person_id
    ).where(Volunteer.known_at(known_at), Volunteer.since.is_(None))


VOLUNTEER_REGISTRATIONS = Measure(
    name="volunteer_registrations",
    source="志愿者注册登记",
    shape=Shape.EVENTS,
    contributions=_new,
    moved_by={"volunteer.registered": facts_of(Volunteer), "volunteer.undone": facts_of(Volunteer)},
    counts_people=True,
)
"""Registrations on their day, in the community that made them: who moves in is no new volunteer."""

MEASURES = (VOLUNTEERS, VOLUNTEER_REGISTRATIONS)
