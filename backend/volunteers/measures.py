"""What statistics may count of volunteers."""

from typing import Any

from sqlalchemy import Select, func

from backend.areas.transfers import lay_in, stated_by_area, with_transfers
from backend.foundation.measures import AsOf, Measure, Shape, contribution, facts_of
from backend.volunteers.models import Volunteer


def _registered(known_at: AsOf) -> Select[Any]:
    registered = contribution(
        source_id=Volunteer.fact_id,
        starts_on=func.coalesce(Volunteer.since, Volunteer.registered_on),
        ends_on=Volunteer.left_on,
        area_path=Volunteer.area_path,
        person_id=Volunteer.person_id,
    ).where(Volunteer.known_at(known_at))
    return stated_by_area(registered, known_at)


_MOVED = with_transfers(facts_of(Volunteer))

VOLUNTEERS = Measure(
    name="volunteers",
    source="志愿者注册登记",
    shape=Shape.INTERVALS,
    contributions=_registered,
    moved_by={
        "volunteer.registered": _MOVED,
        "volunteer.moved": _MOVED,
        "volunteer.moved_away": _MOVED,
        "volunteer.transferred": _MOVED,
        "volunteer.left": _MOVED,
        "volunteer.undone": _MOVED,
    },
    counts_people=True,
)
"""Registrations as a volunteer in a community, until the person leaves or moves."""


def _new(known_at: AsOf) -> Select[Any]:
    return contribution(
        source_id=Volunteer.fact_id,
        starts_on=Volunteer.registered_on,
        area_path=lay_in(Volunteer.fact_id, Volunteer.area_path, Volunteer.registered_on, known_at),
        person_id=Volunteer.person_id,
    ).where(Volunteer.known_at(known_at), Volunteer.since.is_(None))


VOLUNTEER_REGISTRATIONS = Measure(
    name="volunteer_registrations",
    source="志愿者注册登记",
    shape=Shape.EVENTS,
    contributions=_new,
    moved_by={name: facts_of(Volunteer) for name in ("volunteer.registered", "volunteer.undone", "volunteer.transferred")},
    counts_people=True,
)
"""Registrations on their day, in the community that made them: who moves in is no new volunteer."""

MEASURES = (VOLUNTEERS, VOLUNTEER_REGISTRATIONS)
